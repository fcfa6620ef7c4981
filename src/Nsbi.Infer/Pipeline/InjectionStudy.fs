namespace Nsbi.Infer

open Nsbi.Learn.Events
open Nsbi.Model

/// <summary>Fits to pseudo-experiments of held-out simulation: does the analysis find what was put
/// in?</summary>
[<RequireQualifiedAccess>]
module InjectionStudy =

    /// The simulated events with the samples that they are of.
    let private heldOut (learned: LearnedModel) : HeldOutEvents =
        let simulated = learned.Simulated

        {
            Samples = [
                for sample in simulated.Samples ->
                    learned.Analysis.Terms
                    |> List.filter (fun term -> term.Sample = sample)
                    |> List.map _.Name
            ]
            Sample = simulated.Sample
            Weights = EventTable.weights simulated.Events
        }

    /// Toys with the parameter of interest at a value.
    let private sampler (learned: LearnedModel) (events: HeldOutEvents) (value: float) =
        let theta = LearnedModel.pointAt learned value

        Map.ofList [ AnalysisModel.signalRegion, events ]
        |> ToySampler.ofSimulation Multinomial learned.OnSimulation.Value theta

    let private run work interest (found: Result<ToySampler, ModelError list> list) =
        match found |> List.collect TableFault.ofResult |> List.distinct with
        | [] ->
            let samplers = found |> List.choose Result.toOption

            Ok(
                SignalInjection.run work interest samplers,
                samplers |> List.collect _.Validity.Checks
            )
        | faults -> Error faults

    /// <summary>Injects values of the parameter of interest into toys of a model and fits: for templates,
    /// which are the simulated events themselves. Of the nuisance parameters only those of the analysis
    /// are judged: the factors of the bins are many, and each is known by its constraint.</summary>
    /// <param name="compiled">the model</param>
    /// <param name="analysis">its parameters and the one of interest</param>
    /// <param name="work">as in <c>make</c></param>
    /// <param name="values">two or more</param>
    let ofModel
        (compiled: CompiledLikelihood)
        (analysis: Analysis)
        (work: ToyWork)
        (values: float list)
        : Result<SignalInjection * Check list, ModelError list> =
        values
        |> List.map (fun value ->
            let theta = compiled.Model.Initial
            theta[compiled.Index[analysis.Interest]] <- value
            ToySampler.create compiled theta)
        |> run work analysis.Interest
        |> Result.map (fun (found, toys) ->
            let others =
                found.Nuisances
                |> List.filter (fun n ->
                    not (analysis.Parameters |> List.exists (fun p -> p.Name = n.Name)))

            let names = others |> List.map SignalInjection.checkOf |> Set.ofList

            {
                found with
                    Nuisances = found.Nuisances |> List.except others
                    Checks = found.Checks |> List.filter (fun c -> not (names.Contains c.Name))
            },
            toys)

    /// <summary>Injects values of the parameter of interest and fits.</summary>
    /// <param name="learned">the learned model; toys are drawn from its simulated events, which no
    /// network that evaluates them has seen</param>
    /// <param name="work">toys at each value, seed, threads, fits and store</param>
    /// <param name="values">two or more</param>
    /// <returns>the study with the checks of its toys; or every reason why toys cannot be drawn, such as
    /// a sample with a negative coefficient</returns>
    let make
        (learned: LearnedModel)
        (work: ToyWork)
        (values: float list)
        : Result<SignalInjection * Check list, ModelError list> =
        values
        |> List.map (sampler learned (heldOut learned))
        |> run work learned.Analysis.Interest
