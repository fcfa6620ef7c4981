namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>Mean and width of numbers with their Monte Carlo errors, and their quantiles, which single
/// numbers far away do not move; NaN where there are too few.</summary>
type ToyMoments = {
    /// How many numbers.
    Count: int
    /// Their mean.
    Mean: float
    /// <summary>s/√n.</summary>
    MeanError: float
    /// <summary>s, their standard deviation with n − 1.</summary>
    Width: float
    /// <summary>√((m₄ − m₂²)/n)/2s, which holds for any distribution.</summary>
    WidthError: float
    /// The median.
    Median: float
    /// <summary>Half the distance of the quantiles at 15.87 and 84.13 %: s of a Gaussian.</summary>
    Spread: float
}

/// <summary>Moments of numbers.</summary>
[<RequireQualifiedAccess>]
module ToyMoments =

    /// <summary>The moments of the numbers that are finite.</summary>
    let compute (values: float[]) : ToyMoments =
        let values = values |> Array.filter Double.IsFinite
        let n = float values.Length
        let mean = if values.Length > 0 then Array.average values else nan

        let moment power =
            values |> Array.sumBy (fun x -> pown (x - mean) power)

        let square = moment 2
        let width = if values.Length > 1 then sqrt (square / (n - 1.0)) else nan
        let variance = max 0.0 (moment 4 / n - (square / n) ** 2.0)
        let sorted = Array.sort values

        // Between the numbers at (n − 1) p, as numpy has it.
        let quantile p =
            if sorted.Length = 0 then
                nan
            else
                let at = p * (n - 1.0)
                let low = int (floor at)
                let high = min (low + 1) (sorted.Length - 1)
                sorted[low] + (at - float low) * (sorted[high] - sorted[low])

        let tail = MathNet.Numerics.Distributions.Normal.CDF(0.0, 1.0, -1.0)

        {
            Count = values.Length
            Mean = mean
            MeanError = width / sqrt n
            Width = width
            WidthError = sqrt (variance / n) / (2.0 * width)
            Median = quantile 0.5
            Spread =
                if sorted.Length > 1 then
                    0.5 * (quantile (1.0 - tail) - quantile tail)
                else
                    nan
        }

/// <summary>A parameter in the fits of toys.</summary>
type ToyParameter = {
    /// Its name.
    Name: string
    /// The value that the toys were drawn at.
    Truth: float
    /// Its best values.
    Best: ToyMoments
    /// <summary>Its pulls (θ̂ − θ)/σ̂, where there is an error: not at bounds.</summary>
    Pull: ToyMoments
    /// The share of the fits that end at one of its bounds.
    AtBound: float
}

/// <summary>What many fits of toys say together.</summary>
type ToySummary = {
    /// Number of toys, failed ones included.
    Toys: int
    /// The parameters that were free, in the order of the fits; failed fits are left out.
    Parameters: ToyParameter list
    /// Why fits failed and how many, the commonest reason first.
    Failures: (string * int) list
    /// How many were tried from other starts.
    Retried: int
    /// The checks of the weighted events, and the one of failed fits.
    Checks: Check list
} with

    /// How many fits failed.
    member this.Failed: int = this.Failures |> List.sumBy snd

/// <summary>Summaries of toys.</summary>
[<RequireQualifiedAccess>]
module ToySummary =

    /// <summary>Largest share of failed fits.</summary>
    let largestFailed: float = 0.01

    let private failures (fits: ToyFit[]) =
        fits
        |> Array.choose _.Failure
        |> Array.countBy id
        |> Array.sortWith (fun (a, n) (b, m) ->
            if n <> m then compare m n else String.CompareOrdinal(a, b))
        |> Array.toList

    let private failedCheck (fits: ToyFit[]) (failed: int) : Check =
        let share = float failed / float fits.Length

        Check.create
            "toys: failed fits"
            CheckRule.AtMost
            largestFailed
            share
            (sqrt (share * (1.0 - share) / float fits.Length))
            $"{failed} of {fits.Length} fits failed."
            "What the toys say leaves out those that failed, which are not like the others: look at \
             the reasons, and bound or constrain what the data do not determine."

    /// <summary>The summary of fits of toys of one sampler.</summary>
    /// <param name="sampler">what they were drawn from</param>
    /// <param name="settings">of the fits: what they hold is left out</param>
    /// <param name="fits">in any order</param>
    let ofFits (sampler: ToySampler) (settings: FitSettings) (fits: ToyFit[]) : ToySummary =
        let compiled = sampler.Likelihood
        let truth = sampler.Theta
        let good = fits |> Array.filter _.Failure.IsNone
        let failures = failures fits

        {
            Toys = fits.Length
            Parameters = [
                for k in FitPoints.freePlaces settings compiled do
                    let best = good |> Array.map _.Values[k]

                    {
                        Name = compiled.Index.Names[k]
                        Truth = truth[k]
                        Best = ToyMoments.compute best
                        Pull =
                            good
                            |> Array.map (fun f -> (f.Values[k] - truth[k]) / f.Errors[k])
                            |> ToyMoments.compute
                        AtBound =
                            if good.Length = 0 then
                                nan
                            else
                                good |> Array.averageBy (fun f -> if f.AtBound[k] then 1.0 else 0.0)
                    }
            ]
            Failures = failures
            Retried = fits |> Array.filter (fun f -> f.Retries > 0) |> Array.length
            Checks = [
                yield! sampler.Validity.Checks

                if fits.Length > 0 then
                    failedCheck fits (List.sumBy snd failures)
            ]
        }

    /// <summary>The summary as a table for people.</summary>
    let toText (summary: ToySummary) : string =
        let number (x: float) =
            if Double.IsNaN x then
                "-"
            else
                x.ToString("G4", CultureInfo.InvariantCulture)

        let withError value error = $"{number value} ± {number error}"

        let names = summary.Parameters |> List.map (fun p -> p.Name.Length)
        let width = List.max (9 :: names)

        let row (name: string) (cells: string list) =
            let widths = [ 10; 21; 21; 19; 19; 10; 8 ]
            let padded = List.map2 (fun (w: int) (cell: string) -> cell.PadLeft w) widths cells
            (name.PadRight width + String.Join(" ", padded)).TrimEnd()

        String.Join(
            "\n",
            [
                yield
                    row "parameter" [
                        "truth"
                        "mean"
                        "rms"
                        "pull mean"
                        "pull width"
                        "68 % half"
                        "at bound"
                    ]

                for p in summary.Parameters do
                    yield
                        row p.Name [
                            number p.Truth
                            withError p.Best.Mean p.Best.MeanError
                            withError p.Best.Width p.Best.WidthError
                            withError p.Pull.Mean p.Pull.MeanError
                            withError p.Pull.Width p.Pull.WidthError
                            number p.Pull.Spread
                            number p.AtBound
                        ]

                yield ""

                yield
                    $"{summary.Failed} of {summary.Toys} fits failed; {summary.Retried} were tried \
                      from other starts"

                for reason, count in summary.Failures do
                    yield $"  {count} times: {reason}"

                for check in summary.Checks do
                    let verdict = if check.Passed then "passed" else "FAILED"
                    yield $"{verdict}  {check.Name}: {check.Finding}"
            ]
        )
