namespace Nsbi.Learn.Posterior

open System
open System.Text.Json
open MathNet.Numerics.Distributions
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>The prior density of one parameter φ, in its own units; zero outside its support.</summary>
[<RequireQualifiedAccess>]
type PriorDensity =
    /// <summary>1/(high − low) on [low, high]</summary>
    | Uniform of low: float * high: float
    /// <summary>N(mean, standardDeviation²) on all numbers</summary>
    | Normal of mean: float * standardDeviation: float
    /// <summary>N(mean, standardDeviation²) on [low, high], divided by its integral there</summary>
    | TruncatedNormal of mean: float * standardDeviation: float * low: float * high: float
    /// <summary>ln φ ~ N(ln median, logStandardDeviation²), on φ > 0</summary>
    | LogNormal of median: float * logStandardDeviation: float

/// Density, support, quantiles, checks and JSON of the prior of one parameter.
[<RequireQualifiedAccess>]
module PriorDensity =
    /// <summary>The smallest and the largest value with a density above zero; ±∞ where there is no
    /// bound.</summary>
    let support (density: PriorDensity) : struct (float * float) =
        match density with
        | PriorDensity.Uniform(low, high)
        | PriorDensity.TruncatedNormal(_, _, low, high) -> struct (low, high)
        | PriorDensity.Normal _ -> struct (-infinity, infinity)
        | PriorDensity.LogNormal _ -> struct (0.0, infinity)

    /// <summary>ln p(φ), in units of 1/φ.</summary>
    /// <returns>−∞ outside the support (for a log-normal, at 0 too); NaN for NaN</returns>
    let logDensity (density: PriorDensity) (value: float) : float =
        let struct (low, high) = support density

        if Double.IsNaN value then
            nan
        elif value < low || value > high then
            -infinity
        else
            match density with
            | PriorDensity.Uniform(low, high) -> -(log (high - low))
            | PriorDensity.Normal(mean, sd) ->
                NormalIntegral.logNormal ((value - mean) / sd) - log sd
            | PriorDensity.TruncatedNormal(mean, sd, low, high) ->
                NormalIntegral.logNormal ((value - mean) / sd)
                - log sd
                - NormalIntegral.logInterval ((low - mean) / sd) ((high - mean) / sd)
            | PriorDensity.LogNormal(median, sd) ->
                if value = 0.0 then
                    -infinity
                else
                    NormalIntegral.logNormal (log (value / median) / sd) - log sd - log value

    /// <summary>The value below which a share of the prior lies.</summary>
    /// <param name="density">the prior</param>
    /// <param name="share">in (0, 1)</param>
    let quantile (density: PriorDensity) (share: float) : float =
        match density with
        | PriorDensity.Uniform(low, high) -> low + (high - low) * share
        | PriorDensity.Normal(mean, sd) -> mean + sd * Normal.InvCDF(0.0, 1.0, share)
        | PriorDensity.TruncatedNormal(mean, sd, low, high) ->
            let a, b = (low - mean) / sd, (high - mean) / sd
            min high (max low (mean + sd * NormalIntegral.quantile a b share))
        | PriorDensity.LogNormal(median, sd) -> median * exp (sd * Normal.InvCDF(0.0, 1.0, share))

    /// Every fault of the numbers of a density.
    let internal faults (source: string) (density: PriorDensity) : Fault list = [
        let text = JsonFields.text

        let ordered low high =
            if not (low < high) || not (Double.IsFinite(high - low)) then
                Fault.create
                    source
                    "the bounds of a prior do not enclose an interval"
                    "finite numbers, low below high"
                |> Fault.withValue $"{text low} to {text high}"
                |> List.singleton
            else
                []

        let finite name value =
            if Double.IsFinite value then
                []
            else
                [
                    Fault.create source $"the {name} of a prior is not a number" "a finite number"
                    |> Fault.withValue (text value)
                ]

        let positive name value =
            if Double.IsFinite value && value > 0.0 then
                []
            else
                [
                    Fault.create source $"the {name} of a prior is not positive" "a number above 0"
                    |> Fault.withValue (text value)
                ]

        match density with
        | PriorDensity.Uniform(low, high) -> yield! ordered low high
        | PriorDensity.Normal(mean, sd) ->
            yield! finite "mean" mean
            yield! positive "standard deviation" sd
        | PriorDensity.TruncatedNormal(mean, sd, low, high) ->
            yield! finite "mean" mean
            yield! positive "standard deviation" sd
            yield! ordered low high
        | PriorDensity.LogNormal(median, sd) ->
            yield! positive "median" median
            yield! positive "standard deviation of the logarithm" sd
    ]

    let internal read (fields: JsonFields) : PriorDensity =
        let number name = fields.Float(name, nan)

        let kind =
            fields.Word(
                "density",
                "",
                [
                    for word in [ "uniform"; "normal"; "truncatedNormal"; "logNormal" ] ->
                        word, word
                ]
            )

        match kind with
        | "normal" -> PriorDensity.Normal(number "mean", number "standardDeviation")
        | "truncatedNormal" ->
            PriorDensity.TruncatedNormal(
                number "mean",
                number "standardDeviation",
                number "low",
                number "high"
            )
        | "logNormal" -> PriorDensity.LogNormal(number "median", number "logStandardDeviation")
        | _ -> PriorDensity.Uniform(number "low", number "high")

    let internal write (writer: Utf8JsonWriter) (density: PriorDensity) : unit =
        let write (kind: string) numbers =
            writer.WriteString("density", kind)

            for name: string, value: float in numbers do
                writer.WriteNumber(name, value)

        match density with
        | PriorDensity.Uniform(low, high) -> write "uniform" [ "low", low; "high", high ]
        | PriorDensity.Normal(mean, sd) -> write "normal" [ "mean", mean; "standardDeviation", sd ]
        | PriorDensity.TruncatedNormal(mean, sd, low, high) ->
            write "truncatedNormal" [
                "mean", mean
                "standardDeviation", sd
                "low", low
                "high", high
            ]
        | PriorDensity.LogNormal(median, sd) ->
            write "logNormal" [ "median", median; "logStandardDeviation", sd ]
