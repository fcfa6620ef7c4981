namespace Nsbi.Infer

open System
open MathNet.Numerics.Statistics
open Nsbi.Kernels

// Axes: network m of M, outer replica j of J.

/// <summary>How an uncertainty changes with the number of networks in the ensemble.</summary>
type EnsembleScaling = {
    /// <summary>Numbers of networks, ascending, with the uncertainty that so many of them give.</summary>
    Points: (int * float) list
    /// <summary>p of σ ∝ M^−p by least squares in the logarithms: ½ where nothing but the noise of an
    /// average is there, 0 where more networks change nothing.</summary>
    Exponent: float
    /// The standard error of p; NaN where it is not known.
    Error: float
}

/// <summary>Whether an uncertainty shrinks with the number of networks while the data stay the same. What the
/// finite training sample causes cannot: an uncertainty that falls as 1/√M does not contain it.</summary>
/// <remarks>Where the finite sample causes the share a of the variance of M networks and the rest falls as
/// 1/M, the exponent between M/4 and M is ln(4 − 3a)/(4 ln 2): ½ for a = 0, 0.33 for a = ½, 0.17 for a =
/// 0.8. Source: Shyamsundar, comment on arXiv:2412.01600 (2025), §4.</remarks>
[<RequireQualifiedAccess>]
module EnsembleSelfCheck =

    /// <summary>The largest exponent that passes, 0.4: a third of the variance at M networks stays for any
    /// number of them.</summary>
    let limit: float = 0.4

    /// The slope of least squares of −ln σ over ln M.
    let private exponent (points: (int * float) list) : float =
        let x = points |> List.map (fun (m, _) -> log (float m))
        let y = points |> List.map (fun (_, sigma) -> -log sigma)
        let centre, level = List.average x, List.average y

        List.fold2 (fun s x y -> s + (x - centre) * (y - level)) 0.0 x y
        / List.sumBy (fun x -> (x - centre) * (x - centre)) x

    /// M/4, M/2 and M, as far as they have the least number of networks.
    let private sizes least networks =
        [ networks / 4; networks / 2; networks ]
        |> List.filter (fun m -> m >= least)
        |> List.distinct

    /// The networks in the order of a round: as they come in the first.
    let private order networks (round: int) : int[] =
        let members = [| 0 .. networks - 1 |]

        if round > 0 then
            let mutable random = RandomStream(0UL, "ensemble self-check", uint64 round)
            random.Shuffle(Span members)

        members

    /// The root mean square over disjoint subsets of each size, in each of the rounds.
    let private curve least rounds networks (sigma: int[] -> float) =
        let orders = Array.init rounds (order networks)

        sizes least networks
        |> List.map (fun size ->
            let subsets =
                if size = networks then
                    [| orders[0] |]
                else
                    orders |> Array.collect (Array.chunkBySize size)

            let squares =
                subsets
                |> Array.filter (fun subset -> subset.Length = size)
                |> Array.averageBy (fun subset -> let s = sigma subset in s * s)

            size, sqrt squares)

    let private require least networks =
        if (sizes least networks).Length < 2 then
            invalidArg
                (nameof networks)
                $"There are {networks} networks: give {2 * least} or more, to compare with half."

    /// <summary>The scaling of any uncertainty, which is computed again from disjoint subsets of M/4, M/2
    /// and all M networks.</summary>
    /// <param name="least">the fewest networks that give an uncertainty, 1 or 2</param>
    /// <param name="rounds">how often the networks are dealt into subsets anew, 1 or more: as they come, then
    /// shuffled; the more, the less the exponent depends on which networks stand together</param>
    /// <param name="networks">M, 2 · least or more</param>
    /// <param name="sigma">the uncertainty from the networks of these numbers, 0 to M − 1</param>
    /// <exception cref="T:System.ArgumentException">too few networks or rounds</exception>
    let scaling
        (least: int)
        (rounds: int)
        (networks: int)
        (sigma: int[] -> float)
        : EnsembleScaling =
        require least networks

        if rounds < 1 then
            invalidArg (nameof rounds) $"There are {rounds} rounds: give 1 or more."

        let points = curve least rounds networks sigma

        {
            Points = points
            Exponent = exponent points
            Error = nan
        }

    let private cheapRounds = 64

    /// <summary>The scaling of the double bootstrap, from its expectation √(SVar/M) with the factor
    /// (M − 1)/M of (17c), which is known, taken out. In the mean over all subsets SVar is the same for any
    /// number of networks: the exponent is ½ whatever the networks are.</summary>
    /// <param name="bootstraps">results of 4 or more networks</param>
    /// <exception cref="T:System.ArgumentException">too few networks</exception>
    let scalingOfDoubleBootstrap (bootstraps: float[]) : EnsembleScaling =
        scaling 2 cheapRounds bootstraps.Length (fun subset ->
            let values = subset |> Array.map (fun m -> bootstraps[m])
            sqrt (ArrayStatistics.Variance values / float subset.Length))

    /// <summary>The scaling of the nested bootstrap, the standard deviation over j of averages of networks;
    /// its error by the jackknife over j.</summary>
    /// <param name="results">of J ≥ 3 replicas, each with the results of the same number M ≥ 2 of
    /// networks</param>
    /// <exception cref="T:System.ArgumentException">too few replicas or networks, or numbers of networks that
    /// differ</exception>
    let scalingOfNested (results: float[][]) : EnsembleScaling =
        if results.Length < 3 then
            invalidArg (nameof results) $"There are {results.Length} replicas: give 3 or more."

        let networks = results[0].Length

        if results |> Array.exists (fun r -> r.Length <> networks) then
            invalidArg (nameof results) "The replicas differ in their numbers of networks."

        let of' (replicas: float[][]) =
            scaling 1 cheapRounds networks (fun subset ->
                replicas
                |> Array.map (fun r -> subset |> Array.averageBy (fun m -> r[m]))
                |> ArrayStatistics.StandardDeviation)

        let all = of' results

        let without =
            Array.init results.Length (fun j -> (of' (Array.removeAt j results)).Exponent)

        let n = float results.Length

        {
            all with
                Error = (n - 1.0) / sqrt n * ArrayStatistics.StandardDeviation without
        }

    /// <summary>The check: fails where the exponent is above 0.4.</summary>
    /// <param name="name">the uncertainty that is checked, as in "σ(μ̂) by the double bootstrap"</param>
    /// <param name="scaling">of it</param>
    let run (name: string) (scaling: EnsembleScaling) : Check =
        let number (x: float) =
            x.ToString("G3", Globalization.CultureInfo.InvariantCulture)

        let points =
            scaling.Points
            |> List.map (fun (m, sigma) -> $"{number sigma} from {m}")
            |> String.concat ", "

        let error =
            if Double.IsFinite scaling.Error then
                $" ± {number scaling.Error}"
            else
                ""

        let verdict =
            if scaling.Exponent <= limit then
                "it has a part that more networks do not take away."
            else
                "it shrinks with the number of networks while the training sample stays the same."

        Check.create
            $"what is left of {name} for many networks"
            CheckRule.AtMost
            limit
            scaling.Exponent
            scaling.Error
            ($"The uncertainty is {points} networks, as M to the power of \
               −{number scaling.Exponent}{error}: {verdict}")
            ("What falls as 1/√M at fixed data is the noise of an average of networks, and not the \
              uncertainty from the finite training sample: that is missing, or negligible beside the \
              noise of training. Use the nested bootstrap.")
