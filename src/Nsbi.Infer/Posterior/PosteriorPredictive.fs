namespace Nsbi.Infer

open System
open Nsbi.Kernels

/// <summary>A number that is computed of data, and may depend on the parameters.</summary>
[<NoComparison; NoEquality>]
type PredictiveStatistic<'Data> = {
    /// <summary>Its name.</summary>
    Name: string
    /// <summary>T(data, φ).</summary>
    Compute: 'Data -> float[] -> float
}

/// <summary>A statistic of the data against data replicated from the posterior.</summary>
[<NoComparison; ReferenceEquality>]
type PosteriorPredictive = {
    /// <summary>Name of the statistic.</summary>
    Statistic: string
    /// <summary>T(x_obs, φ) at each draw; equal where T does not depend on φ.</summary>
    Observed: float[]
    /// <summary>T(x_rep, φ) at each draw.</summary>
    Replicated: float[]
    /// <summary>P(T_rep ≥ T_obs), ½ of what is equal: (k + ½)/(n + 1).</summary>
    PValue: float
    /// <summary>√(p(1 − p)/n), from the finite number of draws.</summary>
    Error: float
    /// <summary>2 min(p, 1 − p).</summary>
    TwoSided: float
} with

    /// The test in a line.
    override this.ToString() : string =
        FormattableString.Invariant
            $"{this.Statistic}: observed {Array.average this.Observed:G5}, replicated {Array.average this.Replicated:G5}, p = {this.PValue:G3} ± {this.Error:G2}"

/// <summary>Posterior-predictive checks.</summary>
/// <remarks>p_B = P(T(x_rep, φ) ≥ T(x_obs, φ) | x_obs), φ from the posterior and x_rep from the simulator at
/// φ. Data are used twice, so p_B is nearer to ½ than a uniform number: a small one says more than it seems
/// to, a moderate one little. Source: Gelman, Meng, Stern, Statistica Sinica 6 (1996) 733.</remarks>
[<RequireQualifiedAccess>]
module PosteriorPredictive =

    /// <summary>A statistic of the data alone.</summary>
    let statistic (name: string) (compute: 'Data -> float) : PredictiveStatistic<'Data> = {
        Name = name
        Compute = fun data _ -> compute data
    }

    /// <summary>A discrepancy, which depends on the parameters too.</summary>
    let discrepancy
        (name: string)
        (compute: 'Data -> float[] -> float)
        : PredictiveStatistic<'Data> = { Name = name; Compute = compute }

    /// <summary>The p-value of each statistic.</summary>
    /// <param name="seed">of the replications</param>
    /// <param name="statistics">what to look at; finite numbers</param>
    /// <param name="simulator">data of parameters and a stream of random numbers</param>
    /// <param name="draws">from the posterior of the observed data, one replication each</param>
    /// <param name="observed">the data</param>
    /// <exception cref="T:System.ArgumentException">no draws, or a statistic that is NaN</exception>
    let compute
        (seed: uint64)
        (statistics: PredictiveStatistic<'Data> list)
        (simulator: float[] -> RandomStream -> 'Data)
        (draws: float[][])
        (observed: 'Data)
        : PosteriorPredictive list =
        if draws.Length = 0 then
            invalidArg (nameof draws) "There are no draws from the posterior."

        let values =
            draws
            |> Array.mapi (fun i phi ->
                let replica = simulator phi (RandomStream(seed, "posterior predictive", uint64 i))

                [|
                    for statistic in statistics ->
                        struct (statistic.Compute observed phi, statistic.Compute replica phi)
                |])

        statistics
        |> List.mapi (fun k statistic ->
            let pick f = values |> Array.map (fun v -> f v[k])
            let seen = pick (fun (struct (a, _)) -> a)
            let replicated = pick (fun (struct (_, b)) -> b)

            if Array.exists Double.IsNaN seen || Array.exists Double.IsNaN replicated then
                invalidArg (nameof statistics) $"The statistic {statistic.Name} is not a number."

            let above =
                Array.map2
                    (fun (a: float) b ->
                        if b > a then 1.0
                        elif b = a then 0.5
                        else 0.0)
                    seen
                    replicated
                |> Array.sum

            let n = float draws.Length
            let p = (above + 0.5) / (n + 1.0)

            {
                Statistic = statistic.Name
                Observed = seen
                Replicated = replicated
                PValue = p
                Error = sqrt (p * (1.0 - p) / n)
                TwoSided = 2.0 * min p (1.0 - p)
            })

    /// <summary>Passes where the two-sided p-value is at least the level.</summary>
    /// <param name="level">such as 0.01; draws above 2/level are needed to fall below</param>
    /// <param name="test">of one statistic</param>
    let check (level: float) (test: PosteriorPredictive) : Check =
        Check.create
            $"posterior prediction of {test.Statistic}"
            CheckRule.AtLeast
            level
            test.TwoSided
            (2.0 * test.Error)
            $"{test}"
            "Data that the fitted simulator would hardly give: what is inferred with it may mean nothing."
