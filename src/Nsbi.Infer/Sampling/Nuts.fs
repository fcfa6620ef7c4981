namespace Nsbi.Infer

open System
open System.Threading
open Nsbi.Kernels

/// <summary>Where chains start.</summary>
[<RequireQualifiedAccess>]
type NutsStart =
    /// <summary>Uniform between −radius and radius in coordinates without bounds, anew for each chain;
    /// up to 100 tries.</summary>
    | Random of radius: float
    /// <summary>One point per chain, within the bounds; where there are fewer they are used in turn.
    /// </summary>
    | Points of float[] list

/// <summary>How to sample.</summary>
[<NoComparison; ReferenceEquality>]
type NutsSettings = {
    /// <summary>Number of chains, at least 1; 4 tell whether they agree.</summary>
    Chains: int
    /// <summary>Draws per chain in which step and metric are learned; thrown away.</summary>
    Warmup: int
    /// <summary>Draws per chain that are kept.</summary>
    Draws: int
    /// <summary>Mean acceptance that the step is made for, above 0, below 1; nearer to 1 means shorter
    /// steps and fewer divergences.</summary>
    TargetAcceptance: float
    /// <summary>Trajectories have at most 2^depth − 1 steps.</summary>
    MaxDepth: int
    /// <summary>What is learned of the posterior's form.</summary>
    Metric: MetricForm
    /// <summary>Where chains start.</summary>
    Start: NutsStart
    /// <summary>Seed of all random numbers.</summary>
    Seed: uint64
    /// <summary>Threads, one chain at a time on each; none for the caller's own. Results do not depend on
    /// it.</summary>
    Team: ThreadTeam option
    /// <summary>Told the share of all draws that is done; may be null.</summary>
    Progress: IProgress<float>
    /// <summary>Ends the sampling with an OperationCanceledException.</summary>
    Cancellation: CancellationToken
}

