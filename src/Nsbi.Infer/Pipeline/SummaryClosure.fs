namespace Nsbi.Infer

open MathNet.Numerics.LinearAlgebra
open Nsbi.Kernels
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Model

// Axes: event i, bin b, parameter p.

/// <summary>What templates of one half of the simulated events find in the other half: a test of the
/// templates by events that did not make them.</summary>
type SummaryClosure = {
    /// <summary>The parameter of interest after one step from the truth, θ + I⁻¹U: what the fit would
    /// find were it linear and without bounds; with the error of the finite simulation of both halves.
    /// </summary>
    Value: Measured
    /// The value it should find.
    Truth: float
}

/// <summary>Makes closures of summaries.</summary>
[<RequireQualifiedAccess>]
module internal SummaryClosure =

    /// Which half an event belongs to, by its group: copies of an event stay together.
    let private isTemplate (seed: uint64) (group: uint64) : bool =
        let mutable stream = RandomStream(seed, "summary closure", group)
        stream.NextDouble() < 0.5

    let private half (learned: LearnedModel) (bins: int[]) (template: bool) =
        let simulated = learned.Simulated

        let rows =
            [| 0 .. bins.Length - 1 |]
            |> Array.filter (fun i ->
                isTemplate learned.Analysis.Seed simulated.Groups[i] = template)

        SimulatedEvents.take rows simulated.Yields simulated, rows |> Array.map (fun i -> bins[i])

    /// f_k(θ) e_i of the events, and Σ_{i of b} of them.
    let private expectation (learned: LearnedModel) theta (simulated: SimulatedEvents) bins count =
        let index = learned.Model.Index
        let factors = Array.zeroCreate<float> simulated.Samples.Length

        for term in learned.Analysis.Terms do
            let k = System.Array.IndexOf(simulated.Samples, term.Sample)
            factors[k] <- factors[k] + Coefficient.value index theta term.Scale

        let weights =
            Array.map2
                (fun k e -> factors[k] * e)
                simulated.Sample
                (SimulatedEvents.expected simulated)

        let sums = Array.zeroCreate<float> count
        Array.iter2 (fun b w -> sums[b] <- sums[b] + w) bins weights
        weights, sums

    let private width (p: Parameter) : float =
        match Constraint.width p.Constraint with
        | Some width when width > 0.0 -> 1.0 / (width * width)
        | _ -> 0.0

    /// <summary>The closure of a binning.</summary>
    /// <param name="learned">the events</param>
    /// <param name="compile">the model of templates of events in bins, without the errors of the
    /// simulation</param>
    /// <param name="bins">of each simulated event</param>
    /// <param name="count">how many bins there are</param>
    /// <returns>none where a half lacks a sample, or the templates of one half have an empty bin</returns>
    let make
        (learned: LearnedModel)
        (compile: SimulatedEvents -> int[] -> CompiledLikelihood option)
        (bins: int[])
        (count: int)
        : SummaryClosure option =
        let templates, own = half learned bins true
        let data, other = half learned bins false
        let nominal = learned.Model.Initial

        let positive (simulated: SimulatedEvents) =
            let sums = Array.zeroCreate<float> simulated.Samples.Length
            let weights = EventTable.weights simulated.Events
            Array.iter2 (fun k w -> sums[k] <- sums[k] + w) simulated.Sample weights
            sums |> Array.forall (fun s -> s > 0.0)

        if not (positive templates && positive data) then
            None
        else
            compile templates own
            |> Option.bind (fun compiled ->
                let index = compiled.Index
                let initial = compiled.Model.Initial

                let counts (theta: float[]) =
                    match Observation.asimov compiled theta with
                    | Ok asimov -> Some(TemplateModel.countsOf asimov.Observation)
                    | Error _ -> None

                let places = [|
                    for p in compiled.Parameters do
                        if not p.Fixed then
                            index[p.Name]
                |]

                let slopes =
                    places
                    |> Array.map (fun place ->
                        let p = compiled.Parameters[place]
                        let reach = 1e-4 * (1.0 + abs initial[place])

                        let at (value: float) =
                            let theta = Array.copy initial
                            theta[place] <- value
                            value, counts theta

                        let high, above = at (min p.Upper (initial[place] + reach))
                        let low, below = at (max p.Lower (initial[place] - reach))

                        match above, below with
                        | Some above, Some below ->
                            Some(Array.map2 (fun a b -> (a - b) / (high - low)) above below)
                        | _ -> None)

                let weightsA, nuA = expectation learned nominal templates own count
                let weightsB, nuB = expectation learned nominal data other count

                if
                    Array.exists Option.isNone slopes
                    || nuA |> Array.exists (fun nu -> not (nu > 0.0))
                then
                    None
                else
                    let scores =
                        slopes |> Array.map (fun s -> Array.map2 (fun s nu -> s / nu) s.Value nuA)

                    let n = places.Length

                    let u =
                        Vector<float>
                            .Build.Dense(
                                n,
                                fun p ->
                                    Array.sum (
                                        Array.mapi (fun b s -> s * (nuB[b] - nuA[b])) scores[p]
                                    )
                            )

                    let information =
                        Matrix<float>
                            .Build.Dense(
                                n,
                                n,
                                fun p q ->
                                    let sum =
                                        Array.map3
                                            (fun a b nu -> a * b * nu)
                                            scores[p]
                                            scores[q]
                                            nuA
                                        |> Array.sum

                                    let own =
                                        if p = q then width compiled.Parameters[places[p]] else 0.0

                                    sum + own
                            )

                    let part weights (bins: int[]) simulated p q =
                        let score p =
                            bins |> Array.map (fun b -> scores[p][b])

                        SimulatedEvents.covariance weights (score p) (score q) simulated

                    let spread =
                        Matrix<float>
                            .Build.Dense(
                                n,
                                n,
                                fun p q ->
                                    part weightsA own templates p q + part weightsB other data p q
                            )

                    let c = information.PseudoInverse()
                    let interest = index[learned.Analysis.Interest]
                    let place = System.Array.IndexOf(places, interest)

                    if place < 0 then
                        None
                    else
                        Some {
                            Value = {
                                Value = initial[interest] + (c * u)[place]
                                Error = sqrt (c * spread * c).[place, place]
                            }
                            Truth = initial[interest]
                        })
