namespace Nsbi.Learn.Ensembles

open System
open Nsbi.Kernels
open Nsbi.Learn.Networks

/// <summary>How often each event of one bootstrapped data set counts: a Poisson number that is a pure
/// function of (seed, purpose, replica, group). All copies of an event, nominal and varied, in any table
/// and any order, count equally often. g: group, j: replica.</summary>
/// <remarks>
/// Weights become n_g·w_i with n_g ~ Pois(1), independent for each group and replica. An estimate
/// Σ_i w_i f(x_i) of the replica has, over replicas, the mean Σ w f and the variance Σ_g (Σ_{i of g} w_i f_i)²:
/// that of the data themselves, if their number is a Poisson number.
/// Source: Efron, Ann. Statist. 7 (1979) 1, with Poisson numbers as in arXiv:2412.01600.
/// </remarks>
[<Sealed>]
type PoissonBootstrap(seed: uint64, purpose: string, replica: uint64) =
    do
        if isNull purpose then
            nullArg (nameof purpose)

    let key0, key1 =
        let mutable stream = RandomStream(seed, purpose, replica)
        let first = stream.NextUInt32()
        first, stream.NextUInt32()

    // Keeps the counter apart from those of streams, whose second word is a hash of their purpose.
    static let word = 0xB0075712u

    let uniform (group: uint64) : float =
        let struct (a, b, _, _) =
            RandomStream.Block(0u, word, uint32 group, uint32 (group >>> 32), key0, key1)

        float ((uint64 a <<< 20) ||| (uint64 b >>> 12)) / 4503599627370496.0

    /// The least n with P(N ≤ n) > u, N ~ Pois(mean).
    static let inverse (mean: float) (atZero: float) (u: float) : int =
        let mutable n = 0
        let mutable term = atZero
        let mutable sum = atZero

        // The terms vanish beside the sum long before u = 1 − 2⁻⁵² could keep the search going.
        while u >= sum && (float n <= mean || term > 1e-18) do
            n <- n + 1
            term <- term * mean / float n
            sum <- sum + term

        n

    static let atZero = exp -1.0

    /// The seed of all replicas.
    member _.Seed: uint64 = seed
    /// What tells this family of replicas from others of the seed.
    member _.Purpose: string = purpose
    /// The number of the replica.
    member _.Replica: uint64 = replica

    /// <summary>How often the events of a group count: Pois(1).</summary>
    /// <param name="group">the group of the event</param>
    member _.Count(group: uint64) : int = inverse 1.0 atZero (uniform group)

    /// <summary>How often the events of a group count in a bootstrap of a data set in which they count
    /// already: Pois(count).</summary>
    /// <param name="group">the group of the event</param>
    /// <param name="count">≥ 0; at most 700, beyond which e^−count has no digits</param>
    /// <returns>0 where count is 0</returns>
    /// <exception cref="T:System.ArgumentException">a count outside 0 … 700</exception>
    member _.Recount(group: uint64, count: int) : int =
        if count < 0 || count > 700 then
            invalidArg (nameof count) $"a count of {count}"

        if count = 0 then
            0
        else
            inverse (float count) (exp (float -count)) (uniform group)

/// Counts of whole tables, and tables that are counted.
[<RequireQualifiedAccess>]
module PoissonBootstrap =
    /// <summary>n_g of each event's group.</summary>
    /// <param name="bootstrap">the replica</param>
    /// <param name="groups">the group of each event</param>
    let counts (bootstrap: PoissonBootstrap) (groups: ReadOnlyMemory<uint64>) : int[] =
        let counts = Array.zeroCreate<int> groups.Length
        let groups = groups.Span

        for i in 0 .. counts.Length - 1 do
            counts[i] <- bootstrap.Count groups[i]

        counts

    /// <summary>Counts of a bootstrap of a bootstrapped table: n′_i ~ Pois(n_i).</summary>
    /// <param name="bootstrap">the inner replica</param>
    /// <param name="groups">the group of each event</param>
    /// <param name="counts">n_i, equal for all events of a group</param>
    /// <exception cref="T:System.ArgumentException">lengths that differ</exception>
    let recounts
        (bootstrap: PoissonBootstrap)
        (groups: ReadOnlyMemory<uint64>)
        (counts: int[])
        : int[] =
        if counts.Length <> groups.Length then
            invalidArg (nameof counts) $"{counts.Length} counts for {groups.Length} events"

        let groups = groups.Span
        let result = Array.zeroCreate<int> counts.Length

        for i in 0 .. counts.Length - 1 do
            result[i] <- bootstrap.Recount(groups[i], counts[i])

        result

    /// <summary>The events with weights n_i w_i. An event of count 0 has no weight left: no training, no
    /// normalisation sees it; rows, groups, folds and roles stay as they are.</summary>
    /// <param name="counts">n_i ≥ 0</param>
    /// <param name="events">the events, also such whose rows share an event; only the weights are copied
    /// </param>
    /// <exception cref="T:System.ArgumentException">lengths that differ, a negative count</exception>
    let apply (counts: int[]) (events: LabelledEvents) : LabelledEvents =
        if counts.Length <> events.Count then
            invalidArg (nameof counts) $"{counts.Length} counts for {events.Count} events"

        events.WithWeights(
            Array.map2
                (fun count weight ->
                    if count < 0 then
                        invalidArg (nameof counts) $"a count of {count}"

                    float count * weight)
                counts
                events.WeightArray
        )

    /// <summary>Events with parameters, with weights n_i w_i.</summary>
    /// <param name="counts">n_i ≥ 0</param>
    /// <param name="events">the events; only the weights are copied</param>
    /// <exception cref="T:System.ArgumentException">lengths that differ, a negative count</exception>
    let applyParameterised (counts: int[]) (events: ParameterisedEvents) : ParameterisedEvents =
        events.WithLabelled(apply counts events.Labelled)
