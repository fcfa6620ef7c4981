namespace Nsbi.Infer

open System
open MathNet.Numerics.Distributions
open Nsbi.Model

/// <summary>CLs of one value by toys, with the toys.</summary>
[<NoComparison; ReferenceEquality>]
type ToyClsTest = {
    /// CLs, its parts and the expected band.
    Cls: ToyCls
    /// The statistic on the data, with its fits.
    Observed: TestValue
    /// Toys at the tested value.
    Signal: ToyTest[]
    /// Toys at 0.
    Background: ToyTest[]
    /// Of the validity of both, and of failed toys.
    Checks: Check list
}

/// <summary>A discovery by toys: how often the background alone gives a q0 as large.</summary>
[<NoComparison; ReferenceEquality>]
type ToyDiscovery = {
    /// q0 on the data, with its fits.
    Observed: TestValue
    /// <summary>p = P(q0 ≥ observed | 0).</summary>
    P: ToyPValue
    /// <summary>Z = Φ⁻¹(1 − p) with its Monte Carlo error.</summary>
    Z: Estimated
    /// <summary>p of the median q0 of toys at the expected value.</summary>
    ExpectedP: ToyPValue
    /// <summary>Z of it, with the error of the median too.</summary>
    ExpectedZ: Estimated
    /// Toys at 0.
    Background: ToyTest[]
    /// Toys at the expected value.
    Signal: ToyTest[]
    /// Of the validity of both, and of failed toys.
    Checks: Check list
} with

    /// <summary>No toy of the background reaches the observed q0: p is a bound rather than a
    /// measurement, and more toys are needed.</summary>
    member this.IsBound: bool = this.P.Above.Count = 0

