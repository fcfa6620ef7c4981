namespace Nsbi.Learn.Transport

open System

// Axes: event i, class k (K of them), coordinate a.

/// <summary>Which coordinates probabilities get, so that distances between them mean something and a map can
/// never lead out of [0, 1].</summary>
[<RequireQualifiedAccess>]
type LogitCoordinates =
    /// <summary>q_k = ln p_k/(1 − p_k) of each class on its own, K coordinates; back p_k = 1/(1 + e^−q_k). For
    /// scores that need not add up to one: back from moved coordinates the sum is free, also where it was one
    /// before.</summary>
    | Independent
    /// <summary>q_k = ln p_k/p_K, K − 1 coordinates; back by a softmax with q_K = 0: the p_k add up to one. Exact
    /// logits of a network with softmax up to a common constant; distances depend on which class is last.
    /// </summary>
    | LogRatio
    /// <summary>Isometric log-ratios, K − 1 coordinates: q_a = √(a/(a + 1)) (mean of ln p_1 … ln p_a − ln p_{a+1}),
    /// a = 1 … K − 1. As <c>LogRatio</c>, with distances that treat all classes alike: |q − q'|² is
    /// Aitchison's. The choice for transport with the Euclidean cost.</summary>
    | Isometric

/// <summary>Coordinates of events, and what had to be done to get them.</summary>
type LogitValues = {
    /// <summary>events x coordinates, row-major.</summary>
    Coordinates: float[]
    /// <summary>Events with a probability nearer to 0 or 1 than the floor: it was moved to it.</summary>
    Floored: int
}

/// <summary>From probabilities to coordinates on the whole line and back.</summary>
/// <remarks>A transport that is to respect logits is trained and applied in them: Pollard and Windischhofer,
/// arXiv:2107.08648; Algren, Raine and Golling, arXiv:2307.05187. Isometric log-ratios: Egozcue et al.,
/// Mathematical Geology 35 (2003) 279.</remarks>
[<RequireQualifiedAccess>]
module LogitCoordinates =
    /// <summary>How near a probability may be to 0 and 1: 1e-9, about the resolution of float32 softmax outputs
    /// near 1 being 6e-8 and of those near 0 far better.</summary>
    let floor: float = 1e-9

    /// <summary>Number of coordinates of K probabilities.</summary>
    let count (coordinates: LogitCoordinates) (classes: int) : int =
        match coordinates with
        | LogitCoordinates.Independent -> classes
        | LogitCoordinates.LogRatio
        | LogitCoordinates.Isometric -> classes - 1

    let private requireClasses coordinates classes =
        if classes < 1 || count coordinates classes < 1 then
            raise (
                ArgumentOutOfRangeException(
                    "classes",
                    classes,
                    "One class for independent coordinates, at least two for ratios."
                )
            )

    /// <summary>The coordinates of probabilities.</summary>
    /// <param name="coordinates">which</param>
    /// <param name="classes">K: at least 1, for ratios at least 2</param>
    /// <param name="probabilities">p: events x K, row-major, from 0 to 1. Values below the floor count as the
    /// floor, with <c>Independent</c> also values above 1 − floor as that; for ratios only the ratios count, a row
    /// need not add up to one.</param>
    /// <returns>finite; NaN where a probability is NaN or outside of [0, 1]</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    let forwards
        (coordinates: LogitCoordinates)
        (classes: int)
        (probabilities: float[])
        : LogitValues =
        requireClasses coordinates classes

        if probabilities.Length % classes <> 0 then
            invalidArg
                (nameof probabilities)
                $"{probabilities.Length} numbers are not whole rows of {classes} classes."

        let events = probabilities.Length / classes
        let columns = count coordinates classes
        let q = Array.zeroCreate<float>(events * columns)
        let logs = Array.zeroCreate<float> classes
        let mutable floored = 0

        for i in 0 .. events - 1 do
            let mutable isFloored = false

            let inside (p: float) =
                if not (p >= 0.0 && p <= 1.0) then
                    nan
                elif p < floor then
                    isFloored <- true
                    floor
                elif coordinates = LogitCoordinates.Independent && p > 1.0 - floor then
                    isFloored <- true
                    1.0 - floor
                else
                    p

            for k in 0 .. classes - 1 do
                logs[k] <- inside probabilities[i * classes + k]

            match coordinates with
            | LogitCoordinates.Independent ->
                for k in 0 .. classes - 1 do
                    q[i * columns + k] <- Math.Log(logs[k] / (1.0 - logs[k]))
            | LogitCoordinates.LogRatio ->
                for k in 0 .. columns - 1 do
                    q[i * columns + k] <- Math.Log(logs[k] / logs[classes - 1])
            | LogitCoordinates.Isometric ->
                let mutable sum = 0.0

                for a in 1..columns do
                    sum <- sum + Math.Log logs[a - 1]
                    let a' = float a

                    q[i * columns + a - 1] <-
                        Math.Sqrt(a' / (a' + 1.0)) * (sum / a' - Math.Log logs[a])

            if isFloored then
                floored <- floored + 1

        { Coordinates = q; Floored = floored }

    let private softmax (logits: float[]) (place: Span<float>) =
        let largest = Array.max logits
        let mutable sum = 0.0

        for k in 0 .. logits.Length - 1 do
            place[k] <- Math.Exp(logits[k] - largest)
            sum <- sum + place[k]

        for k in 0 .. logits.Length - 1 do
            place[k] <- place[k] / sum

    /// <summary>The probabilities of coordinates.</summary>
    /// <param name="coordinates">which</param>
    /// <param name="classes">K</param>
    /// <param name="values">q: events x coordinates, row-major</param>
    /// <returns>events x K, row-major, in [0, 1]; rows add up to one except with <c>Independent</c>; NaN where a
    /// coordinate is</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    let backwards (coordinates: LogitCoordinates) (classes: int) (values: float[]) : float[] =
        requireClasses coordinates classes
        let columns = count coordinates classes

        if values.Length % columns <> 0 then
            invalidArg
                (nameof values)
                $"{values.Length} numbers are not whole rows of {columns} coordinates."

        let events = values.Length / columns
        let p = Array.zeroCreate<float>(events * classes)
        let logits = Array.zeroCreate<float> classes

        for i in 0 .. events - 1 do
            let at a = values[i * columns + a]

            match coordinates with
            | LogitCoordinates.Independent ->
                for k in 0 .. classes - 1 do
                    p[i * classes + k] <- 1.0 / (1.0 + Math.Exp(-(at k)))
            | LogitCoordinates.LogRatio ->
                for k in 0 .. columns - 1 do
                    logits[k] <- at k

                logits[classes - 1] <- 0.0
                softmax logits (Span(p, i * classes, classes))
            | LogitCoordinates.Isometric ->
                // ln p up to a constant: Σ_a q_a e_a with the orthonormal rows e_a of the definition.
                Array.fill logits 0 classes 0.0

                for a in 1..columns do
                    let a' = float a
                    let scale = at (a - 1) * Math.Sqrt(a' / (a' + 1.0))

                    for k in 0 .. a - 1 do
                        logits[k] <- logits[k] + scale / a'

                    logits[a] <- logits[a] - scale

                softmax logits (Span(p, i * classes, classes))

        p
