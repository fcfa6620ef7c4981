namespace Nsbi.Infer

open System

/// <summary>Dual averaging of the step size towards a mean acceptance.</summary>
/// <remarks>With H̄_t = (1 − 1/(t + t₀)) H̄ + (δ − α_t)/(t + t₀): ln ε_t = μ − √t/γ H̄_t, and the average of ln ε_t with
/// weights t^−κ is what is used afterwards; μ = ln 10 ε₀, γ = 0.05, t₀ = 10, κ = 0.75. Source: Hoffman and
/// Gelman, JMLR 15 (2014) 1593, section 3.2.</remarks>
[<Sealed>]
type internal StepSizeAdaptation(target: float, first: float) =
    let mutable centre = log (10.0 * first)
    let mutable deficit = 0.0
    let mutable average = 0.0
    let mutable t = 0.0
    let mutable step = first

    /// The step to try next.
    member _.Step: float = step

    /// The average, for when the adaptation is over.
    member _.Final: float = if t = 0.0 then step else exp average

    member _.Restart(first: float) : unit =
        centre <- log (10.0 * first)
        deficit <- 0.0
        average <- 0.0
        t <- 0.0
        step <- first

    /// Learns from the mean acceptance of a trajectory.
    member _.Learn(acceptance: float) : unit =
        t <- t + 1.0
        let alpha = if Double.IsNaN acceptance then 0.0 else min 1.0 acceptance
        let eta = 1.0 / (t + 10.0)
        deficit <- (1.0 - eta) * deficit + eta * (target - alpha)
        let x = centre - deficit * sqrt t / 0.05
        let weight = t ** -0.75
        average <- weight * x + (1.0 - weight) * average
        step <- exp x

/// When the metric is renewed.
[<RequireQualifiedAccess>]
module internal WarmupWindows =

    /// <summary>Iterations (from 0) after which the metric is renewed, and the first one that counts for
    /// it. Of 1000: 75 are for the step alone, then windows of 25, 50, 100, … follow, the last one
    /// stretched to where the last 50 begin, which are for the step again.</summary>
    /// <remarks>Source: Stan Reference Manual, "Automatic Parameter Tuning".</remarks>
    let plan (warmup: int) : int * int list =
        let first, last, window =
            if warmup >= 150 then
                75, 50, 25
            else
                let first = int (0.15 * float warmup)
                let last = int (0.1 * float warmup)
                first, last, warmup - first - last

        let stop = warmup - last

        let rec ends start size =
            let until = start + size

            if until + 2 * size > stop then
                [ stop - 1 ]
            else
                (until - 1) :: ends until (2 * size)

        if warmup < 20 then warmup, [] else first, ends first window
