namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.Text.Json
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Model

/// What a verb works on: a workspace with its observed data or an Asimov set, compiled.
[<NoComparison; ReferenceEquality>]
type Subject = {
    Compiled: CompiledLikelihood
    Observation: Observation
    /// SHA-256 of the model as JSON.
    ModelHash: string
    /// SHA-256 of the workspace, which holds the hashes of its columns.
    DataHash: string
    Settings: FitSettings
}

/// The options that say what to work on.
type SubjectOptions = {
    Workspace: string
    /// Parameter values of the Asimov set; none for the observed data.
    Asimov: (string * float) list option
    /// Whether the observed data, or the Asimov set, are looked at.
    NeedsData: bool
    Fixed: (string * float) list
    Threads: int
    /// Measurement and patch of a pyhf workspace.
    Choice: WorkspaceChoice
    /// How event variations are stored and normalised.
    Likelihood: LikelihoodOptions
}

[<RequireQualifiedAccess>]
module SubjectOptions =
    let read
        (options: Options)
        (workspace: string)
        (asimov: string option)
        (fixedAt: string option)
        (threads: string option)
        : SubjectOptions =
        let assignments what text = Values.assignments what text

        {
            Workspace = workspace
            Asimov =
                options.Optional(
                    asimov,
                    None,
                    fun text -> assignments "--asimov" text |> Result.map Some
                )
            NeedsData = true
            Fixed = options.Optional(fixedAt, [], assignments "--fix")
            Threads = options.Threads threads
            Choice = WorkspaceChoice.standard
            Likelihood = LikelihoodOptions.standard
        }

    /// The same with what is chosen of a pyhf workspace.
    let choosing
        (measurement: string option)
        (patch: string option)
        (patchName: string option)
        (options: SubjectOptions)
        : SubjectOptions = {
        options with
            Choice = {
                Measurement = measurement
                Patch = patch
                PatchName = patchName
            }
    }

    /// The same for a verb that looks at the model alone: its observation is empty.
    let withoutData (options: SubjectOptions) : SubjectOptions = { options with NeedsData = false }

    let private precision (text: string) : Result<Precision, string list> =
        match text with
        | "automatic" -> Ok Precision.Automatic
        | "exact" -> Ok Precision.Exact
        | "single" -> Ok Precision.Single
        | "int16" -> Ok Precision.Int16
        | other -> Error [ $"--precision: '{other}' is none of automatic, exact, single, int16." ]

    let private normalisation (text: string) : Result<Normalisation, string list> =
        if text = "exact" then
            Ok Normalisation.ExactPass
        else
            Values.whole "--normalisation" 100 100_000_000 text
            |> Result.map Normalisation.Compiled

    /// The same with how event variations are stored and normalised.
    let evaluating
        (reader: Options)
        (precisionText: string option)
        (normalisationText: string option)
        (options: SubjectOptions)
        : SubjectOptions =
        let standard = LikelihoodOptions.standard

        {
            options with
                Likelihood = {
                    standard with
                        Precision = reader.Optional(precisionText, standard.Precision, precision)
                        Normalisation =
                            reader.Optional(
                                normalisationText,
                                standard.Normalisation,
                                normalisation
                            )
                }
        }

