namespace Nsbi.Cli.Verbs

open System
open Argu
open Nsbi.Cli
open Nsbi.Infer

type PowerOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Unique>] Poi of p: string
    | [<Unique>] Null of v: string
    | [<Unique>] Value of v: string
    | [<Unique>] Alpha of ``a,…``: string
    | [<Unique>] Strategies of ``s,…``: string
    | [<Unique>] Nuisances of ``profiled|held|both``: string
    | [<Unique>] Grid of ``a:b:n``: string
    | [<Unique>] Toys of n: string
    | [<Unique>] Signal of S: string
    | [<Unique>] Background of B: string
    | [<Unique>] Width of s: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Out of DIR: string
    | [<Unique>] Measurement of NAME: string
    | [<Unique>] Patch of FILE: string
    | [<Unique>] Patch_Name of NAME: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ ->
                "a workspace, own or pyhf; or the word bump, for the bump toy with its exact ratio"
            | Poi _ ->
                "the parameter of which two values are compared; without it, the only free parameter "
                + "of interest"
            | Null _ -> "its value under the null hypothesis; 0 if not given"
            | Value _ -> "its value under the alternative; 1 if not given"
            | Alpha _ -> "sizes of the test, each below 1; 0.05 if not given"
            | Strategies _ ->
                "how the ratio r of events is used, of inclusive, cut:x (r > x), edges:a:b:… (bins), "
                + "range:a:b:n (n bins and those beyond), bins:n (equally filled), unbinned; r is "
                + "p(x | value)/p(x | null), for the bump toy signal over background"
            | Nuisances _ ->
                "whether nuisance parameters are profiled, or held where the toys are drawn; both if "
                + "not given"
            | Grid _ ->
                "the power by the value of the parameter too, at n values from a to b; with expected "
                + "limits by CLs where the other hypothesis is 0"
            | Toys _ -> "the number of toys of each hypothesis; 10000 if not given"
            | Signal _ -> "bump toy: the signal events at mu = 1; 10 if not given"
            | Background _ -> "bump toy: the background events; 100 if not given"
            | Width _ -> "bump toy: the width of the signal; 0.08 if not given"
            | Fix _ -> "hold these parameters at these values"
            | Out _ -> "the folder of results; what is finished there is not done again"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Seed _ -> "the seed of all random numbers; 1 if not given"
            | Threads _ -> "threads, each with one toy at a time; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// What a power study is asked for, of a workspace or of the bump toy.
type PowerRequest = {
    Poi: string option
    Null: float
    Value: float
    Sizes: float list
    /// None for those that are usual for the subject.
    Strategies: PowerStrategy list option
    Treatments: NuisanceTreatment list
    /// Values of the parameter, without 0.
    Grid: float list
    Toys: int
    Seed: uint64
    Out: string option
}

