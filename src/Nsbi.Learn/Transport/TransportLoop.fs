namespace Nsbi.Learn.Transport

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

// Axes: row of a batch (a source and a target event), feature a.

/// The losses of both potentials over a batch, in the words of the backend.
[<RequireQualifiedAccess>]
module internal TransportLoss =
    /// What the losses are made of.
    type Parts = {
        /// ⟨u, ∇g(u)⟩ − f(∇g(u)), batch x 1.
        Conjugate: Node
        /// The same with derivative zero in g: f(∇g(u)).
        Moved: Node
        /// f(v), batch x 1.
        Target: Node
        /// |∇f(∇g(u)) − u|², batch x 1.
        Cycle: Node
        /// The parameters of f.
        OfDual: Node list
        /// The parameters of g.
        OfMap: Node list
    }

    let parts (potential: ConvexPotential) : Parts =
        let n = potential.Features
        let x, y = input "x" n, input "y" n
        let zx = input "zx" (max 1 potential.Conditions)
        let zy = input "zy" (max 1 potential.Conditions)
        let ofF = ConvexPotential.parameters TransportMap.DualPrefix potential
        let ofG = ConvexPotential.parameters TransportMap.MapPrefix potential
        let f = ConvexPotential.value potential ofF
        let g = ConvexPotential.value potential ofG
        let moved = List.head (grad (g x zx) [ x ])
        let fixedPoint = stopGradient moved
        let back = List.head (grad (f fixedPoint zx) [ fixedPoint ])

        {
            Conjugate = sumColumns (x * moved) - f moved zx
            Moved = f fixedPoint zx
            Target = f y zy
            Cycle = sumColumns (square (back - x))
            OfDual = ofF |> Map.values |> List.ofSeq
            OfMap = ofG |> Map.values |> List.ofSeq
        }

/// The course of one transport training: an explicit state that can be saved at any update and resumed, on any
/// number of threads, to the same bytes.
[<Sealed>]
type internal TransportLoop
    (
        team: ThreadTeam,
        settings: TransportSettings,
        potential: ConvexPotential,
        frame: TransportFrame,
        events: TransportEvents,
        initial: Values
    ) =
    let parts = TransportLoss.parts potential

    let batch =
        min settings.BatchSize (max events.Source.Weights.Length events.Target.Weights.Length)

    let plan =
        AlternatingPlan.Compile(
            team,
            {
                Precision = Precision.Single
                Capacity = batch
                Seed = settings.Seed
            },
            [
                {
                    Loss = -(meanRows parts.Conjugate)
                    Trained = parts.OfMap
                    Optimiser = settings.Optimiser
                }
                {
                    Loss = meanRows parts.Target - meanRows parts.Moved
                    Trained = parts.OfDual
                    Optimiser = settings.Optimiser
                }
            ],
            initial
        )

    let watched = 4096

    let monitor =
        Plan.Compile(
            team,
            Precision.Single,
            watched,
            [ parts.Conjugate; parts.Target; parts.Cycle ]
        )

    let batches = TransportBatches(settings.Seed, "batches", batch, frame, events)
    let rows = Array.init batch id

    let sample =
        lazy
            (let sample = TransportBatches(settings.Seed, "monitor", watched, frame, events)
             sample.Fill 0L
             sample)

    let perRound = settings.MapSteps + settings.PotentialSteps
    let perEpoch = settings.Rounds * perRound
    let mutable step = 0
    let mutable epochs: TransportEpoch list = []
    let mutable kept = initial
    let mutable ending: TrainingEnding option = None

    let learningRate () =
        let elapsed = float epochs.Length + float step / float perEpoch

        settings.LearningRate
        * Schedule.factor settings.Schedule settings.Epochs elapsed []

    let mean (values: float[,]) =
        let mutable sum = 0.0

        for i in 0 .. Array2D.length1 values - 1 do
            sum <- sum + values[i, 0]

        sum / float (Array2D.length1 values)

    let finishEpoch rate =
        monitor.SetParameters plan.Parameters
        let sample = sample.Value
        monitor.Run(sample.Table, ReadOnlySpan(Array.init watched id))

        let record = {
            Epoch = epochs.Length + 1
            SquaredDistance =
                sample.SumOfSquares / float watched
                - 2.0 * (mean (monitor.Output 0) + mean (monitor.Output 1))
            Cycle = Math.Sqrt(mean (monitor.Output 2))
            LearningRate = rate
        }

        epochs <- record :: epochs
        step <- 0

        if Double.IsFinite record.SquaredDistance && Double.IsFinite record.Cycle then
            kept <- plan.Parameters

            if record.Epoch = settings.Epochs then
                ending <- Some TrainingEnding.Completed
        else
            ending <- Some TrainingEnding.Diverged

    /// True when there is nothing left to do.
    member _.IsDone: bool = ending.IsSome

    /// One update; after the last one of an epoch also what is recorded of it.
    member _.Advance() : unit =
        if ending.IsNone then
            let rate = learningRate ()
            let number = int64 epochs.Length * int64 perEpoch + int64 step
            batches.Fill number
            let objective = if step % perRound < settings.MapSteps then 0 else 1
            let loss = plan.Step(objective, batches.Table, ReadOnlySpan rows, rate)
            step <- step + 1

            if step = perEpoch || not (Double.IsFinite loss) then
                finishEpoch rate

                if not (Double.IsFinite loss) then
                    ending <- Some TrainingEnding.Diverged

    /// The state as bytes, from which <c>Restore</c> goes on.
    member _.Checkpoint() : byte[] =
        TransportCheckpoint.toBytes {
            StepInEpoch = step
            State = plan.State
            Epochs = epochs
            Kept = kept
            Ending = ending
        }

    /// Goes on from a checkpoint of a training of the same settings and events.
    member _.Restore(checkpoint: byte[]) : unit =
        match TransportCheckpoint.ofBytes "transport" checkpoint with
        | Error faults -> invalidArg (nameof checkpoint) (Fault.render faults)
        | Ok saved ->
            plan.Restore saved.State
            step <- saved.StepInEpoch
            epochs <- saved.Epochs
            kept <- saved.Kept
            ending <- saved.Ending

    /// The parameters after the last epoch.
    member _.Values: Values = kept

    member _.History: TransportHistory = {
        Epochs = List.rev epochs
        Ending = defaultArg ending TrainingEnding.StoppedEarly
    }

    member private _.Report(context: TrainingContext) : unit =
        let last = List.tryHead epochs

        let read (f: TransportEpoch -> float) =
            last |> Option.map f |> Option.defaultValue nan

        context.Progress.Report {
            Network = "transport"
            Fold = 0
            Member = 0
            Epoch = epochs.Length
            Epochs = settings.Epochs
            Fraction = float step / float perEpoch
            TrainLoss = read _.SquaredDistance
            ValidationLoss = read _.Cycle
            BestLoss = read _.Cycle
            IsDone = ending.IsSome
        }

    /// Trains to the end, from the context's checkpoint if there is one.
    member this.Run(context: TrainingContext) : unit =
        TrainingCourse.run
            context
            {
                new ITrainingCourse with
                    member _.IsDone = ending.IsSome
                    member _.Epochs = epochs.Length
                    member _.Advance() = this.Advance()
                    member _.Checkpoint() = this.Checkpoint()
                    member _.Restore checkpoint = this.Restore checkpoint
                    member _.Report() = this.Report context
            }

    interface IDisposable with
        member _.Dispose() =
            (plan :> IDisposable).Dispose()
            (monitor :> IDisposable).Dispose()