/// <summary>Hypothesis tests by toys: the distributions of a statistic under a value and under the
/// background, with nuisance parameters at their best for the data and the value that the toys are
/// drawn at (plug-in), and global observables drawn anew.</summary>
/// <remarks>Source: Cowan, Cranmer, Gross and Vitells, arXiv:1007.1727; the same prescription as that
/// of ATLAS and CMS for limits, ATL-PHYS-PUB-2011-011.</remarks>
[<RequireQualifiedAccess>]
module ToyHypothesisTest =

    /// The largest share of toys that may fail.
    let private mostFailed = 0.01

    let private failures (name: string) (tests: ToyTest[]) : Check =
        let failed = tests |> Array.filter _.Failure.IsSome

        let reason =
            match Array.tryHead failed with
            | Some test -> $" The first: {test.Failure.Value}"
            | None -> ""

        Check.create
            $"failed toys at {name}"
            CheckRule.AtMost
            mostFailed
            (float failed.Length / float (max 1 tests.Length))
            nan
            $"{failed.Length} of {tests.Length} toys failed.{reason}"
            "p-values are without failed toys; were they all beyond the data, p would be larger."

    let private values (tests: ToyTest[]) : float[] =
        tests |> Array.map (fun t -> if t.Failure.IsSome then nan else t.Value)

    /// Toys at a value of the parameter, at which nuisances are at their best for the data, tested at
    /// another.
    let private toysAt
        (work: ToyWork)
        (statistic: TestStatistic)
        (observation: Observation)
        (best: FitResult)
        (poi: string)
        (tested: float)
        (truth: float)
        (label: string)
        : Result<ToyTest[] * Check list, ModelError list> =
        let compiled = observation.Owner

        let conditional =
            ConditionalFit.run work.Fits observation poi truth (ConditionalFit.seeds best)

        let theta = ToyWork.profiled best poi truth conditional

        ToySampler.create compiled theta
        |> Result.map (fun sampler ->
            let seed = ToyWork.seedAt work.Run.Seed "hypothesis test" truth

            let measurement =
                ToyTest.measurement (ToyWork.ofToy work) statistic poi tested theta

            let name = ToyWork.label label tested
            let tests = ToyWork.run work name seed work.Run.Progress sampler measurement
            let failed = failures $"{poi} = {truth}" tests
            tests, failed :: sampler.Validity.Checks)

    let private both a b =
        match a, b with
        | Ok a, Ok b -> Ok(a, b)
        | Error a, Error b -> Error(List.distinct (a @ b))
        | Error e, Ok _
        | Ok _, Error e -> Error e

    let private requireKnown (observed: TestValue) =
        if Double.IsNaN observed.Value then
            let reason = Option.defaultValue "a fit failed" observed.Reason
            invalidOp $"The statistic of the data is not known: {reason}"

    /// <summary>CLs of a value by toys of it and of 0.</summary>
    /// <param name="work">toys of each, seed, threads, fits, and where results are kept</param>
    /// <param name="statistic">q̃ or q</param>
    /// <param name="observation">the data</param>
    /// <param name="poi">the parameter; 0 is the background alone and lies inside of its bounds</param>
    /// <param name="tested">the tested value</param>
    /// <returns>the test; or every reason why toys cannot be drawn</returns>
    /// <remarks>Background toys of different tested values are the same toys, so that CLs as a function
    /// of the tested value has less noise.</remarks>
    /// <exception cref="T:System.ArgumentException">as <c>TestStatistic.evaluate</c></exception>
    /// <exception cref="T:System.InvalidOperationException">the statistic of the data is not known,
    /// because a fit failed</exception>
    let cls
        (work: ToyWork)
        (statistic: TestStatistic)
        (observation: Observation)
        (poi: string)
        (tested: float)
        : Result<ToyClsTest, ModelError list> =
        let observed = TestStatistic.evaluate work.Fits observation statistic poi tested
        requireKnown observed

        let toys truth label =
            toysAt work statistic observation observed.Best poi tested truth label

        both (toys tested "cls-signal") (toys 0.0 "cls-background")
        |> Result.map (fun ((signal, checks), (background, checks0)) -> {
            Cls = ToyCls.ofValues tested observed.Value (values signal) (values background)
            Observed = observed
            Signal = signal
            Background = background
            Checks = List.distinctBy _.Name (checks @ checks0)
        })

    /// Z of a p-value with its error, and that of another error of p.
    let private significance (p: ToyPValue) (more: float) : Estimated =
        let z = -Normal.InvCDF(0.0, 1.0, min p.Value (1.0 - 1e-15))
        let error = sqrt (p.Error * p.Error + more * more)

        {
            Value = z
            Error = error / Normal.PDF(0.0, 1.0, z)
        }

    /// <summary>The significance of a discovery by toys.</summary>
    /// <param name="work">toys of each value, seed, threads, fits, and where results are kept</param>
    /// <param name="observation">the data</param>
    /// <param name="poi">the parameter; 0 is the background alone</param>
    /// <param name="expectedAt">the value whose expected significance is wanted, such as 1</param>
    /// <returns>the test; or every reason why toys cannot be drawn</returns>
    /// <remarks>The expected significance is that of the median q0 of toys at the value. Where no toy
    /// of the background reaches a q0, p = 1/(n + 1) is a bound.</remarks>
    /// <exception cref="T:System.ArgumentException">as <c>TestStatistic.evaluate</c></exception>
    /// <exception cref="T:System.InvalidOperationException">the statistic of the data is not known,
    /// because a fit failed</exception>
    let discovery
        (work: ToyWork)
        (observation: Observation)
        (poi: string)
        (expectedAt: float)
        : Result<ToyDiscovery, ModelError list> =
        let q0 = TestStatistic.Discovery
        let observed = TestStatistic.evaluate work.Fits observation q0 poi 0.0
        requireKnown observed

        let toys truth label =
            toysAt work q0 observation observed.Best poi 0.0 truth label

        both (toys 0.0 "discovery-background") (toys expectedAt "discovery-signal")
        |> Result.map (fun ((background, checks0), (signal, checks)) ->
            let p = ToyPValue.ofToys (values background) observed.Value
            let median = (SampleQuantile.ofValues [ 0.5 ] (values signal)).Head
            let at q = ToyPValue.ofToys (values background) q
            let expected = at median.Value
            let spread = 0.5 * abs ((at median.Lower).Value - (at median.Upper).Value)

            {
                Observed = observed
                P = p
                Z = significance p 0.0
                ExpectedP = expected
                ExpectedZ = significance expected spread
                Background = background
                Signal = signal
                Checks = List.distinctBy _.Name (checks0 @ checks)
            })