[<RequireQualifiedAccess>]
module PowerOptions =
    /// The toy's name in place of a workspace.
    let bump = "bump"

    let private sizes (text: string) : Result<float list, string list> =
        text
        |> Values.each (fun part ->
            match Values.number "--alpha" part with
            | Ok a when a > 0.0 && a < 1.0 -> Ok a
            | Ok a -> Error [ $"--alpha: a size lies between 0 and 1; {a} does not." ]
            | Error faults -> Error faults)
        |> Result.map List.distinct

    let private strategies (text: string) : Result<PowerStrategy list option, string list> =
        text
        |> Values.each (
            PowerStrategy.parse
            >> Result.mapError (fun sentence -> [ $"--strategies: {sentence}" ])
        )
        |> Result.map (List.distinct >> Some)

    let private treatments (text: string) : Result<NuisanceTreatment list, string list> =
        match text with
        | "profiled" -> Ok [ NuisanceTreatment.Profiled ]
        | "held" -> Ok [ NuisanceTreatment.Held ]
        | "both" -> Ok [ NuisanceTreatment.Held; NuisanceTreatment.Profiled ]
        | other -> Error [ $"--nuisances: '{other}' is none of profiled, held, both." ]

    let private grid (text: string) : Result<float list, string list> =
        GridOption.parse text
        |> Result.bind (fun values ->
            match values |> List.filter (fun v -> v <> 0.0) with
            | [] -> Error [ "--grid: 0 is one of the hypotheses; give other values." ]
            | values -> Ok values)

    /// Reads what is asked for.
    let read (options: Options) (parsed: ParseResults<PowerOption>) : PowerRequest =
        let number name fallback given =
            options.Optional(given, fallback, Values.number name)

        let null' = number "--null" 0.0 (parsed.TryGetResult PowerOption.Null)
        let value = number "--value" 1.0 (parsed.TryGetResult PowerOption.Value)

        if null' = value then
            options.Fault $"--value: both hypotheses have the value {value}; give different ones."

        let grid = options.Optional(parsed.TryGetResult PowerOption.Grid, [], grid)

        if not grid.IsEmpty && null' <> 0.0 && value <> 0.0 then
            options.Fault
                "--grid: one of the hypotheses is 0 there; give --null 0 for discovery, or --value 0 \
                 for exclusion."

        {
            Poi = parsed.TryGetResult PowerOption.Poi
            Null = null'
            Value = value
            Sizes = options.Optional(parsed.TryGetResult PowerOption.Alpha, [ 0.05 ], sizes)
            Strategies =
                options.Optional(parsed.TryGetResult PowerOption.Strategies, None, strategies)
            Treatments =
                options.Optional(
                    parsed.TryGetResult PowerOption.Nuisances,
                    [ NuisanceTreatment.Held; NuisanceTreatment.Profiled ],
                    treatments
                )
            Grid = grid
            Toys =
                options.Optional(
                    parsed.TryGetResult PowerOption.Toys,
                    10_000,
                    Values.whole "--toys" 10 ToyOptions.most
                )
            Seed = options.Optional(parsed.TryGetResult PowerOption.Seed, 1UL, Values.seed "--seed")
            Out = parsed.TryGetResult PowerOption.Out
        }

    /// The hypotheses at a value of the grid: the other one is 0.
    let atValue (request: PowerRequest) (value: float) : float * float =
        if request.Value = 0.0 then value, 0.0 else 0.0, value

    /// The toy and its yields, with the faults of options that are not for it.
    let readBump (options: Options) (parsed: ParseResults<PowerOption>) : BumpQuestion =
        let notForIt = [
            "--poi", (parsed.TryGetResult PowerOption.Poi).IsSome
            "--fix", (parsed.TryGetResult PowerOption.Fix).IsSome
            "--nuisances", (parsed.TryGetResult PowerOption.Nuisances).IsSome
            "--measurement", (parsed.TryGetResult PowerOption.Measurement).IsSome
            "--patch", (parsed.TryGetResult PowerOption.Patch).IsSome
            "--patch-name", (parsed.TryGetResult PowerOption.Patch_Name).IsSome
        ]

        for name, isGiven in notForIt do
            if isGiven then
                options.Fault $"{name}: the bump toy has mu alone; leave it out."

        let positive name fallback given =
            let value = options.Optional(given, fallback, Values.number name)

            if not (value > 0.0) then
                options.Fault $"{name}: {value} is not above 0."

            value

        let standard = BumpStudy.standard

        {
            standard with
                Expected = {
                    Signal =
                        positive
                            "--signal"
                            standard.Expected.Signal
                            (parsed.TryGetResult PowerOption.Signal)
                    Background =
                        positive
                            "--background"
                            standard.Expected.Background
                            (parsed.TryGetResult PowerOption.Background)
                }
                Width = positive "--width" standard.Width (parsed.TryGetResult PowerOption.Width)
        }

    /// The faults of options that are for the bump toy alone.
    let bumpAlone (options: Options) (parsed: ParseResults<PowerOption>) : unit =
        for name, given in
            [
                "--signal", parsed.TryGetResult PowerOption.Signal
                "--background", parsed.TryGetResult PowerOption.Background
                "--width", parsed.TryGetResult PowerOption.Width
            ] do
            if given.IsSome then
                options.Fault $"{name} is for the bump toy; a workspace has its own."
