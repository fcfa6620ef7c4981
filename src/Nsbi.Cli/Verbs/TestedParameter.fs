namespace Nsbi.Cli.Verbs

open System
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

/// "--poi p" of verbs that test a parameter: the one that is named, or the only parameter of interest.
[<RequireQualifiedAccess>]
module TestedParameter =
    let usage: string =
        "the parameter that is tested, of which 0 is the background alone; without it, the only free "
        + "parameter of interest"

    let private interest (subject: SubjectOptions) (parameters: Parameter list) : string list =
        parameters
        |> List.filter (fun p -> p.Role = PointOfInterest && not p.Fixed)
        |> List.map _.Name
        |> List.filter (fun name -> not (List.exists (fst >> (=) name) subject.Fixed))

    /// The parameter, or why there is none.
    let choose
        (subject: SubjectOptions)
        (given: string option)
        (parameters: Parameter list)
        : Result<string, string list> =
        match given, interest subject parameters with
        | Some name, _ ->
            match
                Subject.unknown parameters "--poi" name
                @ Subject.held subject parameters "--poi" "test" [ name ]
            with
            | [] -> Ok name
            | faults -> Error faults
        | None, [ name ] -> Ok name
        | None, [] ->
            Error [ "--poi: the model has no free parameter of interest; name the one to test." ]
        | None, names ->
            let names = String.Join(", ", names)
            Error [ $"--poi: there are several parameters of interest; name one of {names}." ]

    /// The faults of a parameter and of values of it: 0 must be inside of its bounds too.
    let faults
        (subject: SubjectOptions)
        (given: string option)
        (values: (string * float) list)
        (parameters: Parameter list)
        : string list =
        match choose subject given parameters with
        | Error faults -> faults
        | Ok name ->
            match Subject.outside parameters "--poi" [ name, 0.0 ] with
            | [] ->
                values
                |> List.collect (fun (what, value) ->
                    Subject.outside parameters what [ name, value ])
            | _ -> [
                $"--poi: 0, which is the background alone, is outside of the bounds of '{name}'; test \
                  another parameter, or change its bounds."
              ]

    /// The parameter of a subject whose faults were looked for before.
    let ofSubject
        (subject: SubjectOptions)
        (given: string option)
        (parameters: Parameter list)
        : string =
        match choose subject given parameters with
        | Ok name -> name
        | Error faults -> invalidOp (String.Join(" ", faults))

    /// "--statistic qtilde|q".
    let statistic (text: string) : Result<TestStatistic, string list> =
        match text with
        | "qtilde" -> Ok TestStatistic.UpperLimitBounded
        | "q" -> Ok TestStatistic.UpperLimit
        | other -> Error [ $"--statistic: '{other}' is none of qtilde, q." ]

    let statisticUsage: string =
        "the test statistic: qtilde, for signals that cannot be negative (the default), or q"

    /// What a page says it was made from.
    let provenance (subject: Subject) : (string * string) list = [
        "model hash", subject.ModelHash
        "data hash", subject.DataHash
        "version", Version.text ()
    ]
