namespace Nsbi.Infer

open System

/// <summary>How far an embedding lies from a cloud of others.</summary>
[<RequireQualifiedAccess>]
type EmbeddingDistance =
    /// <summary>Mahalanobis's distance from the mean: right for clouds like ellipsoids.</summary>
    | Mahalanobis
    /// <summary>Mean of 1 − exp(−|a − b|²/2h²) over the cloud, h² the number of coordinates, each divided by
    /// its standard deviation: for clouds of any form. It is the witness function of the MMD between the
    /// point and the cloud.</summary>
    | Kernel

/// <summary>Whether the observed data look like what the simulator gives.</summary>
[<NoComparison; ReferenceEquality>]
type EmbeddingAlarm = {
    /// <summary>Which distance.</summary>
    Distance: EmbeddingDistance
    /// <summary>Of the observed embedding.</summary>
    Observed: float
    /// <summary>Of the simulated ones, ascending.</summary>
    Cloud: float[]
    /// <summary>Share of the simulated and the observed one that lie as far out as the observed one or
    /// further: (1 + k)/(1 + n).</summary>
    PValue: float
    /// <summary>√(p(1 − p)/n), from the finite cloud.</summary>
    Error: float
} with

    /// The alarm in a line.
    override this.ToString() : string =
        let at share =
            this.Cloud[min (this.Cloud.Length - 1) (int (share * float this.Cloud.Length))]

        FormattableString.Invariant
            $"distance {this.Observed:G4} of the observed embedding, {at 0.5:G4} at half and {at 0.99:G4} at 99 %% of {this.Cloud.Length} simulated ones, p = {this.PValue:G3} ± {this.Error:G2}"

/// <summary>Misspecification alarm: the embedding of the observed set of events against those of
/// simulated sets of the same number of events.</summary>
/// <remarks>Mean, covariance and widths are those of the observed and the simulated embeddings together, in
/// which none is distinguished; p is therefore uniform on {1, …, n + 1}/(n + 1) where the observed set comes from
/// the simulator, whatever the distribution of embeddings. Simulate from the prior to ask whether any parameters
/// explain the data, from the posterior to ask it of those inferred. What the embedding does not see raises no
/// alarm. Sources: Schmitt, Bürkner, Köthe, Radev, arXiv:2112.08866 (embeddings, MMD); Vovk, Gammerman,
/// Shafer, Algorithmic Learning in a Random World (2005), section 2.2 (exact p-values).</remarks>
[<RequireQualifiedAccess>]
module EmbeddingCloud =

    /// The points divided by their standard deviations, without the coordinates that never change.
    let private standardised (points: float[][]) : float[][] =
        let n = float points.Length

        let kept = [|
            for k in 0 .. points[0].Length - 1 do
                let mean = (points |> Array.sumBy (fun z -> z[k])) / n

                let variance = (points |> Array.sumBy (fun z -> (z[k] - mean) * (z[k] - mean))) / n

                // Constant but for rounding.
                if sqrt variance > 1e-12 * abs mean then
                    struct (k, mean, sqrt variance)
        |]

        points
        |> Array.map (fun z -> kept |> Array.map (fun (struct (k, m, s)) -> (z[k] - m) / s))

    /// zᵀ C⁺ z of each point, C the covariance of all; directions without variance are left out.
    let private mahalanobis (points: float[][]) : float[] =
        let z = standardised points
        let dimension = z[0].Length
        let covariance = Array2D.zeroCreate dimension dimension

        for point in z do
            for k in 0 .. dimension - 1 do
                for l in 0..k do
                    covariance[k, l] <- covariance[k, l] + point[k] * point[l]

        for k in 0 .. dimension - 1 do
            for l in 0..k do
                covariance[k, l] <- covariance[k, l] / float z.Length
                covariance[l, k] <- covariance[k, l]

        let values, vectors = SymmetricEigen.find covariance
        let limit = 1e-10 * Array.fold max 0.0 values

        z
        |> Array.map (fun point ->
            let mutable sum = 0.0

            for j in 0 .. dimension - 1 do
                if values[j] > limit then
                    let mutable along = 0.0

                    for k in 0 .. dimension - 1 do
                        along <- along + vectors[k, j] * point[k]

                    sum <- sum + along * along / values[j]

            sqrt sum)

    let private kernel (points: float[][]) : float[] =
        let z = standardised points
        let n = z.Length
        let width = float (max 1 z[0].Length)
        let sums = Array.zeroCreate n

        for i in 0 .. n - 1 do
            let a = z[i]

            for j in 0 .. i - 1 do
                let b = z[j]
                let mutable square = 0.0

                for k in 0 .. a.Length - 1 do
                    square <- square + (a[k] - b[k]) * (a[k] - b[k])

                let far = 1.0 - exp (-0.5 * square / width)
                sums[i] <- sums[i] + far
                sums[j] <- sums[j] + far

        sums |> Array.map (fun s -> s / float (n - 1))

    /// <summary>The distance of an observed embedding from a cloud, with its p-value.</summary>
    /// <param name="distance">which</param>
    /// <param name="cloud">embeddings of n simulated sets, each of length k; n at least 2 k for
    /// Mahalanobis's distance, and above 1/p for the p to be told</param>
    /// <param name="observed">embedding of the observed set; length k</param>
    /// <exception cref="T:System.ArgumentException">no or too few embeddings, other lengths, or numbers
    /// that are not finite</exception>
    let compute
        (distance: EmbeddingDistance)
        (cloud: float[][])
        (observed: float[])
        : EmbeddingAlarm =
        if cloud.Length < 2 || cloud |> Array.exists (fun z -> z.Length <> observed.Length) then
            invalidArg
                (nameof cloud)
                $"A cloud has at least two embeddings, each of {observed.Length} numbers like the observed one."

        if distance = EmbeddingDistance.Mahalanobis && cloud.Length < 2 * observed.Length then
            invalidArg
                (nameof cloud)
                $"{cloud.Length} embeddings do not tell the covariance of {observed.Length} numbers: give {2 * observed.Length} or more, or use the kernel."

        if
            Array.append [| observed |] cloud
            |> Array.exists (Array.exists (Double.IsFinite >> not))
        then
            invalidArg (nameof cloud) "An embedding is not finite."

        let points = Array.append cloud [| observed |]

        let distances =
            match distance with
            | EmbeddingDistance.Mahalanobis -> mahalanobis points
            | EmbeddingDistance.Kernel -> kernel points

        let seen = distances[cloud.Length]
        let others = Array.sub distances 0 cloud.Length
        let n = float cloud.Length

        let further =
            others |> Array.filter (fun d -> d >= seen - 1e-12 * abs seen) |> Array.length

        let p = (1.0 + float further) / (1.0 + n)

        {
            Distance = distance
            Observed = seen
            Cloud = Array.sort others
            PValue = p
            Error = sqrt (p * (1.0 - p) / n)
        }

    /// <summary>Passes where p is at least the level.</summary>
    /// <param name="level">such as 0.01; at least 1/level embeddings are needed to fall below</param>
    /// <param name="alarm">of the observed set</param>
    let check (level: float) (alarm: EmbeddingAlarm) : Check =
        let name =
            match alarm.Distance with
            | EmbeddingDistance.Mahalanobis -> "Mahalanobis"
            | EmbeddingDistance.Kernel -> "kernel"

        Check.create
            $"embedding of the data ({name})"
            CheckRule.AtLeast
            level
            alarm.PValue
            alarm.Error
            $"The data: {alarm}."
            "Data outside of what the simulator gives are data that the posterior was never trained for."
