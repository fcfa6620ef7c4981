namespace Nsbi.Infer

open Nsbi.Learn.Posterior

/// <summary>Neyman constructions with the learned test statistic of whole sets of events.</summary>
[<RequireQualifiedAccess>]
module SetTest =

    /// <summary>The statistic of a classifier of sets for one tested parameter, on simulated sets.</summary>
    /// <param name="learned">of one tested parameter</param>
    /// <param name="simulator">of the sets</param>
    /// <param name="parametersAt">all parameters of the simulator at a tested value, nuisance parameters
    /// included, such as their best values for the observed set and that value</param>
    /// <returns>for <see cref="T:Nsbi.Infer.StatisticBeltModule"/>; data are sets of events</returns>
    /// <remarks>Slow where one set is tested at many values: its events are looked at each time.</remarks>
    let statistic
        (learned: SetStatistic)
        (simulator: SetSimulator)
        (parametersAt: float -> float[])
        : IBeltStatistic<EventSet> = {
        new IBeltStatistic<EventSet> with
            member _.Draw(value, stream) =
                simulator.DrawAt(parametersAt value, &stream)

            member _.Values(data, value) =
                let summaries = learned.Summaries(data |> Seq.map _.Features)
                learned.Values(summaries, [| value |])
    }
