namespace Nsbi.Infer

open System
open Nsbi.Kernels

/// What one transition did.
[<NoComparison; ReferenceEquality>]
type internal Transition = {
    Point: PhasePoint
    Depth: int
    Steps: int
    Divergent: bool
    Acceptance: float
}

/// <summary>One transition of the No-U-Turn sampler with multinomial sampling.</summary>
/// <remarks>A trajectory is doubled forwards or backwards at random until it turns around: until the sum of
/// momenta of the whole, or of one half and the first point of the other, is no longer along the velocity at
/// its ends. Points are drawn with weights e^−H: uniformly within new halves, in favour of the new half
/// against the old one. Sources: Hoffman and Gelman, JMLR 15 (2014) 1593; Betancourt, arXiv:1701.02434,
/// appendix A; the checks across halves as in Stan since 2.21.</remarks>
[<Sealed>]
type internal NutsTransition
    (density: UnboundedDensity, metric: EuclideanMetric, step: float, maxDepth: int) =
    let leap (point: PhasePoint) (epsilon: float) : PhasePoint =
        let n = point.Position.Length

        let half =
            Array.map2 (fun p g -> p + 0.5 * epsilon * g) point.Momentum point.Gradient

        let velocity = EuclideanMetric.velocity metric half
        let position = Array.map2 (fun q v -> q + epsilon * v) point.Position velocity
        let gradient = Array.zeroCreate n
        let log = density.Evaluate(position, gradient)
        let momentum = Array.map2 (fun p g -> p + 0.5 * epsilon * g) half gradient
        PhasePoint(position, momentum, gradient, log, EuclideanMetric.velocity metric momentum)

    /// The first position's step size: doubled or halved until the acceptance of one step crosses 0.8.
    static member FirstStep
        (
            density: UnboundedDensity,
            metric: EuclideanMetric,
            stream: byref<RandomStream>,
            point: PhasePoint,
            first: float
        ) : float =
        let n = point.Position.Length
        let mutable step = first
        let mutable direction = 0
        let mutable searching = true
        let mutable left = 60

        while searching && left > 0 do
            let momentum = EuclideanMetric.momentum &stream metric n

            let here =
                PhasePoint(
                    point.Position,
                    momentum,
                    point.Gradient,
                    point.Log,
                    EuclideanMetric.velocity metric momentum
                )

            let next = NutsTransition(density, metric, step, 1).Leap(here, step)
            let accepted = here.Energy - next.Energy > log 0.8
            let wanted = if accepted then 1 else -1

            if direction = 0 then
                direction <- wanted

            if wanted <> direction then
                searching <- false
            else
                step <- if direction = 1 then 2.0 * step else 0.5 * step

            left <- left - 1

        step

    member private _.Leap(point: PhasePoint, epsilon: float) : PhasePoint = leap point epsilon

    /// The next point of the chain.
    member _.Run(stream: byref<RandomStream>, here: PhasePoint) : Transition =
        let n = here.Position.Length
        let momentum = EuclideanMetric.momentum &stream metric n

        let start =
            PhasePoint(
                here.Position,
                momentum,
                here.Gradient,
                here.Log,
                EuclideanMetric.velocity metric momentum
            )

        let mutable trajectory = {
            First = start
            Last = start
            Momenta = momentum
            Proposal = start
            LogWeight = 0.0
        }

        let tree = NutsTree(leap, start.Energy)
        let mutable depth = 0
        let mutable turning = false

        while depth < maxDepth && not turning do
            let forwards = stream.NextDouble() > 0.5
            let from = if forwards then trajectory.Last else trajectory.First
            let added = tree.Build(&stream, depth, from, (if forwards then step else -step))

            match added with
            | ValueNone -> turning <- true
            | ValueSome added ->
                depth <- depth + 1

                let taken =
                    added.LogWeight > trajectory.LogWeight
                    || stream.NextDouble() < exp (added.LogWeight - trajectory.LogWeight)

                let proposal = if taken then added.Proposal else trajectory.Proposal

                // The new part begins where the old one ends; backwards, it is told from its far end.
                let a, b =
                    if forwards then
                        trajectory, added
                    else
                        {
                            added with
                                First = added.Last
                                Last = added.First
                        },
                        trajectory

                turning <- not (NutsTree.IsStraight(a, b))

                trajectory <- {
                    First = a.First
                    Last = b.Last
                    Momenta = Array.map2 (+) a.Momenta b.Momenta
                    Proposal = proposal
                    LogWeight = NutsTree.LogAdd(trajectory.LogWeight, added.LogWeight)
                }

        {
            Point = trajectory.Proposal
            Depth = depth
            Steps = tree.Steps
            Divergent = tree.Divergent
            Acceptance = tree.Acceptance / float (max 1 tree.Steps)
        }
