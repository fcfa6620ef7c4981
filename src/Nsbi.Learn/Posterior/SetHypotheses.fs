namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels

/// <summary>A value to be tested, and the parameters of two sets: one for which it is right, and one for which it
/// is not.</summary>
[<NoComparison; ReferenceEquality>]
type SetPair = {
    /// θ, in the order of the names of what is tested.
    Tested: float[]
    /// φ of the set at the tested value, its nuisance parameters included, in the order of the simulator.
    Null: float[]
    /// <summary>φ of the set at another value, with nuisance parameters of its own.</summary>
    Alternative: float[]
}

/// <summary>Draws what a comparison is made of.</summary>
/// <param name="stream">where random numbers come from, this pair's own</param>
/// <remarks>Called from several threads at once: it must depend on its argument alone.</remarks>
type DrawPair = delegate of stream: byref<RandomStream> -> SetPair

/// <summary>Pairs of hypotheses about whole sets of events, with nuisance parameters that all events of a set
/// share: what a classifier of sets learns to tell apart.</summary>
[<Sealed>]
type SetHypotheses internal (tested: string list, simulator: SetSimulator, draw: DrawPair) =
    let check what (values: float[]) count =
        if isNull values || values.Length <> count then
            let found = if isNull values then 0 else values.Length
            invalidOp $"A pair of hypotheses has {found} numbers as {what} instead of {count}."

        if not (Array.forall Double.IsFinite values) then
            invalidOp $"A pair of hypotheses has a number as {what} that is not finite."

    /// Names of the tested parameters.
    member _.Tested: string list = tested
    /// Of the events of a set at its parameters.
    member _.Simulator: SetSimulator = simulator

    /// <summary>A pair.</summary>
    /// <exception cref="T:System.InvalidOperationException">the function gave the wrong number of values, or values
    /// that are not finite</exception>
    member _.Draw(stream: byref<RandomStream>) : SetPair =
        let pair = draw.Invoke &stream
        check "tested values" pair.Tested tested.Length
        check "parameters of the first set" pair.Null simulator.Prior.Count
        check "parameters of the second set" pair.Alternative simulator.Prior.Count
        pair

/// Making pairs of hypotheses.
[<RequireQualifiedAccess>]
module SetHypotheses =
    /// <summary>Pairs of hypotheses.</summary>
    /// <param name="tested">names of what is tested, at least one, all different</param>
    /// <param name="simulator">of one set; its prior names the parameters and is not drawn from</param>
    /// <param name="draw">the parameters of a pair</param>
    /// <exception cref="T:System.ArgumentException">no names, or one twice</exception>
    let create (tested: string list) (simulator: SetSimulator) (draw: DrawPair) : SetHypotheses =
        if tested.IsEmpty || (List.distinct tested).Length <> tested.Length then
            invalidArg (nameof tested) "What is tested needs names, each another one."

        if isNull (box simulator) then
            nullArg (nameof simulator)

        if isNull draw then
            nullArg (nameof draw)

        SetHypotheses(tested, simulator, draw)

    /// <summary>Pairs of which the tested parameter is shifted up or down, with equal probability, and all other
    /// parameters are drawn for each set anew: θ and the nuisances from the simulator's prior, θ ± δ with δ
    /// uniform.</summary>
    /// <param name="tested">name of one of the simulator's parameters</param>
    /// <param name="shift">ends of the range of δ, above 0</param>
    /// <param name="simulator">of one set; θ − δ and θ + δ must be possible for it</param>
    /// <exception cref="T:System.ArgumentException">an unknown name or a range that is none</exception>
    let shifted
        (tested: string)
        (shift: struct (float * float))
        (simulator: SetSimulator)
        : SetHypotheses =
        if isNull (box simulator) then
            nullArg (nameof simulator)

        let struct (least, most) = shift

        if not (least >= 0.0 && most > least && Double.IsFinite most) then
            invalidArg (nameof shift) $"Shifts from {least} to {most} are none."

        match List.tryFindIndex ((=) tested) simulator.Prior.Names with
        | None -> invalidArg (nameof tested) $"The simulator has no parameter '{tested}'."
        | Some k ->
            DrawPair(fun stream ->
                let phi = simulator.Prior.Sample &stream
                let other = simulator.Prior.Sample &stream
                let delta = least + (most - least) * stream.NextDouble()
                let sign = if stream.NextInt32 2 = 0 then 1.0 else -1.0
                other[k] <- phi[k] + sign * delta

                {
                    Tested = [| phi[k] |]
                    Null = phi
                    Alternative = other
                })
            |> create [ tested ] simulator

/// Sets of pairs, drawn when they are needed: even positions at the tested value (label 1), odd ones at another
/// (label 0). Their parameters are the tested values and the label.
[<Sealed>]
type internal PairSource(hypotheses: SetHypotheses, seed: uint64, sets: int, validation: int) =
    let simulator = hypotheses.Simulator

    let draw (purpose: string) (epoch: int) (position: int) : EventSet =
        let index number =
            (uint64 epoch <<< 32) ||| uint64 (number: int)

        let mutable ofPair = RandomStream(seed, purpose, index (position / 2))
        let pair = hypotheses.Draw &ofPair
        let isNull = position % 2 = 0
        let phi = if isNull then pair.Null else pair.Alternative
        let mutable ofSet = RandomStream(seed, purpose + ", events", index position)

        {
            simulator.DrawAt(phi, &ofSet) with
                Parameters = Array.append pair.Tested [| (if isNull then 1.0 else 0.0) |]
        }

    let fixedSets = lazy (Array.init validation (draw "validation pair" 0))

    interface ISetSource with
        member _.Features: string list = simulator.Features
        member _.Sets: int = sets
        member _.Most: int = SetSize.most simulator.Size
        member _.Range: (float * float) option = None
        member _.Begin(_: int) : unit = ()
        member _.Draw(epoch: int, position: int) : EventSet = draw "pair" epoch position
        member _.Sample(number: int) : EventSet = draw "pair for scales" 0 number
        member _.Validation: EventSet[] = fixedSets.Value