/// <summary>The No-U-Turn sampler.</summary>
/// <remarks>Hamiltonian Monte Carlo whose trajectories end where they turn back, with points drawn along them by
/// e^−H, a step size by dual averaging and a metric learned in windows of doubling length. Sources: Hoffman and
/// Gelman, JMLR 15 (2014) 1593; Betancourt, arXiv:1701.02434; Stan Reference Manual, "MCMC Sampling".</remarks>
[<RequireQualifiedAccess>]
module Nuts =

    /// <summary>4 chains of 1000 + 1000 draws, acceptance 0.8, depth 10, diagonal metric, starts within 2, seed
    /// 1, the caller's thread.</summary>
    let settings: NutsSettings = {
        Chains = 4
        Warmup = 1000
        Draws = 1000
        TargetAcceptance = 0.8
        MaxDepth = 10
        Metric = MetricForm.Diagonal
        Start = NutsStart.Random 2.0
        Seed = 1UL
        Team = None
        Progress = null
        Cancellation = CancellationToken.None
    }

    let private validate (settings: NutsSettings) (density: ILogDensity) =
        let positive name value =
            if value < 1 then
                invalidArg (nameof settings) $"The number of {name} is at least 1, not {value}."

        positive "chains" settings.Chains
        positive "draws" settings.Draws

        if settings.MaxDepth < 1 || settings.MaxDepth > 20 then
            invalidArg
                (nameof settings)
                $"The depth lies between 1 and 20, not at {settings.MaxDepth}."

        if settings.Warmup < 0 then
            invalidArg (nameof settings) $"The warm-up has 0 draws or more, not {settings.Warmup}."

        if not (settings.TargetAcceptance > 0.0 && settings.TargetAcceptance < 1.0) then
            invalidArg
                (nameof settings)
                $"The target acceptance lies between 0 and 1, not at {settings.TargetAcceptance}."

        match settings.Start with
        | NutsStart.Random radius when not (Double.IsFinite radius && radius >= 0.0) ->
            invalidArg (nameof settings) $"The radius of starts is 0 or above, not {radius}."
        | NutsStart.Points [] -> invalidArg (nameof settings) "There are no starts."
        | NutsStart.Points points when
            points |> List.exists (fun x -> x.Length <> density.Names.Length)
            ->
            invalidArg (nameof settings) $"Each start has {density.Names.Length} values."
        | _ -> ()

    /// The coordinates of a start, with ln of the density and its gradient.
    let private start
        (settings: NutsSettings)
        (density: UnboundedDensity)
        (stream: byref<RandomStream>)
        (chain: int)
        : PhasePoint =
        let n = density.Dimension
        let gradient = Array.zeroCreate n

        let at (y: float[]) =
            let log = density.Evaluate(y, gradient)

            if Double.IsFinite log && gradient |> Array.forall Double.IsFinite then
                PhasePoint(y, Array.zeroCreate n, Array.copy gradient, log, Array.zeroCreate n)
            else
                null

        match settings.Start with
        | NutsStart.Points points ->
            let x = points[chain % points.Length]
            let found = at (density.Coordinates x)

            if isNull found then
                let where = String.Join(", ", x)

                invalidOp
                    $"The density or its gradient is not finite at the start ({where}): choose another."

            found
        | NutsStart.Random radius ->
            let mutable found = null
            let mutable tries = 0

            while isNull found && tries < 100 do
                let y = Array.zeroCreate n

                for k in 0 .. n - 1 do
                    y[k] <- radius * (2.0 * stream.NextDouble() - 1.0)

                found <- at y
                tries <- tries + 1

            if isNull found then
                invalidOp
                    "The density or its gradient was not finite at any of 100 random starts: give starts within its support."

            found

    /// Step and metric that the warm-up ends with, and where the chain is then.
    let private warmUp
        (settings: NutsSettings)
        (density: UnboundedDensity)
        (stream: byref<RandomStream>)
        (first: PhasePoint)
        (told: unit -> unit)
        =
        let n = density.Dimension
        let mutable metric = EuclideanMetric.unit settings.Metric n
        let mutable point = first
        let mutable steps = 0L
        let initial = NutsTransition.FirstStep(density, metric, &stream, point, 1.0)
        let adaptation = StepSizeAdaptation(settings.TargetAcceptance, initial)
        let from, ends = WarmupWindows.plan settings.Warmup
        let last = if ends.IsEmpty then -1 else List.last ends
        let mutable estimate = MetricEstimate(settings.Metric, n)

        for i in 0 .. settings.Warmup - 1 do
            let transition = NutsTransition(density, metric, adaptation.Step, settings.MaxDepth)

            let made = transition.Run(&stream, point)
            point <- made.Point
            steps <- steps + int64 made.Steps
            adaptation.Learn made.Acceptance

            if i >= from && i <= last then
                estimate.Add point.Position

                if List.contains i ends then
                    metric <- estimate.Metric |> Option.defaultValue metric
                    estimate <- MetricEstimate(settings.Metric, n)

                    let again =
                        NutsTransition.FirstStep(density, metric, &stream, point, adaptation.Final)

                    adaptation.Restart again

            told ()

        struct (adaptation.Final, metric, point, steps)

    let private chain
        (settings: NutsSettings)
        (density: UnboundedDensity)
        (told: unit -> unit)
        (number: int)
        : MarkovChain =
        let mutable stream = RandomStream(settings.Seed, "nuts chain", uint64 number)
        let first = start settings density &stream number

        let struct (step, metric, warm, warmupSteps) =
            warmUp settings density &stream first told

        let transition = NutsTransition(density, metric, step, settings.MaxDepth)
        let n = settings.Draws
        let draws = Array.zeroCreate n
        let logs, energies = Array.zeroCreate n, Array.zeroCreate n
        let depths, divergent = Array.zeroCreate n, Array.zeroCreate n
        let mutable point = warm
        let mutable steps = 0L
        let mutable acceptance = 0.0

        for i in 0 .. n - 1 do
            let made = transition.Run(&stream, point)
            point <- made.Point
            draws[i] <- density.Point point.Position
            logs[i] <- point.Log - density.LogJacobian point.Position
            energies[i] <- point.Energy
            depths[i] <- made.Depth
            divergent[i] <- made.Divergent
            steps <- steps + int64 made.Steps
            acceptance <- acceptance + made.Acceptance / float n
            told ()

        {
            Draws = draws
            LogDensities = logs
            Energies = energies
            Depths = depths
            Divergent = divergent
            Acceptance = acceptance
            Steps = steps
            WarmupSteps = warmupSteps
            StepSize = step
            Scales = EuclideanMetric.scales metric
        }

    /// <summary>Samples a density; a function of the density and the settings, the same for any number of
    /// threads.</summary>
    /// <param name="settings">how</param>
    /// <param name="density">what; evaluated by several threads at once where the settings have a team
    /// </param>
    /// <exception cref="T:System.ArgumentException">settings out of their range</exception>
    /// <exception cref="T:System.InvalidOperationException">no start with a finite density</exception>
    let run (settings: NutsSettings) (density: ILogDensity) : MarkovChains =
        validate settings density
        let unbounded = UnboundedDensity density
        let total = int64 settings.Chains * int64 (settings.Warmup + settings.Draws)
        let every = max 1L (total / 200L)
        let ready = [| 0L |]

        let told () =
            settings.Cancellation.ThrowIfCancellationRequested()
            let count = Interlocked.Increment(&ready[0])

            if not (isNull settings.Progress) && (count % every = 0L || count = total) then
                settings.Progress.Report(float count / float total)

        {
            Names = density.Names
            Chains =
                IndependentWork.run
                    settings.Team
                    null
                    settings.Cancellation
                    settings.Chains
                    (chain settings unbounded told)
            MaxDepth = settings.MaxDepth
            Seed = settings.Seed
        }
