namespace Nsbi.Model

/// <summary>What is done with models as written: validation and the functions Model → Model.</summary>
[<RequireQualifiedAccess>]
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Model =

    /// <summary>Checks a model.</summary>
    /// <returns>the valid model, or every fault of it, each with its place and remedy</returns>
    let validate (model: Model) : Result<ValidModel, ModelError list> = ValidModel.Create model
