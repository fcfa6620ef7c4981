namespace Nsbi.Infer

open System
open Nsbi.Kernels

/// A point of a trajectory: position, momentum, and what follows from them.
[<Sealed; AllowNullLiteral>]
type internal PhasePoint
    (position: float[], momentum: float[], gradient: float[], log: float, velocity: float[]) =
    member _.Position = position
    member _.Momentum = momentum
    member _.Gradient = gradient
    /// ln of the density.
    member _.Log = log
    /// M⁻¹ p.
    member _.Velocity = velocity

    /// −ln p + ½ pᵀ M⁻¹ p; +∞ where that is no number.
    member _.Energy: float =
        let mutable kinetic = 0.0

        for k in 0 .. momentum.Length - 1 do
            kinetic <- kinetic + momentum[k] * velocity[k]

        let energy = 0.5 * kinetic - log
        if Double.IsNaN energy then infinity else energy

/// Part of a trajectory: its ends, the sum of its momenta, one point drawn from it.
[<NoComparison; ReferenceEquality>]
type internal Subtree = {
    First: PhasePoint
    Last: PhasePoint
    Momenta: float[]
    Proposal: PhasePoint
    /// ln Σ e^(H₀ − H) over its points.
    LogWeight: float
}

/// <summary>Builds new halves of a trajectory.</summary>
/// <param name="leap">one step of leapfrog</param>
/// <param name="energy">H₀, that of the trajectory's start</param>
[<Sealed>]
type internal NutsTree(leap: PhasePoint -> float -> PhasePoint, energy: float) =
    /// Energy beyond H₀ that is called a divergence.
    static let divergence = 1000.0

    let mutable steps = 0
    let mutable divergent = false
    let mutable acceptance = 0.0

    /// ln(e^a + e^b).
    static member LogAdd(a: float, b: float) : float =
        let top = max a b

        if Double.IsNegativeInfinity top then
            top
        else
            top + log (exp (a - top) + exp (b - top))

    /// Whether the velocities at both ends go along the sum of momenta.
    static member private GoesOn(momenta: float[], first: PhasePoint, last: PhasePoint) : bool =
        let along (point: PhasePoint) =
            let mutable sum = 0.0

            for k in 0 .. momenta.Length - 1 do
                sum <- sum + point.Velocity[k] * momenta[k]

            sum > 0.0

        along first && along last

    /// No U-turn within the whole of two neighbours, nor between one of them and the next point of the
    /// other.
    static member IsStraight(a: Subtree, b: Subtree) : bool =
        NutsTree.GoesOn(Array.map2 (+) a.Momenta b.Momenta, a.First, b.Last)
        && NutsTree.GoesOn(Array.map2 (+) a.Momenta b.First.Momentum, a.First, b.First)
        && NutsTree.GoesOn(Array.map2 (+) b.Momenta a.Last.Momentum, a.Last, b.Last)

    /// Steps of leapfrog so far.
    member _.Steps: int = steps
    /// Whether the energy went away.
    member _.Divergent: bool = divergent
    /// Σ min(1, e^(H₀ − H)) over the steps.
    member _.Acceptance: float = acceptance

    /// 2^depth points beyond a point, in the direction of the step's sign; none where they turn around or
    /// diverge.
    member this.Build
        (stream: byref<RandomStream>, depth: int, from: PhasePoint, epsilon: float)
        : Subtree voption =
        if depth = 0 then
            let point = leap from epsilon
            let gain = energy - point.Energy
            steps <- steps + 1
            acceptance <- acceptance + min 1.0 (exp gain)

            if -gain > divergence then
                divergent <- true
                ValueNone
            else
                ValueSome {
                    First = point
                    Last = point
                    Momenta = point.Momentum
                    Proposal = point
                    LogWeight = gain
                }
        else
            match this.Build(&stream, depth - 1, from, epsilon) with
            | ValueNone -> ValueNone
            | ValueSome a ->
                match this.Build(&stream, depth - 1, a.Last, epsilon) with
                | ValueNone -> ValueNone
                | ValueSome b ->
                    let weight = NutsTree.LogAdd(a.LogWeight, b.LogWeight)
                    let taken = stream.NextDouble() < exp (b.LogWeight - weight)

                    if NutsTree.IsStraight(a, b) then
                        ValueSome {
                            First = a.First
                            Last = b.Last
                            Momenta = Array.map2 (+) a.Momenta b.Momenta
                            Proposal = if taken then b.Proposal else a.Proposal
                            LogWeight = weight
                        }
                    else
                        ValueNone
