namespace Nsbi.Infer

open Nsbi.Learn.Networks

/// <summary>What a nuisance parameter does to a process at +1 or at −1, and how well it is
/// known.</summary>
type VariationSummary = {
    /// The nuisance parameter.
    Parameter: string
    /// The process.
    Process: string
    /// <summary>up or down.</summary>
    Side: string
    /// Expected events over nominal ones in the signal region, with the error of the finite
    /// simulation.
    Rate: Measured
    /// <summary>√E[ln² r±] over the nominal density, the learned effect on the shape with its own noise;
    /// NaN where only the rate varies.</summary>
    Size: float
    /// <summary>√E[σ²(ln r±)], the Monte Carlo error of the learned ratio; NaN likewise, and with one
    /// fold and one member.</summary>
    Error: float
    /// (Σw)²/Σw² of the nominal events; NaN likewise.
    EffectiveNominal: float
    /// (Σw)²/Σw² of the varied events; NaN likewise.
    EffectiveVaried: float
    /// <summary>Z(α) − 1 at three standard deviations to this side; NaN without a normalisation.
    /// </summary>
    Renormalisation: float
}

/// <summary>How to summarise variations.</summary>
[<RequireQualifiedAccess>]
module VariationSummary =

    let private renormalisation (learned: LearnedModel) parameter proc (side: string) =
        let wanted = if side = "up" then 3.0 else -3.0

        learned.Likelihood.ShapeSizes
        |> List.tryFind (fun size -> size.Parameter = parameter && size.Process = proc)
        |> Option.bind (fun size -> size.Sizes |> List.tryFind (fun (a, _) -> a = wanted))
        |> Option.map snd
        |> Option.defaultValue nan

    let private ofVariation (learned: LearnedModel) (variation: LearnedVariation) = [
        let nominal = learned.Simulated.Yields[variation.Sample]
        let parameter = variation.Plan.Parameter.Name

        for proc in variation.Plan.Processes do
            for i, (side, rate) in List.indexed (Sides.named (variation.RateOf nominal)) do
                let record = List.tryItem i variation.Records

                let known pick =
                    record |> Option.map pick |> Option.defaultValue nan

                {
                    Parameter = parameter
                    Process = proc
                    Side = side
                    Rate = {
                        Value = if variation.Plan.HasRate then rate else 1.0
                        Error =
                            if variation.Plan.HasRate then
                                known (fun r -> rate * r.Rate.Error / r.Rate.Value)
                            else
                                nan
                    }
                    Size = known _.Size
                    Error = known _.Error
                    EffectiveNominal = known _.EffectiveNominal
                    EffectiveVaried = known _.EffectiveVaried
                    Renormalisation = renormalisation learned parameter proc side
                }
    ]

    let private ofFactors (analysis: Analysis) = [
        for systematic in analysis.Systematics do
            for proc, variation in systematic.Variations do
                match variation with
                | RateFactors(low, high) ->
                    for side, factor in [ "up", high; "down", low ] do
                        {
                            Parameter = systematic.Parameter
                            Process = proc
                            Side = side
                            Rate = { Value = factor; Error = nan }
                            Size = nan
                            Error = nan
                            EffectiveNominal = nan
                            EffectiveVaried = nan
                            Renormalisation = nan
                        }
                | _ -> ()
    ]

    /// <summary>All effects of all nuisance parameters on the processes of the signal region.</summary>
    let ofModel (learned: LearnedModel) : VariationSummary list =
        ofFactors learned.Analysis
        @ (learned.Variations |> List.collect (ofVariation learned))

    /// <summary>What the Monte Carlo error of the learned ratios implies, in a sentence; none without
    /// learned ratios.</summary>
    let implication (summaries: VariationSummary list) : string option =
        let worst =
            summaries
            |> List.filter (fun s -> s.Error > 0.0 && s.Size > 0.0)
            |> List.sortByDescending (fun s -> s.Error / s.Size)
            |> List.tryHead

        worst
        |> Option.map (fun s ->
            let share = s.Error / s.Size

            let verdict =
                if share > 0.5 then
                    "that shape is mostly noise of the training: what it does to the error of the parameter of interest is not to be relied on. More simulated events, or the rate alone, would mend it."
                elif share > 0.2 then
                    "the shape is known, and its share in the error of the parameter of interest to about that precision."
                else
                    "the learned shapes are well beyond the noise of the training."

            System.FormattableString.Invariant
                $"Another simulated sample of the same size would change the learned ln r± by its Monte Carlo error. At worst, for {s.Parameter} {s.Side} of {s.Process}, that is {100.0 * share:F0} %% of the size of the effect: "
            + verdict
            + " With one network per fold the error is an upper estimate; two or more tell the noise of a training from that of the sample.")
