namespace Nsbi.Learn.Summaries

open System
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>How a classifier is made insensitive.</summary>
type DecorrelatedSettings = {
    /// Layers, optimiser, batches, epochs; the loss is the cross-entropy. Large batches: the penalty is a
    /// function of a batch as a whole.
    Training: ClassifierSettings
    /// λ ≥ 0, which multiplies the penalty; 0 is a plain classifier.
    Strength: float
    /// Where the score shall not know the nuisance features.
    Insensitive: InsensitiveClass
    /// K, the number of waves of a distance, at least 1.
    Terms: int
    /// Of the split, the first weights and the order of the events.
    Seed: uint64
}

/// Defaults and checks.
[<RequireQualifiedAccess>]
module DecorrelatedSettings =
    /// <summary>2x64 SiLU, Adam at 3e-3 with a cosine schedule, batches of 4096, 40 epochs, 8 waves, in
    /// background.</summary>
    /// <param name="strength">λ: about 1 to balance, 5 for near independence; the larger, the larger must be the
    /// batches, whose distance correlation is uncertain by about one over the number of events of the class
    /// </param>
    let standard (strength: float) : DecorrelatedSettings = {
        Training = SummaryTraining.standard 4096
        Strength = strength
        Insensitive = InsensitiveClass.Background
        Terms = 8
        Seed = 1UL
    }

    let internal faults (settings: DecorrelatedSettings) : Fault list = [
        let source = "decorrelation settings"
        yield! ClassifierSettings.faults source settings.Training
        yield! ClassifierSettings.lossRefusal source "leave out the loss" settings.Training

        if not (Double.IsFinite settings.Strength && settings.Strength >= 0.0) then
            Fault.create source "the strength is out of range" "at least 0"
            |> Fault.withValue (JsonFields.text settings.Strength)

        if settings.Terms < 1 then
            Fault.create source "the number of waves is out of range" "at least 1"
            |> Fault.withValue (string settings.Terms)
    ]
