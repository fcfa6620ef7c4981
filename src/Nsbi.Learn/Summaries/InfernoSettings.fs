namespace Nsbi.Learn.Summaries

open System
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>How a summary is trained for one parameter's error.</summary>
type InfernoSettings = {
    /// Layers, optimiser, batches, epochs. Large batches: the loss is a function of a batch as a whole.
    Training: ClassifierSettings
    /// K, the number of bins, at least 2.
    Bins: int
    /// T of the softmax, above 0: the smaller, the harder the bins in training.
    Temperature: float
    /// Name of the parameter of interest.
    Interest: string
    /// Of the split, the first weights and the order of the events.
    Seed: uint64
}

/// Defaults and checks.
[<RequireQualifiedAccess>]
module InfernoSettings =
    /// <summary>Ten bins at temperature 1; 2x64 SiLU, Adam at 3e-3 with a cosine schedule, batches of 2048,
    /// 40 epochs, the best weights kept.</summary>
    /// <param name="interest">name of the parameter of interest</param>
    /// <remarks>The authors' temperature is 0.1; on their mixture bins that start softer end 2 % better, and
    /// the network hardens them itself.</remarks>
    let standard (interest: string) : InfernoSettings = {
        Training = SummaryTraining.standard 2048
        Bins = 10
        Temperature = 1.0
        Interest = interest
        Seed = 1UL
    }

    let internal faults (events: ResponseEvents) (settings: InfernoSettings) : Fault list = [
        let source = "summary settings"
        yield! ClassifierSettings.faults source settings.Training
        yield! ClassifierSettings.lossRefusal source "leave out the loss" settings.Training

        if settings.Bins < 2 then
            Fault.create source "the number of bins is out of range" "at least 2"
            |> Fault.withValue (string settings.Bins)

        if not (Double.IsFinite settings.Temperature && settings.Temperature > 0.0) then
            Fault.create source "the temperature is out of range" "above 0"
            |> Fault.withValue (JsonFields.text settings.Temperature)

        let names = events.Parameters |> List.map _.Name

        if not (List.contains settings.Interest names) then
            let known = String.Join(", ", names)

            Fault.create source "the events respond to no such parameter" $"there are {known}"
            |> Fault.withValue settings.Interest
    ]
