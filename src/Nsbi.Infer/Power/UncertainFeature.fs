namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>A cut on a feature beside others, of which the background efficiency is uncertain.</summary>
type UncertainFeature = {
    /// <summary>ε_S1, the signal efficiency of the cut on it.</summary>
    Signal: float
    /// <summary>ε_B1, the background efficiency.</summary>
    Background: float
    /// <summary>δε_B1, its uncertainty.</summary>
    Uncertainty: float
    /// <summary>ε_B2 B, the background events that all other cuts leave.</summary>
    Others: float
}

/// <summary>Whether an uncertain feature is worth using, for a count of few signal events on many
/// background events.</summary>
/// <remarks>Source: Nachman, arXiv:1909.03081, eqs 4.1 and 4.2.</remarks>
[<RequireQualifiedAccess>]
module UncertainFeature =

    let private check (feature: UncertainFeature) =
        let within what value =
            if not (value > 0.0 && value <= 1.0) then
                invalidArg
                    (nameof feature)
                    (String.Format(
                        CultureInfo.InvariantCulture,
                        "The {0} efficiency lies above 0, and at 1 or below; {1} does not.",
                        what,
                        value
                    ))

        within "signal" feature.Signal
        within "background" feature.Background

        if not (feature.Uncertainty >= 0.0 && Double.IsFinite feature.Uncertainty) then
            invalidArg (nameof feature) "The uncertainty of an efficiency is 0 or above."

        if not (feature.Others > 0.0 && Double.IsFinite feature.Others) then
            invalidArg (nameof feature) "The background of the other cuts is above 0."

    /// <summary>By what the significance changes if the feature is used:
    /// [ε_S1/√(ε_B1 + δε_B1² ε_B2 B)], the left side of eq. 4.1 over the right one. Above 1 it is worth
    /// using.</summary>
    /// <exception cref="T:System.ArgumentException">efficiencies that are none</exception>
    let gain (feature: UncertainFeature) : float =
        check feature
        let systematic = feature.Uncertainty * feature.Uncertainty * feature.Others
        feature.Signal / sqrt (feature.Background + systematic)

    /// <summary>The same for a small uncertainty, ε_S1/√ε_B1 [1 − ½ ε_B1 ε_B2 B (δε_B1/ε_B1)²], eq. 4.2.
    /// </summary>
    /// <exception cref="T:System.ArgumentException">efficiencies that are none</exception>
    let approximateGain (feature: UncertainFeature) : float =
        check feature
        let relative = feature.Uncertainty / feature.Background

        feature.Signal / sqrt feature.Background
        * (1.0 - 0.5 * feature.Background * feature.Others * relative * relative)

    /// <summary>Whether the feature is worth using.</summary>
    let isWorthUsing (feature: UncertainFeature) : bool = gain feature > 1.0

    /// <summary>The uncertainty δε_B1 above which it is not: √((ε_S1² − ε_B1)/(ε_B2 B)).</summary>
    /// <returns>0 where the feature does not pay even if it is known exactly</returns>
    let greatestUncertainty (feature: UncertainFeature) : float =
        check feature

        sqrt (max 0.0 (feature.Signal * feature.Signal - feature.Background) / feature.Others)
