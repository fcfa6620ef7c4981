namespace Nsbi.Learn.Transport

open System

// Axes: event i, feature a.

/// The point x at which ∇φ(x; z) = y: where x·y − φ(x; z), a strictly concave function, is largest. Its value is
/// the convex conjugate φ*(y).
[<RequireQualifiedAccess>]
module internal ConjugatePoint =
    [<Literal>]
    let private Iterations = 60

    [<Literal>]
    let private Halvings = 40

    /// Newton steps with halving until the conjugate rises, for all events of a block at once.
    /// y: count x n, row-major; start: the same; conditions: count x C.
    /// Gives count x n; NaN for an event whose steps end above the tolerance |∇φ − y| ≤ 1e-11 (1 + |y|).
    let solve
        (plan: PotentialPlan)
        (n: int)
        (count: int)
        (y: float[])
        (start: float[])
        (conditions: float[])
        : float[] =
        let x = Array.copy start
        let value = Array.zeroCreate<float> count
        let residual = Array.zeroCreate<float>(count * n)
        let step = Array.zeroCreate<float>(count * n)

        /// Runs the plan at x + t·step of these events.
        let run (active: int[]) (t: int -> float) =
            for k in 0 .. active.Length - 1 do
                let i = active[k]
                let point = plan.Point k

                for a in 0 .. n - 1 do
                    point[a] <- x[i * n + a] + t i * step[i * n + a]

                let place = plan.Condition k
                ReadOnlySpan(conditions, i * place.Length, place.Length).CopyTo place

            plan.Slopes active.Length

        let norm (values: float[]) i =
            let mutable sum = 0.0

            for a in 0 .. n - 1 do
                sum <- sum + values[i * n + a] * values[i * n + a]

            Math.Sqrt sum

        let tolerance = Array.init count (fun i -> 1e-11 * (1.0 + norm y i))

        /// φ − x·y and its gradient at these points.
        let accept (active: int[]) (struct (phi: float[,], slope: float[,])) (t: int -> float) k =
            let i = active[k]
            let mutable sum = phi[k, 0]

            for a in 0 .. n - 1 do
                sum <- sum - (x[i * n + a] + t i * step[i * n + a]) * y[i * n + a]

            for a in 0 .. n - 1 do
                residual[i * n + a] <- slope[k, a] - y[i * n + a]

            value[i] <- sum

        let all = Array.init count id
        let none (_: int) = 0.0
        let first = run all none

        for k in 0 .. count - 1 do
            accept all first none k

        let mutable active =
            all |> Array.filter (fun i -> not (norm residual i <= tolerance[i]))

        let mutable iteration = 0

        while active.Length > 0 && iteration < Iterations do
            iteration <- iteration + 1
            run active none |> ignore
            let hessians = plan.Hessians active.Length

            for k in 0 .. active.Length - 1 do
                let i = active[k]

                let h =
                    Array2D.init n n (fun a b ->
                        0.5 * (hessians[k][a * n + b] + hessians[k][b * n + a]))

                let minus = Array.init n (fun a -> -residual[i * n + a])

                let direction =
                    match SymmetricRoot.cholesky h with
                    | Some l -> SymmetricRoot.solve l minus
                    | None -> minus

                Array.blit direction 0 step (i * n) n

            let before = Array.init count (norm residual)
            let length = Array.create count 1.0
            let mutable pending = active
            let mutable halving = 0

            while pending.Length > 0 && halving < Halvings do
                let tried = pending
                let at i = length[i]
                let outcome = run tried at
                let old = Array.map (fun i -> value[i]) tried
                let waiting = ResizeArray()

                for k in 0 .. tried.Length - 1 do
                    let i = tried[k]
                    accept tried outcome at k
                    // Near the end the value no longer resolves the change: there the gradient decides.
                    let falls = value[i] < old[k] || norm residual i < before[i]

                    if falls then
                        for a in 0 .. n - 1 do
                            x[i * n + a] <- x[i * n + a] + length[i] * step[i * n + a]
                    else
                        length[i] <- 0.5 * length[i]
                        value[i] <- old[k]
                        waiting.Add i

                pending <- waiting.ToArray()
                halving <- halving + 1

            let stuck = Collections.Generic.HashSet pending

            active <-
                active
                |> Array.filter (fun i ->
                    not (stuck.Contains i) && not (norm residual i <= tolerance[i]))

            // What cannot be improved any more is as good as double precision makes it.
            for i in pending do
                if not (before[i] <= 1e3 * tolerance[i]) then
                    for a in 0 .. n - 1 do
                        x[i * n + a] <- nan

        for i in active do
            for a in 0 .. n - 1 do
                x[i * n + a] <- nan

        x
