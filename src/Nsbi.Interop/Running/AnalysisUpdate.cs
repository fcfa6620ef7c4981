namespace Nsbi.Interop;

/// <summary>Where the run of an analysis stands: a stage that begins, or a network in training.
/// Immutable.</summary>
public sealed class AnalysisUpdate
{
    internal AnalysisUpdate(FInfer.PipelineProgress progress)
    {
        Stage = (progress as FInfer.PipelineProgress.Stage)?.sentence;
        Training = progress is FInfer.PipelineProgress.Training training
            ? new TrainingUpdate(training.Item)
            : null;
    }

    /// <summary>The stage that begins, in words; null while a network is trained.</summary>
    public string? Stage { get; }

    /// <summary>Where a training stands; null where a stage begins.</summary>
    public TrainingUpdate? Training { get; }

    /// <summary>The one or the other in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Stage ?? Training?.ToString() ?? "";
}
