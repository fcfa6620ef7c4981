namespace Nsbi.Infer

open System
open System.Globalization
open MathNet.Numerics
open Nsbi.Model

/// <summary>What fits give back of one injected value.</summary>
type InjectionPoint = {
    /// The injected value μ_true.
    Truth: float
    /// <summary>The mean of μ̂ with its error.</summary>
    Mean: Estimated
    /// <summary>The median of μ̂, which a skewed distribution moves less.</summary>
    Median: float
    /// <summary>The mean of (μ̂ − μ_true)/σ over toys with an error.</summary>
    PullMean: Estimated
    /// <summary>The standard deviation of the same; 1 where errors are right.</summary>
    PullWidth: Estimated
    /// Toys that were fitted.
    Toys: int
    /// Toys whose fits failed.
    Failed: int
}

/// <summary>How far a nuisance parameter is from its truth in units of the errors of the fits.</summary>
type InjectionNuisance = {
    /// The parameter.
    Name: string
    /// <summary>The standard deviation of (α̂ − α_true)/σ over all toys; above 1 the fits claim to know
    /// it better than they do.</summary>
    PullWidth: Estimated
}

/// <summary>Injected against fitted values of a parameter.</summary>
type SignalInjection = {
    /// The parameter.
    Parameter: string
    /// In ascending order of the truth.
    Points: InjectionPoint list
    /// <summary>Slope of the straight line through the means, by weighted least squares.</summary>
    Slope: Estimated
    /// <summary>Its value at 0.</summary>
    Offset: Estimated
    /// <summary>The p-value of the χ² of the means about that line; NaN with two points.</summary>
    Linearity: float
    /// Nuisance parameters that the fits move.
    Nuisances: InjectionNuisance list
    /// <summary>Of slope, offset, linearity, pulls and over-constrained nuisances.</summary>
    Checks: Check list
}

