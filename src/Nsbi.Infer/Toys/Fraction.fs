namespace Nsbi.Infer

open System
open MathNet.Numerics.Distributions

/// <summary>How often something happened in independent trials.</summary>
type Fraction = {
    /// How often it happened, k.
    Count: int
    /// In how many trials, n.
    Trials: int
} with

    /// <summary>k/n; NaN without trials.</summary>
    member this.Value: float = float this.Count / float this.Trials

    /// <summary>The standard error √(p(1 − p)/n) at p = k/n; 0 where all or none happened, so quote
    /// the interval of Clopper and Pearson there.</summary>
    member this.Error: float = sqrt (this.Value * (1.0 - this.Value) / float this.Trials)

    /// The fraction with its error, for people.
    override this.ToString() : string =
        FormattableString.Invariant
            $"{this.Value:G4} ± {this.Error:G2} ({this.Count}/{this.Trials})"

/// <summary>Fractions of trials and their intervals.</summary>
[<RequireQualifiedAccess>]
module Fraction =

    /// <summary>k of n.</summary>
    /// <exception cref="T:System.ArgumentException">k below 0 or above n</exception>
    let create (count: int) (trials: int) : Fraction =
        if count < 0 || count > trials then
            invalidArg (nameof count) $"{count} of {trials} is no fraction."

        { Count = count; Trials = trials }

    /// <summary>The trials for which a condition holds.</summary>
    let ofSeq (holds: 'a -> bool) (values: 'a seq) : Fraction =
        let mutable count = 0
        let mutable trials = 0

        for value in values do
            trials <- trials + 1

            if holds value then
                count <- count + 1

        { Count = count; Trials = trials }

    /// <summary>The interval of Clopper and Pearson: the ends at which k or more, and k or fewer,
    /// have the probability (1 − level)/2. Quantiles of the beta distribution:
    /// lower B(½(1 − level); k, n − k + 1), upper B(½(1 + level); k + 1, n − k).</summary>
    /// <param name="level">confidence level, between 0 and 1: it covers at least that often</param>
    /// <param name="fraction">k of n</param>
    /// <returns>the ends; [0, 1] without trials</returns>
    /// <remarks>Source: Clopper, Pearson, Biometrika 26, 404 (1934).</remarks>
    /// <exception cref="T:System.ArgumentException">a level that is none</exception>
    let clopperPearson (level: float) (fraction: Fraction) : struct (float * float) =
        if not (level > 0.0 && level < 1.0) then
            invalidArg (nameof level) $"A confidence level lies between 0 and 1; {level} does not."

        let k, n = fraction.Count, fraction.Trials
        let tail = 0.5 * (1.0 - level)

        // In closed form where nothing or everything happened, where the quantiles are far below
        // the absolute accuracy of an iterative inverse.
        let lower =
            if k = 0 then 0.0
            elif k = n then tail ** (1.0 / float n)
            else Beta.InvCDF(float k, float (n - k + 1), tail)

        let upper =
            if k = n then 1.0
            elif k = 0 then -(Math.Exp(Math.Log tail / float n) - 1.0)
            else Beta.InvCDF(float (k + 1), float (n - k), 1.0 - tail)

        struct (lower, upper)
