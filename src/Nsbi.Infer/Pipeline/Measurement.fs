namespace Nsbi.Infer

open Nsbi.Model

/// <summary>What one observation says of the parameter of interest: fit, intervals, significance and
/// scan.</summary>
[<NoComparison; ReferenceEquality>]
type Measurement = {
    /// What was fitted, such as <c>observed</c>.
    Name: string
    /// The best fit, and {t ≤ 1} of the parameter of interest: 68.27 % where Wilks' theorem holds.
    Summary: FitSummary
    /// {t ≤ 3.841}: 95 % where Wilks' theorem holds.
    Interval95: LikelihoodIntervals
    /// t(null) = −2 ln [L(null)/L(best)], the other parameters profiled.
    TNull: float
    /// All parameters at the null value, profiled.
    NullPoint: float[]
    /// √q_0 with q_0 = t(null) where the best fit lies above the null value, else 0 (asymptotic).
    Significance: float
    /// The profile of the parameter of interest.
    Scan: Scan
    /// What of its error is statistical; none without constrained nuisance parameters.
    Split: UncertaintySplit option
    /// The constrained nuisance parameters at the best fit.
    Pulls: NuisancePull list
} with

    /// The best fit.
    member this.Fit: FitResult = this.Summary.Fit

    /// {t ≤ 1} of the parameter of interest.
    member this.Interval68: LikelihoodIntervals =
        this.Summary.Intervals[this.Interval95.Parameter]

/// <summary>Makes measurements.</summary>
[<RequireQualifiedAccess>]
module Measurement =

    /// The t below which 95 % of a χ² of one degree of freedom lie.
    let internal level95 = 3.841458820694124


    /// The range worth a picture: from the null value (or the lower bound) with a margin around the 95 % set.
    let private range (interval: LikelihoodIntervals) (parameter: Parameter) (nullValue: float) =
        let low = interval.Intervals |> List.map _.Lower |> List.min
        let high = interval.Intervals |> List.map _.Upper |> List.max
        let margin = 0.35 * (high - low)
        let low = max parameter.Lower (min nullValue (low - margin))
        low, min parameter.Upper (max nullValue (high + margin))

    let private points = 60

    /// Values with equal steps, of √μ where the model is smooth in that.
    let private spaced (squared: bool) (low: float) (high: float) (share: float) : float =
        let value =
            if squared then
                (sqrt low + (sqrt high - sqrt low) * share) ** 2.0
            else
                low + (high - low) * share

        // A root and its square need not give the end back.
        max low (min high value)

    /// <summary>Fits an observation and draws the profile of the parameter of interest.</summary>
    /// <param name="settings">of all fits</param>
    /// <param name="name">what to call the measurement</param>
    /// <param name="interest">the parameter of interest</param>
    /// <param name="nullValue">its value without what is searched for, inside its bounds</param>
    /// <param name="observation">what was observed</param>
    /// <returns>the measurement, or the fit that did not succeed</returns>
    let make
        (settings: FitSettings)
        (name: string)
        (interest: string)
        (nullValue: float)
        (observation: Observation)
        : Result<Measurement, FitResult> =
        let parameter =
            observation.Owner.Parameters |> List.find (fun p -> p.Name = interest)

        let place = observation.Owner.Index[interest]
        let squared = observation.Owner.Model.InnerCoordinates.IsSquared place

        let rec measure (summary: FitSummary) left =
            let best = summary.Fit
            let second = Intervals.find settings observation best interest level95
            let low, high = range second parameter nullValue

            let values = [ for i in 0..points -> spaced squared low high (float i / float points) ]

            let values = List.sort (nullValue :: values) |> List.distinct
            let scan = Profile.scan settings observation second.Best interest values

            // An interval or a scan may come upon a lower minimum: then everything starts from there.
            if left > 0 && not (obj.ReferenceEquals(scan.Best, best)) then
                let interval = Intervals.find settings observation scan.Best interest 1.0

                let summary =
                    FitSummary.create
                        settings
                        observation
                        interval.Best
                        (Map.ofList [ interest, interval ])

                measure summary (left - 1)
            else
                let atNull = scan.Points |> List.find (fun p -> p.Value = nullValue)

                {
                    Name = name
                    Summary = summary
                    Interval95 = second
                    TNull = atNull.T
                    NullPoint = atNull.Point
                    Significance =
                        if best[interest].Value > nullValue then
                            sqrt atNull.T
                        else
                            0.0
                    Scan = scan
                    Split = UncertaintySplit.make settings observation interest best
                    Pulls = NuisancePull.ofFit observation.Owner.Parameters best
                }

        match FitSummary.run settings observation [ interest ] with
        | summary when summary.Fit.Status.Succeeded -> Ok(measure summary 3)
        | summary -> Error summary.Fit
