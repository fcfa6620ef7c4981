namespace Nsbi.Infer

open Nsbi.Learn
open Nsbi.Model

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
}

/// <summary>What is done with workspaces.</summary>
[<RequireQualifiedAccess>]
module Workspace =

    let internal faultOf (source: string) (error: ModelError) : Fault =
        Fault.create source $"{error.Place}: {error.Fault}" error.Remedy

    /// <summary>A workspace of a model and its tables, without counts.</summary>
    let create (model: Model) (tables: RatioTables) : Workspace = {
        Model = model
        Tables = tables
        Counts = Map.empty
        Globals = Map.empty
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
