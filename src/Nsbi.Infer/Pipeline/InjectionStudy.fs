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

    let private fits (learned: LearnedModel) (work: ToyWork) (interest: string) (value: float) =
        let theta = learned.Model.Initial
        theta[learned.Model.Index[interest]] <- value
        let events = Map.ofList [ AnalysisModel.signalRegion, heldOut learned ]

        ToySampler.ofSimulation Multinomial learned.OnSimulation.Value theta events
        |> Result.map (fun sampler ->
            let measurement = ToyFit.measurement work.Fits None theta
            let seed = ToyWork.seedAt work.Run.Seed "injection" value
            let label = ToyWork.label "injection" value

            theta,
            ToyWork.run work label seed work.Run.Progress sampler measurement,
            sampler.Validity.Checks)

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
        let interest = learned.Analysis.Interest
        let found = values |> List.map (fits learned work interest)

        match found |> List.collect TableFault.ofResult |> List.distinct with
        | [] ->
            let found = found |> List.choose Result.toOption
            let fits = found |> List.map (fun (theta, fits, _) -> theta, fits)

            Ok(
                SignalInjection.ofFits learned.OnSimulation.Value interest fits,
                found |> List.collect (fun (_, _, checks) -> checks)
            )
        | faults -> Error faults
