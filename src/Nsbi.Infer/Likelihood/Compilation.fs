namespace Nsbi.Infer

open Nsbi.Model

/// <summary>From a valid model and event tables to a compiled likelihood, or all faults of the
/// tables; <c>Likelihood.compile</c> is the door.</summary>
[<RequireQualifiedAccess>]
module internal Compilation =

    /// Compiles, or gives all faults.
    let compile
        (options: LikelihoodOptions)
        (model: ValidModel)
        (tables: RatioTables)
        : Result<CompiledLikelihood, ModelError list> =
        let results =
            let memory =
                model.Model.Channels
                |> List.collect (fun channel ->
                    match channel with
                    | Unbinned c -> UnbinnedCompilation.sizes tables c
                    | Binned _ -> [])
                |> ColumnMemory.choose options

            match memory with
            | Ok precision ->
                model.Model.Channels
                |> List.map (fun channel ->
                    match channel with
                    | Unbinned c ->
                        UnbinnedCompilation.compile options precision model tables c
                        |> Result.map Choice1Of2
                    | Binned c -> Ok(Choice2Of2(BinnedChannel.compile model c)))
            | Error faults -> [ Error faults ]

        TableFault.collect results
        |> Result.map (fun compiled ->
            let unbinned, rescalings =
                compiled
                |> List.choose (fun c ->
                    match c with
                    | Choice1Of2 u -> Some u
                    | Choice2Of2 _ -> None)
                |> List.unzip

            let binned =
                compiled
                |> List.choose (fun c ->
                    match c with
                    | Choice1Of2 _ -> None
                    | Choice2Of2 b -> Some b)

            CompiledLikelihood(
                model,
                List.toArray unbinned,
                List.toArray binned,
                List.concat rescalings
            ))
