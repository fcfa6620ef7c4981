namespace Nsbi.Infer

/// <summary>The step of a trust-region method: the minimum of the quadratic model
/// m(p) = g·p + ½ pᵀHp in |Dp| ≤ Δ between bounds, D diagonal.</summary>
[<RequireQualifiedAccess>]
module internal TrustRegionStep =

    /// A step, its predicted change m(p), and whether it is the whole Newton step of the variables
    /// that are free of their bounds.
    type Step = {
        Step: float[]
        Predicted: float
        IsNewton: bool
    }

    let private norm (x: float[]) = sqrt (Array.sumBy (fun v -> v * v) x)

    /// λ with |a/(Λ + λ)| = Δ, λ > −Λ_min: the secular equation by bracketed Newton steps on
    /// 1/|p| − 1/Δ (Moré and Sorensen 1983, §3).
    let private multiplier (values: float[]) (a: float[]) (radius: float) (lowest: float) =
        let length lambda =
            norm (Array.map2 (fun v x -> x / (v + lambda)) values a)

        let floor = max 0.0 -lowest
        let mutable low = floor
        let mutable high = floor + norm a / radius
        let mutable lambda = 0.5 * (low + high)
        let mutable count = 0

        while count < 100 && abs (length lambda - radius) > 1e-10 * radius do
            let p = length lambda

            if p > radius then low <- lambda else high <- lambda

            let slope =
                Array.fold2 (fun s v x -> s + x * x / ((v + lambda) ** 3.0)) 0.0 values a

            let newton = lambda + (p * p / slope) * (p - radius) / radius

            lambda <-
                if newton > low && newton < high then
                    newton
                else
                    0.5 * (low + high)

            count <- count + 1

        lambda

    /// The minimum on |p| = Δ for a positive definite H whose Newton step is too long: Newton steps on
    /// 1/|p| − 1/Δ from λ = 0, which cannot overshoot (Moré and Sorensen 1983, §3).
    let private shortened (g: float[]) (h: float[,]) (radius: float) l (newton: float[]) =
        let rec search lambda (l: float[,]) (p: float[]) left =
            let length = norm p

            if left = 0 || length <= radius * (1.0 + 1e-8) then
                p |> Array.map (fun x -> x * radius / length)
            else
                let q = norm (SymmetricMatrix.forward l p)
                let next = lambda + (length / q) ** 2.0 * (length - radius) / radius

                let shifted =
                    Array2D.mapi (fun i k x -> if i = k then x + next else x) h
                    |> SymmetricMatrix.cholesky

                match shifted with
                | Some l -> search next l (SymmetricMatrix.solve l (Array.map (~-) g)) (left - 1)
                | None -> p |> Array.map (fun x -> x * radius / length)

        search 0.0 l newton 50

    /// Minima of g·p + ½ pᵀHp in |p| ≤ Δ: one, or two of equal value in the hard case.
    let private unbounded (g: float[]) (h: float[,]) (radius: float) : (float[] * bool) list =
        let n = g.Length

        let newton =
            SymmetricMatrix.cholesky h
            |> Option.map (fun l -> l, SymmetricMatrix.solve l (Array.map (~-) g))

        match newton with
        | Some(_, p) when norm p <= radius -> [ p, true ]
        | Some(l, p) -> [ shortened g h radius l p, false ]
        | None ->
            let values, vectors = SymmetricEigen.find h
            let lowest = Array.min values

            let a =
                Array.init n (fun k -> Array.sum (Array.init n (fun i -> vectors[i, k] * g[i])))

            let back (q: float[]) =
                Array.init n (fun i -> Array.sum (Array.init n (fun k -> vectors[i, k] * q[k])))

            let size = Array.fold (fun m (v: float) -> max m (abs v)) 1e-300 values
            let atBottom k = values[k] - lowest <= 1e-12 * size
            let tiny = 1e-12 * (norm g + size * radius)

            let rest =
                Array.init n (fun k ->
                    if atBottom k then
                        0.0
                    else
                        -a[k] / (values[k] - min lowest 0.0))

            let isHard =
                lowest <= 1e-12 * size
                && Seq.forall (fun k -> not (atBottom k) || abs a[k] <= tiny) (seq { 0 .. n - 1 })
                && norm rest <= radius

            if isHard then
                let k = Array.findIndex ((=) lowest) values

                if lowest < -1e-12 * size then
                    let tau = sqrt (radius * radius - norm rest ** 2.0)

                    [ tau; -tau ]
                    |> List.map (fun t ->
                        back (Array.mapi (fun i v -> if i = k then v + t else v) rest), false)
                else
                    [ back rest, true ]
            else
                let lambda = multiplier values a radius lowest
                [ back (Array.map2 (fun v x -> -x / (v + lambda)) values a), false ]

    /// Solves in the free variables, and holds those that would cross a bound at it, until none does.
    let private bounded
        lower
        upper
        (scale: float[])
        (g: float[])
        (h: float[,])
        radius
        (x: float[])
        =
        let n = x.Length

        let heldFirst =
            Array.init n (fun k ->
                (x[k] <= lower k && g[k] > 0.0) || (x[k] >= upper k && g[k] < 0.0))

        let rec solve (held: bool[]) (p: float[]) (whole: bool) : Step list =
            let free = [| 0 .. n - 1 |] |> Array.filter (fun k -> not held[k])
            let used = Seq.sum (seq { for k in 0 .. n - 1 -> (scale[k] * p[k]) ** 2.0 })
            let left = sqrt (max 0.0 (radius * radius - used))

            // Several variables that cross at once are held together, though one of them may turn
            // back once the others are held: then the slope at the end points into the box.
            let staysHeld (p: float[]) k =
                let mutable slope = g[k]
                let mutable size = abs g[k]

                for l in 0 .. n - 1 do
                    slope <- slope + h[k, l] * p[l]
                    size <- size + abs (h[k, l] * p[l])

                let inwards = if x[k] + p[k] <= lower k then -slope else slope
                inwards <= 1e-9 * size

            let finish (p: float[]) isNewton = {
                Step = p
                Predicted = SymmetricMatrix.quadratic g h p
                IsNewton =
                    isNewton
                    && whole
                    && Seq.forall (fun k -> not held[k] || staysHeld p k) (seq { 0 .. n - 1 })
            }

            if free.Length = 0 then
                [ finish p true ]
            elif left = 0.0 then
                [ finish p false ]
            else
                let gradient =
                    free
                    |> Array.map (fun k ->
                        let mutable sum = g[k]

                        for l in 0 .. n - 1 do
                            sum <- sum + h[k, l] * p[l]

                        sum / scale[k])

                let hessian =
                    Array2D.init free.Length free.Length (fun k l ->
                        h[free[k], free[l]] / (scale[free[k]] * scale[free[l]]))

                unbounded gradient hessian left
                |> List.collect (fun (scaled, isNewton) ->
                    let next = Array.copy p
                    Array.iteri (fun i k -> next[k] <- scaled[i] / scale[k]) free

                    let crossing =
                        free
                        |> Array.filter (fun k ->
                            x[k] + next[k] < lower k || x[k] + next[k] > upper k)

                    if crossing.Length = 0 then
                        [ finish next isNewton ]
                    else
                        let stillHeld = Array.copy held
                        let start = Array.mapi (fun k v -> if held[k] then v else 0.0) p

                        for k in crossing do
                            stillHeld[k] <- true
                            start[k] <- (if next[k] < 0.0 then lower k else upper k) - x[k]

                        solve stillHeld start (whole && isNewton))

        solve heldFirst (Array.zeroCreate n) true

    /// The best point along the projected scaled gradient: enough to converge from anywhere.
    let private cauchy lower upper (scale: float[]) (g: float[]) h radius (x: float[]) : Step =
        let direction = Array.map2 (fun gk (s: float) -> gk / (s * s)) g scale
        let length = norm (Array.map2 (fun d s -> d * s) direction scale)

        let along t =
            let p =
                Array.mapi
                    (fun k xk -> max (lower k) (min (upper k) (xk - t * direction[k])) - xk)
                    x

            {
                Step = p
                Predicted = SymmetricMatrix.quadratic g h p
                IsNewton = false
            }

        if length = 0.0 then
            along 0.0
        else
            Seq.init 40 (fun k -> along (radius / length * 0.5 ** float k))
            |> Seq.minBy _.Predicted

    /// <summary>The step with the lowest model value of those tried.</summary>
    /// <param name="lower">lower bounds of the point</param>
    /// <param name="upper">upper bounds of the point</param>
    /// <param name="scale">diagonal of D, positive</param>
    /// <param name="g">gradient</param>
    /// <param name="h">Hessian; need not be positive definite</param>
    /// <param name="radius">Δ</param>
    /// <param name="x">the point, inside of the bounds</param>
    let best
        (lower: float[])
        (upper: float[])
        (scale: float[])
        (g: float[])
        (h: float[,])
        (radius: float)
        (x: float[])
        : Step =
        let lower k = lower[k]
        let upper k = upper[k]
        let steps = bounded lower upper scale g h radius x

        match steps with
        | [ step ] when step.IsNewton && step.Predicted <= 0.0 -> step
        | _ ->
            cauchy lower upper scale g h radius x :: steps
            |> List.rev
            |> List.minBy _.Predicted
