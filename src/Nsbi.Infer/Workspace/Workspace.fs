namespace Nsbi.Infer

open Nsbi.Learn
open Nsbi.Model
open Nsbi.Model.HistFactory

/// <summary>A model with its data: what <c>workspace.json</c> holds.</summary>
[<NoComparison; ReferenceEquality>]
type Workspace = {
    /// The model as written.
    Model: Model
    /// The event tables of its unbinned channels.
    Tables: RatioTables
    /// Observed counts by binned channel; may be left out where only Asimov sets are fitted.
    Counts: Map<string, float list>
    /// Global observables by parameter, where they are not those of the model.
    Globals: Map<string, float>
    /// What a pyhf workspace says beyond model and counts; none for workspaces from elsewhere.
    HistFactory: DocumentRest option
}

/// <summary>What is done with workspaces.</summary>
[<RequireQualifiedAccess>]
module Workspace =

    let internal faultOf (source: string) (error: ModelError) : Fault =
        if error.Place.StartsWith '$' then
            Fault.create source error.Fault error.Remedy |> Fault.inJson source error.Place
        else
            Fault.create source $"{error.Place}: {error.Fault}" error.Remedy

    /// <summary>A workspace of a model and its tables, without counts.</summary>
    let create (model: Model) (tables: RatioTables) : Workspace = {
        Model = model
        Tables = tables
        Counts = Map.empty
        Globals = Map.empty
        HistFactory = None
    }

    /// <summary>Validates the model and binds it to the tables.</summary>
    /// <param name="options">how event variations are stored and normalised</param>
    /// <param name="source">how faults should name the workspace, as a file name</param>
    /// <param name="workspace">the workspace</param>
    /// <returns>the compiled likelihood, or every fault of the model, or every fault of the tables
    /// </returns>
    let compileWith
        (options: LikelihoodOptions)
        (source: string)
        (workspace: Workspace)
        : Result<CompiledLikelihood, Fault list> =
        Model.validate workspace.Model
        |> Result.bind (fun valid -> Likelihood.compileWith options valid workspace.Tables)
        |> Result.mapError (List.map (faultOf source))

    /// <summary>The same with the standard options.</summary>
    /// <returns>as <c>compileWith</c></returns>
    let compile (source: string) (workspace: Workspace) : Result<CompiledLikelihood, Fault list> =
        compileWith LikelihoodOptions.standard source workspace

    /// <summary>The observation: the observed tables with their weights, the counts, the global
    /// observables.</summary>
    /// <param name="source">how faults should name the workspace, as a file name</param>
    /// <param name="compiled">the likelihood compiled from it</param>
    /// <param name="workspace">the workspace</param>
    /// <returns>the observation; or faults, a missing observed table or missing counts among them
    /// </returns>
    let observation
        (source: string)
        (compiled: CompiledLikelihood)
        (workspace: Workspace)
        : Result<Observation, Fault list> =
        Observation.create compiled {
            Weights = Map.empty
            Counts = workspace.Counts
            Globals = workspace.Globals
        }
        |> Result.mapError (List.map (faultOf source))

    /// The places where the same name stands for different values in two workspaces.
    let private conflicts
        (what: string)
        (show: 'a -> string)
        (values: (string * (string * 'a) list) list)
        : Fault list =
        [
            for source, items in values ->
                items |> List.map (fun (name, value) -> name, (source, value))
        ]
        |> List.concat
        |> List.groupBy fst
        |> List.choose (fun (name, uses) ->
            let first, declared = snd uses.Head

            uses
            |> List.map snd
            |> List.tryFind (fun (_, value) -> not (value.Equals declared))
            |> Option.map (fun (second, other) ->
                Fault.create
                    second
                    $"the {what} '{name}' is {show other} here and {show declared} in {first}"
                    "declare it in one way, or rename one of them"))

    let private declaration (p: Parameter) : string =
        let number (x: float) =
            x.ToString("G6", System.Globalization.CultureInfo.InvariantCulture)

        let role =
            match p.Role with
            | PointOfInterest -> "of interest"
            | Nuisance -> "a nuisance"

        let term =
            match p.Constraint with
            | Unconstrained -> "free"
            | Gaussian(a, sigma) -> $"Gaussian({number a}, {number sigma})"
            | Poisson(a, tau) -> $"Poisson({number a}, τ = {number tau})"
            | LogNormal(a, sigma) -> $"log-normal({number a}, {number sigma})"

        let held = if p.Fixed then ", held" else ""

        $"{role}, from {number p.Initial} in {number p.Lower} to {number p.Upper}, {term}{held}"

    let private repeatedChannels (workspaces: (string * Workspace) list) : Fault list =
        [
            for source, workspace in workspaces do
                for channel in workspace.Model.Channels -> Channel.name channel, source
        ]
        |> List.groupBy fst
        |> List.choose (fun (name, uses) ->
            match uses |> List.map snd with
            | first :: second :: _ ->
                Fault.create
                    second
                    $"the channel '{name}' is in {first} too"
                    "give every channel a name of its own"
                |> Some
            | _ -> None)

    /// <summary>The channels of several workspaces in one; parameters of one name are one
    /// parameter.
    /// </summary>
    /// <param name="name">the name of the model</param>
    /// <param name="workspaces">each with how faults name it, as a file name</param>
    /// <returns>the workspace; or every conflict with both places: channels of one name, parameters
    /// that are declared in two ways, different global observables of one parameter</returns>
    let combine
        (name: string)
        (workspaces: (string * Workspace) list)
        : Result<Workspace, Fault list> =
        // With the global observables of their workspace, which must agree too.
        let observed (workspace: Workspace) (p: Parameter) =
            match workspace.Globals.TryFind p.Name with
            | Some a -> {
                p with
                    Constraint = Constraint.withObserved a p.Constraint
              }
            | None -> p

        let parameters =
            workspaces
            |> List.map (fun (source, workspace) ->
                source,
                Model.parameters workspace.Model
                |> List.map (fun p -> p.Name, observed workspace p))

        let faults =
            repeatedChannels workspaces @ conflicts "parameter" declaration parameters

        let union (part: Workspace -> Map<'k, 'v>) =
            workspaces |> List.collect (snd >> part >> Map.toList) |> Map.ofList

        if faults.IsEmpty then
            Model.combine name (workspaces |> List.map (fun (_, w) -> w.Model))
            |> Result.mapError (List.map (faultOf name))
            |> Result.map (fun model -> {
                Model = model
                Tables = { Tables = union _.Tables.Tables }
                Counts = union _.Counts
                Globals = union _.Globals
                HistFactory = None
            })
        else
            Error faults
