namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks

// Axes: event i.

/// <summary>How well a learned ratio of two samples tells them apart.</summary>
type Separation = {
    /// The sample whose rate depends on the parameter of interest.
    Signal: string
    /// The sample whose rate does not.
    Background: string
    /// <summary>P(r of a signal event > r of a background event) + ½ P(=) with r = r_S/r_B and the
    /// weights of the events: the area under the ROC curve, with the error of the finite
    /// samples.</summary>
    Auc: Measured
}

/// <summary>Makes separations.</summary>
[<RequireQualifiedAccess>]
module Separation =

    /// <summary>Area under the ROC curve of weighted events.</summary>
    /// <param name="scores">one per event; larger for the signal</param>
    /// <param name="signal">weight of each event in the signal; 0 for background</param>
    /// <param name="background">weight of each event in the background; 0 for signal</param>
    /// <returns>the area A, and √(Σ_s w²(p − A)²/(Σ_s w)² + the same of the background), where p is
    /// the share of the other sample on the right side of an event; NaN where a sample is
    /// empty</returns>
    /// <remarks>Source: DeLong et al., Biometrics 44 (1988) 837, with weights.</remarks>
    let auc (scores: float[]) (signal: float[]) (background: float[]) : Measured =
        let share (weights: float[]) =
            let total = Array.sum weights
            weights |> Array.map (fun w -> w / total)

        let signal, background = share signal, share background
        let below, above = WeightedAuc.shares scores signal background
        let area = Array.sum (Array.map2 (*) signal below)

        let variance (weights: float[]) (shares: float[]) =
            Array.map2 (fun w p -> (w * (p - area)) ** 2.0) weights shares |> Array.sum

        {
            Value = area
            Error = sqrt (variance signal below + variance background above)
        }

    /// <summary>The separation of each sample whose rate depends on the parameter of interest from each
    /// whose does not.</summary>
    let ofModel (learned: LearnedModel) : Separation list =
        let depends (term: MixtureTerm) =
            Nsbi.Model.Coefficient.parameters term.Scale
            |> List.exists (fun p -> p.Name = learned.Analysis.Interest)

        let signals, backgrounds = learned.Analysis.Terms |> List.partition depends
        let names = learned.Simulated.Samples
        let expected = SimulatedEvents.expected learned.Simulated

        [
            for s in signals do
                for b in backgrounds do
                    let k, l = Array.IndexOf(names, s.Sample), Array.IndexOf(names, b.Sample)

                    let weights wanted =
                        Array.map2
                            (fun sample w -> if sample = wanted then w else 0.0)
                            learned.Simulated.Sample
                            expected

                    let scores =
                        Array.map2
                            (fun a b -> Math.Log a - Math.Log b)
                            learned.Ratios[k]
                            learned.Ratios[l]

                    if k <> l then
                        {
                            Signal = s.Sample
                            Background = b.Sample
                            Auc = auc scores (weights k) (weights l)
                        }
        ]
