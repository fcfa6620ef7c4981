namespace Nsbi.Learn.Summaries

open Nsbi.Learn.Networks

/// How networks are trained whose loss is a function of a batch as a whole.
[<RequireQualifiedAccess>]
module internal SummaryTraining =
    /// 2x64 SiLU, Adam at 3e-3 with a cosine schedule, 40 epochs, the best weights kept.
    let standard (batch: int) : ClassifierSettings = {
        ClassifierSettings.standard with
            Architecture = {
                Architecture.standard with
                    Hidden = [ 64; 64 ]
            }
            LearningRate = 3e-3
            BatchSize = batch
            Epochs = 40
            Patience = None
            ValidationFraction = 0.2
    }
