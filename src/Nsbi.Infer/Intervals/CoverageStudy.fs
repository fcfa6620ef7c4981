namespace Nsbi.Infer

open System
open System.Globalization
open MathNet.Numerics.Distributions

/// <summary>How often intervals hold the truth, at one true value and one confidence level.</summary>
type CoveragePoint = {
    /// The true value of the parameter.
    Truth: float
    /// The confidence level that the intervals claim.
    Level: float
    /// <summary>Toys with t(truth) ≤ z², the asymptotic level of t: their likelihood intervals hold the
    /// truth.</summary>
    Asymptotic: Fraction
    /// <summary>Toys with t(truth) ≤ c(truth) of a belt: their Neyman intervals hold the truth. None
    /// without a belt.</summary>
    Neyman: Fraction option
    /// Toys whose statistic is not known: they count nowhere.
    Failed: int
} with

    /// One line for people, with intervals of Clopper and Pearson.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("F4", CultureInfo.InvariantCulture)

        let text (fraction: Fraction) =
            let struct (low, high) = Fraction.clopperPearson 0.6827 fraction
            $"{number fraction.Value} [{number low}, {number high}]"

        let neyman =
            match this.Neyman with
            | Some fraction -> $", Neyman {text fraction}"
            | None -> ""

        let truth = this.Truth.ToString("G5", CultureInfo.InvariantCulture)
        $"{number this.Level} at {truth}: asymptotic {text this.Asymptotic}{neyman}"

/// <summary>Coverage of intervals of one parameter.</summary>
/// <remarks>An interval {μ: t(μ) ≤ c(μ)} holds the truth exactly where t(truth) ≤ c(truth): coverage
/// needs the statistic at the truth alone and no intervals.</remarks>
[<RequireQualifiedAccess>]
module CoverageStudy =

    /// <summary>The level of t that has this confidence where Wilks' theorem holds for one parameter,
    /// the quantile of χ² with one degree of freedom: 1 for 68.27 %, 3.841 for 95 %.</summary>
    /// <exception cref="T:System.ArgumentException">a level that is none</exception>
    let asymptoticLevel (level: float) : float =
        if not (level > 0.0 && level < 1.0) then
            invalidArg (nameof level) $"A confidence level lies between 0 and 1; {level} does not."

        let z = Normal.InvCDF(0.0, 1.0, 0.5 * (1.0 + level))
        z * z

    /// <summary>Coverage at one true value.</summary>
    /// <param name="levels">confidence levels</param>
    /// <param name="belt">has these levels; its quantiles are not from the toys that are given here
    /// </param>
    /// <param name="truth">the true value, at which the toys were drawn and tested</param>
    /// <param name="values">t(truth) of each toy; NaN where a fit failed</param>
    let ofValues
        (levels: float list)
        (belt: ConfidenceBelt option)
        (truth: float)
        (values: float seq)
        : CoveragePoint list =
        let values = Seq.toArray values
        let known = values |> Array.filter (fun t -> not (Double.IsNaN t))

        levels
        |> List.map (fun level ->
            let limit = asymptoticLevel level

            {
                Truth = truth
                Level = level
                Asymptotic = known |> Fraction.ofSeq (fun t -> t <= limit)
                Neyman =
                    belt
                    |> Option.map (fun belt ->
                        let struct (c, _) = ConfidenceBelt.quantile belt level truth
                        known |> Fraction.ofSeq (fun t -> t - ToyPValue.tie t <= c))
                Failed = values.Length - known.Length
            })

    /// <summary>Coverage at the true values of some samplers: of the model, or of held-out simulation,
    /// whose coverage counts as physics.</summary>
    /// <param name="work">toys at each value, seed, threads, fits, and where results are kept</param>
    /// <param name="levels">confidence levels</param>
    /// <param name="belt">has these levels; its toys are others, being drawn for another purpose</param>
    /// <param name="parameter">the parameter of the intervals</param>
    /// <param name="samplers">one for each true value, each at its own</param>
    /// <returns>for each sampler one point per level</returns>
    /// <exception cref="T:System.ArgumentException">an unknown or fixed parameter, or the same true
    /// value twice with results kept in a store</exception>
    let run
        (work: ToyWork)
        (levels: float list)
        (belt: ConfidenceBelt option)
        (parameter: string)
        (samplers: ToySampler list)
        : CoveragePoint list =
        samplers
        |> List.collect (fun sampler ->
            let theta = sampler.Theta
            let truth = theta[sampler.Likelihood.Index[parameter]]
            let seed = ToyWork.seedAt work.Run.Seed "coverage" truth

            ToyTest.measurement (ToyWork.ofToy work) TestStatistic.TwoSided parameter truth theta
            |> ToyWork.run work (ToyWork.label "coverage" truth) seed work.Run.Progress sampler
            |> Array.map (fun test -> if test.Failure.IsSome then nan else test.Value)
            |> ofValues levels belt truth)
