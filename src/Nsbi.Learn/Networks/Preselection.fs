namespace Nsbi.Learn.Networks

open System
open Nsbi.Learn

/// <summary>Events of one process with a score, none of which was used to train what gave the score.
/// </summary>
type ScoredSample = {
    /// The process.
    Name: string
    /// ν: expected events before the cut; > 0.
    Yield: float
    /// The score of each event.
    Scores: float[]
    /// The weight of each event; of either sign, their sum positive.
    Weights: float[]
}

/// <summary>A cut on a score: events with score ≥ <c>Cut</c> pass.</summary>
type PreselectionCut = {
    /// The threshold; −∞ if every event passes.
    Cut: float
    /// Signal over background of the passing events at this cut, with its MC-stat error.
    Ratio: Measured
    /// Expected passing events of the signal.
    Signal: Measured
    /// Expected passing events of the background.
    Background: Measured
}

/// <summary>The failing events as a binned channel.</summary>
type ControlRegion = {
    /// Upper edges of the bins, rising; a bin holds edges[b − 1] ≤ score < edges[b], the first one
    /// everything below, and the last edge is the cut.
    Edges: float[]
    /// Expected events of each process in each bin, with their MC-stat errors.
    Yields: (string * Measured[]) list
}

/// <summary>The selection by a classifier that comes before the ratio networks: its cut and the control
/// region of what fails.</summary>
/// <remarks>Source: ATLAS, arXiv:2412.01600, with a cut at S/NI ≈ 0.1 on the signal output of a network
/// of the classes S, B, NI.</remarks>
[<RequireQualifiedAccess>]
module Preselection =
    /// <summary>ln[λ_s r_s / Σ_{k≠s} λ_k r_k] of each event: rises with the softmax output of class s of a
    /// network trained on classes in the proportions λ.</summary>
    /// <param name="proportions">λ_k ≥ 0, one per class</param>
    /// <param name="signal">s</param>
    /// <param name="ratios">r[k][i]</param>
    let scores (proportions: float[]) (signal: int) (ratios: float[][]) : float[] =
        Array.init ratios[0].Length (fun i ->
            let mutable others = 0.0

            for k in 0 .. ratios.Length - 1 do
                if k <> signal then
                    others <- others + proportions[k] * ratios[k][i]

            Math.Log(proportions[signal] * ratios[signal][i]) - Math.Log others)

    let private faults (sample: ScoredSample) = [
        let source = $"sample '{sample.Name}'"

        if sample.Scores.Length <> sample.Weights.Length then
            Fault.create source "the scores and the weights differ in length" ""
            |> Fault.withValue $"{sample.Scores.Length} and {sample.Weights.Length}"

        if not (Double.IsFinite sample.Yield && sample.Yield > 0.0) then
            Fault.create source "the yield is not positive" "give the expected number of events"
            |> Fault.withValue (JsonFields.text sample.Yield)

        let bad = sample.Scores |> Array.filter Double.IsNaN

        if bad.Length > 0 then
            Fault.create source "the score is not a number" "look at the network"
            |> Fault.withValue $"{bad.Length} events"

        if not (Array.sum sample.Weights > 0.0) then
            Fault.create source "the total weight is not positive" "give more events"
            |> Fault.withValue (JsonFields.text (Array.sum sample.Weights))
    ]

    /// ν F with the error of the share F = Σ_in w/Σ w: √(Σ_in w² (1−F)² + Σ_out w² F²)/Σ w.
    let private selected (sample: ScoredSample) (inside: float -> bool) : Measured =
        let mutable sum, squares, total, all = 0.0, 0.0, 0.0, 0.0

        for i in 0 .. sample.Scores.Length - 1 do
            let w = sample.Weights[i]
            total <- total + w
            all <- all + w * w

            if inside sample.Scores[i] then
                sum <- sum + w
                squares <- squares + w * w

        let share = sum / total
        let variance = squares * (1.0 - share) ** 2.0 + (all - squares) * share ** 2.0

        {
            Value = sample.Yield * share
            Error = sample.Yield * sqrt (max 0.0 variance) / total
        }

    let private cutAt (signal: ScoredSample) (background: ScoredSample) (cut: float) =
        let passing sample =
            selected sample (fun score -> score >= cut)

        let s, b = passing signal, passing background
        let ratio = s.Value / b.Value
        let relative = sqrt ((s.Error / s.Value) ** 2.0 + (b.Error / b.Value) ** 2.0)

        {
            Cut = cut
            Ratio = {
                Value = ratio
                Error = abs ratio * relative
            }
            Signal = s
            Background = b
        }

    /// Effective background events below which a ratio is not trusted.
    [<Literal>]
    let private LeastEffective = 10.0

    /// Walks from the highest score down; calls back with (score, next lower score, S/B) after each score
    /// at which enough background has passed.
    let private walk (signal: ScoredSample) (background: ScoredSample) visit : unit =
        let tag (isSignal: bool) (sample: ScoredSample) =
            let scale = sample.Yield / Array.sum sample.Weights

            Array.map2
                (fun score w -> struct (score, isSignal, scale * w))
                sample.Scores
                sample.Weights

        let events = Array.append (tag true signal) (tag false background)
        let events = events |> Array.sortBy (fun struct (score, _, _) -> -score)
        let scoreOf struct (score: float, _, _) = score
        let mutable s, b, squares = 0.0, 0.0, 0.0

        for i in 0 .. events.Length - 1 do
            let struct (score, isSignal, w) = events[i]

            if isSignal then
                s <- s + w
            else
                b <- b + w
                squares <- squares + w * w

            let last = i = events.Length - 1

            let next =
                if last then
                    Double.NegativeInfinity
                else
                    scoreOf events[i + 1]

            if next < score && b > 0.0 && b * b >= LeastEffective * squares then
                visit score next (s / b)

    /// <summary>The loosest cut at which the passing events have S/B ≥ target.</summary>
    /// <param name="target">the ratio of expected events wanted, such as 0.1</param>
    /// <param name="signal">events of the signal, disjoint from all training</param>
    /// <param name="background">events of the background, likewise</param>
    /// <returns>the cut, halfway between two scores; −∞ if S/B ≥ target without a cut; or faults, one of
    /// which says that no cut with 10 effective background events reaches the target, and how far one
    /// comes</returns>
    let findCut
        (target: float)
        (signal: ScoredSample)
        (background: ScoredSample)
        : Result<PreselectionCut, Fault list> =
        let ranged = [
            if not (Double.IsFinite target && target > 0.0) then
                Fault.create "preselection" "the wanted S/B is not positive" "such as 0.1"
                |> Fault.withValue (JsonFields.text target)
        ]

        match ranged @ faults signal @ faults background with
        | [] ->
            let mutable found = ValueNone
            let mutable best = struct (Double.NegativeInfinity, nan)

            walk signal background (fun score next ratio ->
                let struct (highest, _) = best

                if ratio > highest then
                    best <- struct (ratio, score)

                if ratio >= target then
                    found <- ValueSome struct (score, next))

            match found with
            | ValueSome struct (_, Double.NegativeInfinity) ->
                Ok(cutAt signal background Double.NegativeInfinity)
            | ValueSome struct (score, next) -> Ok(cutAt signal background (0.5 * (score + next)))
            | ValueNone ->
                let struct (highest, score) = best

                let remedy =
                    if highest > Double.NegativeInfinity then
                        let reached = cutAt signal background score
                        $"the largest with {LeastEffective} effective events of '{background.Name}' is {reached.Ratio}"
                    else
                        $"there are fewer than {LeastEffective} effective events of '{background.Name}'"

                Fault.create
                    "preselection"
                    $"no cut on the score gives '{signal.Name}'/'{background.Name}' as wanted"
                    remedy
                |> Fault.withValue (JsonFields.text target)
                |> List.singleton
                |> Error
        | faults -> Error faults

    /// <summary>The number of the bin of a failing event; −1 for a passing one.</summary>
    let bin (region: ControlRegion) (score: float) : int =
        let edges = region.Edges

        if score >= edges[edges.Length - 1] then
            -1
        else
            let found = Array.BinarySearch(edges, score)
            if found >= 0 then found + 1 else ~~~found

    /// <summary>The failing events of all processes in bins of about equal expectation.</summary>
    /// <param name="cut">the threshold, finite</param>
    /// <param name="bins">how many, at least 1</param>
    /// <param name="samples">events of every process</param>
    /// <returns>edges and yields; faults if there are fewer distinct failing scores than bins</returns>
    let controlRegion
        (cut: float)
        (bins: int)
        (samples: ScoredSample list)
        : Result<ControlRegion, Fault list> =
        let shape = [
            if bins < 1 then
                Fault.create "control region" "the number of bins is out of range" "at least 1"
                |> Fault.withValue (string bins)
            if not (Double.IsFinite cut) then
                Fault.create "control region" "no event fails the cut" "choose a tighter cut"
                |> Fault.withValue (JsonFields.text cut)
        ]

        match shape @ List.collect faults samples with
        | [] ->
            let failing =
                [|
                    for sample in samples do
                        let scale = sample.Yield / Array.sum sample.Weights

                        for i in 0 .. sample.Scores.Length - 1 do
                            if sample.Scores[i] < cut then
                                struct (sample.Scores[i], scale * abs sample.Weights[i])
                |]
                |> Array.sortBy (fun struct (score, _) -> score)

            let total = failing |> Array.sumBy (fun struct (_, w) -> w)
            let inner = ResizeArray<float>()
            let mutable sum = 0.0

            for struct (score, w) in failing do
                let wanted = total * float (inner.Count + 1) / float bins
                let rises = inner.Count = 0 || score > inner[inner.Count - 1]

                if inner.Count < bins - 1 && sum >= wanted && rises then
                    inner.Add score

                sum <- sum + w

            if inner.Count < bins - 1 || failing.Length = 0 then
                Fault.create
                    "control region"
                    "there are fewer failing events than bins"
                    $"choose at most {inner.Count + 1} bins or a tighter cut"
                |> Fault.withValue $"{failing.Length} events in {bins} bins"
                |> List.singleton
                |> Error
            else
                let region = {
                    Edges = Array.append (inner.ToArray()) [| cut |]
                    Yields = []
                }

                let yields sample =
                    Array.init bins (fun b -> selected sample (fun score -> bin region score = b))

                Ok {
                    region with
                        Yields = samples |> List.map (fun sample -> sample.Name, yields sample)
                }
        | faults -> Error faults
