namespace Nsbi.Interop;

/// <summary>Where the run of an analysis stands: a stage that begins, a network in training,
/// all of them, or pseudo-experiments. Immutable.</summary>
public sealed class AnalysisUpdate
{
    internal AnalysisUpdate(FInfer.PipelineProgress progress)
    {
        Stage = (progress as FInfer.PipelineProgress.Stage)?.sentence;
        Training = progress is FInfer.PipelineProgress.Training training
            ? new TrainingUpdate(training.Item)
            : null;
        Trainings = progress is FInfer.PipelineProgress.Trainings trainings
            ? new TrainingListUpdate(trainings.Item)
            : null;
        Toys = progress is FInfer.PipelineProgress.Toys toys
            ? new ToyUpdate(toys.progress, toys.stage)
            : null;
    }

    /// <summary>The stage that begins, in words; null where one of the others is told.</summary>
    public string? Stage { get; }

    /// <summary>Where a training stands; null where a stage begins.</summary>
    public TrainingUpdate? Training { get; }

    /// <summary>How far all networks of the stage are; null where one of the others is told.
    /// </summary>
    public TrainingListUpdate? Trainings { get; }

    /// <summary>How far the pseudo-experiments of a stage are; null where one of the others is
    /// told.</summary>
    public ToyUpdate? Toys { get; }

    /// <summary>What is told, in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        Stage ?? Training?.ToString() ?? Trainings?.ToString() ?? Toys?.ToString() ?? "";
}