[<RequireQualifiedAccess>]
module Subject =
    let private number (value: float) =
        value.ToString("G6", CultureInfo.InvariantCulture)

    /// The fault of a name that is not a parameter of the model.
    let unknown (parameters: Parameter list) (what: string) (name: string) : string list =
        let known = parameters |> List.map _.Name

        if List.contains name known then
            []
        else
            [ $"{what}: there is no parameter '{name}'; {Suggestion.sentence known name}" ]

    /// The faults of parameter values: unknown names, values outside of the bounds.
    let outside
        (parameters: Parameter list)
        (what: string)
        (values: (string * float) list)
        : string list =
        values
        |> List.collect (fun (name, value) ->
            match parameters |> List.tryFind (fun p -> p.Name = name) with
            | None -> unknown parameters what name
            | Some p when value >= p.Lower && value <= p.Upper -> []
            | Some p -> [
                $"{what}: {name} = {number value} is outside of the bounds "
                + $"{number p.Lower} to {number p.Upper} of '{name}'."
              ])

    /// The faults of parameters that are to be varied, though an option or the model holds them.
    let held
        (options: SubjectOptions)
        (parameters: Parameter list)
        (what: string)
        (purpose: string)
        (names: string list)
        : string list =
        names
        |> List.choose (fun name ->
            if List.exists (fun (other, _) -> other = name) options.Fixed then
                Some $"{what}: '{name}' is held by --fix; free it for its {purpose}."
            elif parameters |> List.exists (fun p -> p.Name = name && p.Fixed) then
                Some
                    $"{what}: '{name}' is held at a value by the model itself, which gives it no \
                      {purpose}; name another parameter, or free it in the model."
            else
                None)

    let private orFaults (next: 'T -> Answer) (result: Result<'T, Fault list>) : Answer =
        match result with
        | Ok value -> next value
        | Error faults -> faults |> List.map string |> Answer.wrongInput

    /// The fault of a workspace that holds no data at all, as that of a blind run.
    let private unobserved
        (options: SubjectOptions)
        (workspace: Workspace)
        (parameters: Parameter list)
        : Fault list =
        let tables = workspace.Tables.Tables |> Map.toList |> List.map (fst >> snd)

        if List.contains TableKind.Observed tables || not workspace.Counts.IsEmpty then
            []
        else
            let asimov =
                parameters
                |> List.tryFind (fun p -> p.Role = PointOfInterest)
                |> Option.map (fun p -> $"{p.Name}={number p.Initial}")
                |> Option.defaultValue "p=v"

            let problem = "the workspace holds no observed events (was the run blind?)"
            let remedy = $"use --asimov {asimov}, or run the analysis with --unblind"
            [ Fault.create options.Workspace problem remedy ]

    let private observation
        (options: SubjectOptions)
        (workspace: Workspace)
        (compiled: CompiledLikelihood)
        : Result<Observation, Fault list> =
        match options.Asimov with
        | None when not options.NeedsData -> Ok(Observation.empty compiled)
        | None ->
            match unobserved options workspace compiled.Parameters with
            | [] -> Workspace.observation options.Workspace compiled workspace
            | faults -> Error faults
        | Some values ->
            let theta = compiled.Model.Initial

            for name, value in values do
                theta[compiled.Index[name]] <- value

            Observation.asimov compiled theta
            |> Result.map _.Observation
            |> Result.mapError (
                List.map (fun error ->
                    Fault.create options.Workspace $"{error.Place}: {error.Fault}" error.Remedy)
            )

    /// Of the workspace, and of the patch where there is one.
    let private dataHash (options: SubjectOptions) : string =
        match options.Choice.Patch with
        | None -> ContentHash.ofFile options.Workspace
        | Some patch ->
            ContentHash.ofText (ContentHash.ofFile options.Workspace + ContentHash.ofFile patch)

    /// Reads and compiles the workspace, checks the options against its model, and hands both to the
    /// work. The extra faults are those of the verb's own options.
    let prepare
        (call: Call)
        (options: SubjectOptions)
        (extra: Parameter list -> string list)
        (work: Subject -> Answer)
        : Answer =
        WorkspaceFile.readWith options.Choice options.Workspace
        |> orFaults (fun (workspace, _) ->
            use team = new ThreadTeam(options.Threads)

            Workspace.compileWith
                {
                    options.Likelihood with
                        Team = Some team
                }
                options.Workspace
                workspace
            |> orFaults (fun compiled ->
                let parameters = compiled.Parameters
                let asimov = Option.defaultValue [] options.Asimov

                let faults =
                    outside parameters "--fix" options.Fixed
                    @ outside parameters "--asimov" asimov
                    @ extra parameters

                if not faults.IsEmpty then
                    Answer.wrongInput faults
                else
                    observation options workspace compiled
                    |> orFaults (fun observation ->
                        work {
                            Compiled = compiled
                            Observation = observation
                            ModelHash = ContentHash.ofText (ModelJson.write workspace.Model)
                            DataHash = dataHash options
                            Settings = {
                                Fit.settings with
                                    Fixed = Map.ofList options.Fixed
                                    Team = Some team
                                    Cancellation = call.Cancellation
                            }
                        })))

    /// Writes what the result was made from.
    let writeInputs (writer: Utf8JsonWriter) (subject: Subject) : unit =
        writer.WriteString("modelHash", subject.ModelHash)
        writer.WriteString("dataHash", subject.DataHash)

    /// Whether a fit did what was asked.
    let outcome (fit: FitResult) : Outcome =
        if fit.Status.Succeeded then
            Outcome.Done
        else
            Outcome.NotSuccessful [ $"{fit.Status.Name}: {fit.Status.Advice}" ]