/// <summary>Signal injection: does a fit find what was put in?</summary>
/// <remarks>With toys of the model itself this tests the fit; with toys of held-out simulation it tests
/// the ratios too (<c>ToySampler.ofSimulation</c>). Near a bound or a second solution the mean of μ̂ is
/// biased even for a right model: inject where neither is near.</remarks>
[<RequireQualifiedAccess>]
module SignalInjection =

    /// Standard errors by which slope, offset and pulls may be off.
    let private sigmas = 4.0

    /// Slopes this close to 1 are near enough however small their error.
    let private slopeTolerance = 0.02

    /// Pull widths up to this are no over-constraint.
    let private widest = 1.1

    let private number (x: float) =
        x.ToString("G4", CultureInfo.InvariantCulture)

    let private moments (values: float[]) : Estimated * Estimated =
        let n = float values.Length

        if values.Length < 2 then
            { Value = nan; Error = infinity }, { Value = nan; Error = infinity }
        else
            let mean = Array.average values

            let m k =
                values |> Array.averageBy (fun x -> (x - mean) ** k)

            let variance = m 2.0
            let width = sqrt (variance * n / (n - 1.0))

            // Var[s²] = (m4 − m2²)/n: right for distributions with tails too.
            let error = sqrt (max 0.0 (m 4.0 - variance * variance) / n) / (2.0 * sqrt variance)

            { Value = mean; Error = width / sqrt n },
            {
                Value = width
                Error = if variance = 0.0 then 0.0 else error
            }

    let private pulls (k: int) (truth: float) (fits: ToyFit[]) : float[] =
        fits
        |> Array.map (fun fit -> (fit.Values[k] - truth) / fit.Errors[k])
        |> Array.filter Double.IsFinite

    /// Weighted least squares: value at 0 and slope, with errors, and χ².
    let private line (points: InjectionPoint list) =
        let weights = points |> List.map (fun p -> 1.0 / (p.Mean.Error * p.Mean.Error))
        let sum f = List.map2 f weights points |> List.sum

        let s, sx, sy =
            sum (fun w _ -> w), sum (fun w p -> w * p.Truth), sum (fun w p -> w * p.Mean.Value)

        let sxx = sum (fun w p -> w * p.Truth * p.Truth)
        let sxy = sum (fun w p -> w * p.Truth * p.Mean.Value)
        let d = s * sxx - sx * sx
        let slope = (s * sxy - sx * sy) / d
        let offset = (sxx * sy - sx * sxy) / d
        let chi = sum (fun w p -> w * (p.Mean.Value - offset - slope * p.Truth) ** 2.0)

        { Value = slope; Error = sqrt (s / d) },
        {
            Value = offset
            Error = sqrt (sxx / d)
        },
        chi

    /// The name of the check of a nuisance parameter.
    let internal checkOf (nuisance: InjectionNuisance) : string =
        $"over-constrained: {nuisance.Name}"

    let private checks parameter (points: InjectionPoint list) slope offset linearity nuisances =
        let near name target tolerance (found: Estimated) meaning =
            let limit = max tolerance (sigmas * found.Error)

            Check.create
                $"injection of {parameter}: {name}"
                (CheckRule.Near target)
                limit
                found.Value
                found.Error
                $"The {name} is {number found.Value} ± {number found.Error}."
                meaning

        [
            near "slope" 1.0 slopeTolerance slope "Fitted values do not follow the injected ones."
            near "offset" 0.0 0.0 offset "Fitted values are shifted against the injected ones."

            if not (Double.IsNaN linearity) then
                Check.create
                    $"injection of {parameter}: linearity"
                    CheckRule.AtLeast
                    CheckLimits.standard.PValue
                    linearity
                    nan
                    $"The means lie on a straight line with a p-value of {number linearity}."
                    "The response is not linear: it cannot be corrected by slope and offset."

            let widest' =
                points |> List.maxBy (fun p -> p.PullWidth.Value - sigmas * p.PullWidth.Error)

            Check.create
                $"injection of {parameter}: pulls"
                CheckRule.AtMost
                (widest + sigmas * widest'.PullWidth.Error)
                widest'.PullWidth.Value
                widest'.PullWidth.Error
                $"(best − truth)/error has the width {number widest'.PullWidth.Value} at \
                  {number widest'.Truth}."
                "Errors are too small: quote intervals from toys."

            for nuisance in nuisances do
                let width: Estimated = nuisance.PullWidth

                Check.create
                    (checkOf nuisance)
                    CheckRule.AtMost
                    (widest + sigmas * width.Error)
                    width.Value
                    width.Error
                    $"(best − truth)/error of {nuisance.Name} has the width {number width.Value}."
                    "The fit claims to know this parameter better than it does: its templates or \
                     ratios are noisy, or too simple."
        ]

    /// <summary>The study of fits at several true values.</summary>
    /// <param name="compiled">the likelihood of the fits</param>
    /// <param name="parameter">the parameter that was injected</param>
    /// <param name="fits">for each point the parameter values that toys were drawn at, in the order of
    /// θ, and the fits; two points or more with different values</param>
    /// <exception cref="T:System.ArgumentException">an unknown parameter, fewer than two values, or a
    /// point with fewer than two fits that succeeded</exception>
    let ofFits
        (compiled: CompiledLikelihood)
        (parameter: string)
        (fits: (float[] * ToyFit[]) list)
        : SignalInjection =
        let k = compiled.Index[parameter]

        if (fits |> List.map (fun (theta, _) -> theta[k]) |> List.distinct).Length < 2 then
            invalidArg (nameof fits) $"Inject two values of '{parameter}' or more."

        let good =
            fits
            |> List.map (fun (theta, all) -> theta, all, all |> Array.filter _.Failure.IsNone)
            |> List.sortBy (fun (theta, _, _) -> theta[k])

        for theta, _, good in good do
            if good.Length < 2 then
                invalidArg (nameof fits) $"At {theta[k]} fewer than two fits succeeded."

        let points =
            good
            |> List.map (fun (theta, all, good) ->
                let values = good |> Array.map _.Values[k]
                let mean, _ = moments values
                let pullMean, pullWidth = moments (pulls k theta[k] good)

                {
                    Truth = theta[k]
                    Mean = mean
                    Median = (SampleQuantile.ofValues [ 0.5 ] values).Head.Value
                    PullMean = pullMean
                    PullWidth = pullWidth
                    Toys = good.Length
                    Failed = all.Length - good.Length
                })

        let slope, offset, chi = line points
        let freedom = points.Length - 2

        let linearity =
            if freedom = 0 then
                nan
            else
                SpecialFunctions.GammaUpperRegularized(0.5 * float freedom, 0.5 * chi)

        let nuisances = [
            for p in compiled.Parameters do
                if p.Role = Nuisance then
                    let j = compiled.Index[p.Name]

                    let all =
                        good
                        |> List.map (fun (theta, _, fits) -> pulls j theta[j] fits)
                        |> Array.concat

                    if all.Length > 1 then
                        {
                            Name = p.Name
                            PullWidth = snd (moments all)
                        }
        ]

        {
            Parameter = parameter
            Points = points
            Slope = slope
            Offset = offset
            Linearity = linearity
            Nuisances = nuisances
            Checks = checks parameter points slope offset linearity nuisances
        }

    /// <summary>The study of toys that are drawn and fitted here.</summary>
    /// <param name="work">toys at each value, seed, threads, fits, and where results are kept</param>
    /// <param name="parameter">the parameter that is injected</param>
    /// <param name="samplers">of one likelihood, two or more with different values; of the model or of
    /// held-out simulation</param>
    /// <remarks>Errors as <c>ofFits</c>.</remarks>
    let run (work: ToyWork) (parameter: string) (samplers: ToySampler list) : SignalInjection =
        if samplers.IsEmpty then
            invalidArg (nameof samplers) $"Inject two values of '{parameter}' or more."

        let compiled = samplers.Head.Likelihood

        samplers
        |> List.map (fun sampler ->
            let theta = sampler.Theta
            let truth = theta[compiled.Index[parameter]]
            let seed = ToyWork.seedAt work.Run.Seed "injection" truth

            let fits =
                ToyFit.measurement (ToyWork.ofToy work) None theta
                |> ToyWork.run
                    work
                    (ToyWork.label "injection" truth)
                    seed
                    work.Run.Progress
                    sampler

            theta, fits)
        |> ofFits compiled parameter
