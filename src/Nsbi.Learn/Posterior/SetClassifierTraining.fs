namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>Learns likelihood ratios of whole sets of events that share nuisance parameters.</summary>
/// <remarks>
/// <code>
/// SetHypotheses.shifted "mu" (struct (0.5, 2.0)) simulator
/// |> SetClassifierTraining.run context SetClassifierSettings.standard
/// </code>
/// Loss: the mean binary cross-entropy of sets at the tested value and of sets at another, whose minimum is the
/// ratio of their densities, averaged over the nuisance parameters of each. Every epoch sees fresh sets; a set is a
/// function of (seed, epoch, number), and the result one of settings, simulator and instruction path, whatever the
/// threads and interruptions. Source: Heinrich et al., arXiv:2306.12584, section 5.
/// </remarks>
[<RequireQualifiedAccess>]
module SetClassifierTraining =
    /// Sets for scales: enough for means and spreads, few where sets are large.
    let private sampleSize (most: int) =
        Math.Clamp(2_000_000 / max 1 most, 64, 2_000)

    let private scaleOf (samples: EventSet[]) (k: int) : TestedScale =
        let values = samples |> Array.map (fun set -> set.Parameters[k])
        let mean = Array.average values
        let spread = sqrt (values |> Array.averageBy (fun v -> (v - mean) * (v - mean)))

        {
            Shift = mean
            Scale = if spread > 1e-9 * abs mean then 1.0 / spread else 1.0
        }

    let private train
        (context: TrainingContext)
        (settings: SetClassifierSettings)
        (hypotheses: SetHypotheses)
        : SetClassifier =
        let source =
            PairSource(hypotheses, settings.Seed, settings.SetsPerEpoch, settings.ValidationSets)
            :> ISetSource

        let features, tested = source.Features.Length, hypotheses.Tested.Length
        let team = context.Team
        let samples = Array.zeroCreate<EventSet>(sampleSize source.Most)
        team.For(samples.Length, fun number _ -> samples[number] <- source.Sample number)
        let scales = SetScales.fit features source.Range samples
        let testedScales = List.init tested (scaleOf samples)

        let buffer =
            SetBuffer(team, features, tested + 1, settings.BatchSize, source.Most, scales)

        let weights, head = SetClassifierGraph.parameters features tested settings

        let loss, used =
            SetClassifierGraph.losses features settings scales testedScales (weights, head)

        let validation = Plan.Compile(team, Precision.Single, buffer.Capacity, [ loss ])

        use loop =
            new TrainingLoop(
                team,
                {
                    Name = "set classifier"
                    Settings = SetClassifierSettings.training settings
                    Seed = settings.Seed
                    Loss = loss / used
                    Parameters = weights @ List.collect (fun (w, b) -> [ w; b ]) head
                    Initial = SetClassifierGraph.initialValues features tested settings
                    Feed = new SetFeed(source, settings.BatchSize, buffer, validation)
                }
            )

        loop.Run(0, 0, context)

        SetClassifier(
            settings,
            hypotheses.Tested,
            source.Features,
            scales,
            testedScales,
            loop.BestValues,
            loop.History
        )

    /// <summary>Trains on fresh pairs of sets in each epoch.</summary>
    /// <param name="context">threads, progress, cancellation, checkpoints</param>
    /// <param name="settings">networks, course of the training, seed</param>
    /// <param name="hypotheses">what is to be told apart</param>
    /// <returns>the classifier with the weights of the least validation loss; or every fault of the settings</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    /// <exception cref="T:System.InvalidOperationException">the simulator or the pairs are impossible</exception>
    let run
        (context: TrainingContext)
        (settings: SetClassifierSettings)
        (hypotheses: SetHypotheses)
        : Result<SetClassifier, Fault list> =
        SetClassifierSettings.validate settings
        |> Result.map (fun settings -> train context settings hypotheses)
