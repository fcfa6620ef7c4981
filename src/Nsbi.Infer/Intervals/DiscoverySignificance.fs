namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>A p-value of the background alone, with its significance.</summary>
type Significance = {
    /// <summary>p, the probability under the background alone of a larger q0; NaN where it is not
    /// known.</summary>
    P: float
    /// <summary>Z with p = 1 − Φ(Z); +∞ for p = 0 and NaN where it is not known.</summary>
    Z: float
    /// Why Z is not finite; none where it is.
    Reason: string option
}

/// <summary>The significance of an excess over the background alone, and what a signal leads one to
/// expect.</summary>
[<NoComparison; ReferenceEquality>]
type DiscoverySignificance = {
    /// The parameter of the signal.
    Parameter: string
    /// p and Z of the data.
    Observed: Significance
    /// q0 of the data.
    Q: TestValue
    /// The value of the parameter that the expectation is for.
    Signal: float
    /// <summary>The median p and Z under that signal.</summary>
    Expected: Significance
    /// q0 of the Asimov set of that signal; none where there is no such set.
    Asimov: TestValue option
    /// Where the asymptotic formulae do not hold.
    Warnings: string list
} with

    /// The significances as a table.
    override this.ToString() : string =
        let number = AsymptoticText.number

        let row name (found: Significance) =
            let reason =
                found.Reason |> Option.map (fun why -> "  " + why) |> Option.defaultValue ""

            AsymptoticText.row name (number found.Z) + $"{number found.P, 14}" + reason

        [
            yield
                $"significance of {this.Parameter} over 0 by q0, asymptotic; best fit \
                  {number this.Q.BestValue}, q0 = {number this.Q.Value}"
            yield AsymptoticText.row "" "Z" + $"{'p', 14}"
            yield row "observed" this.Observed
            yield row $"expected at {number this.Signal}" this.Expected
            yield! AsymptoticText.warnings this.Warnings
        ]
        |> String.concat "\n"

/// <summary>Discovery significances by asymptotic formulae.</summary>
[<RequireQualifiedAccess>]
module DiscoverySignificance =

    /// <summary>Z = √q0, p = 1 − Φ(√q0) (arXiv:1007.1727, section 3.5).</summary>
    let ofStatistic (value: TestValue) : Significance = {
        P =
            if Double.IsNaN value.Value then
                nan
            else
                NormalTail.upper (sqrt value.Value)
        Z = sqrt value.Value
        Reason = value.Reason
    }

    /// <summary>q0, p and Z of an observation, and their medians under a signal.</summary>
    /// <param name="settings">of the fits; the parameter is free, all others are profiled unless
    /// they are fixed</param>
    /// <param name="observation">the data: observed, Asimov or a toy; unbinned, binned or both
    /// </param>
    /// <param name="poi">the parameter of the signal, of which 0 is the background alone</param>
    /// <param name="signal">the value that the expectation is for, usually 1: the Asimov set there
    /// has the nuisance parameters that the data prefer at this value</param>
    /// <returns>always a result, in which what is not known is NaN with a reason</returns>
    /// <exception cref="T:System.ArgumentException">there is no such parameter, it is fixed, or 0 or
    /// the signal is outside of its bounds</exception>
    let asymptotic
        (settings: FitSettings)
        (observation: Observation)
        (poi: string)
        (signal: float)
        : DiscoverySignificance =
        let compiled = observation.Owner

        let data =
            TestStatistic.evaluate settings observation TestStatistic.Discovery poi 0.0

        let atSignal =
            ConditionalFit.run settings observation poi signal [ data.Best.Values ]

        let expected =
            ExpectedData.ofFit settings atSignal compiled $"of {poi} = {signal}"
            |> Result.map (fun it ->
                TestStatistic.evaluateWith
                    settings
                    it.Observation
                    TestStatistic.Discovery
                    poi
                    it.Best
                    None
                    (if ConditionalFit.hasMinimum data.Conditional then
                         [ data.Conditional.Values ]
                     else
                         [])
                    0.0)

        {
            Parameter = poi
            Observed = ofStatistic data
            Q = data
            Signal = signal
            Expected =
                match expected with
                | Ok value -> ofStatistic value
                | Error reason -> {
                    P = nan
                    Z = nan
                    Reason = Some reason
                  }
            Asimov = Result.toOption expected
            Warnings =
                AsymptoticValidity.atZero compiled poi
                @ AsymptoticValidity.atBound poi data.Best
        }
