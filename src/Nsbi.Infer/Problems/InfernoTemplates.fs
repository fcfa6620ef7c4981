namespace Nsbi.Infer

open Nsbi.Learn.Summaries
open Nsbi.Model
open Nsbi.Model.Words

/// <summary>The template analysis of the mixture of <c>InfernoToy</c>: counts in the bins of an observable, with
/// histograms of the background at ±1 of each nuisance parameter.</summary>
[<RequireQualifiedAccess>]
module InfernoTemplates =
    /// By how much a parameter changes from 0 to ±1: the width of its constraint, or a tenth of its value.
    let private step (value: float, width: float option) : float = defaultArg width (0.1 * value)

    /// <summary>The model of a benchmark, with the channel <c>SR</c>, the parameter of interest <c>s</c> in events
    /// and nuisance parameters <c>r</c>, <c>lambda</c>, <c>b</c> in units of their steps.</summary>
    /// <param name="benchmark">which parameters there are</param>
    /// <param name="events">from <c>InfernoToy.events</c>, independent of those by which the observable was
    /// found</param>
    /// <param name="bins">number of bins</param>
    /// <param name="bin">the bin of each event, from 0</param>
    /// <remarks>Histograms at ±1 are of the same events with weights p_B(x; r′, λ′)/p_B(x; r, λ), which is what
    /// infinitely many varied events would give. An unconstrained parameter's step is a tenth of its value.
    /// </remarks>
    let model
        (benchmark: InfernoBenchmark)
        (events: ResponseEvents)
        (bins: int)
        (bin: int[])
        : Model =
        let x, weights, samples = events.Features, events.Weights, events.Samples

        let histogram sample (factor: float -> float -> float -> float) =
            let counts = Array.zeroCreate<float> bins

            for i in 0 .. events.Count - 1 do
                if samples.Span[i] = sample then
                    let at j = float x.Span[3 * i + j]
                    let w = weights.Span[i] * factor (at 0) (at 1) (at 2)
                    counts[bin[i]] <- counts[bin[i]] + w

            List.ofArray counts

        let nominal (x0: float) x1 x2 =
            InfernoToy.backgroundDensity InfernoToy.shift InfernoToy.decay x0 x1 x2

        let varied name shift =
            histogram 1 (fun x0 x1 x2 ->
                match name with
                | "r" ->
                    InfernoToy.backgroundDensity
                        (InfernoToy.shift + shift)
                        InfernoToy.decay
                        x0
                        x1
                        x2
                    / nominal x0 x1 x2
                | "lambda" ->
                    InfernoToy.backgroundDensity
                        InfernoToy.shift
                        (InfernoToy.decay + shift)
                        x0
                        x1
                        x2
                    / nominal x0 x1 x2
                | _ -> 1.0 + shift / InfernoToy.backgroundEvents)

        let one _ _ _ = 1.0
        let s = poi "s" |> from InfernoToy.signalEvents |> between 0.0 1000.0

        let variations = [
            for name, value, width in List.tail (InfernoToy.parameters benchmark) do
                let step = step (value, width)

                let alpha =
                    if width.IsSome then
                        nuisance name
                    else
                        nuisance name |> freely

                histoSys alpha (varied name -step, varied name step)
        ]

        let signal = histogram 0 one |> List.map (fun n -> n / InfernoToy.signalEvents)

        Words.model $"inferno toy in {bins} bins" [
            binned "SR" [
                processOf "S" [ scaledBy s; binYields signal ]
                processOf "B" (binYields (histogram 1 one) :: variations)
            ]
        ]
