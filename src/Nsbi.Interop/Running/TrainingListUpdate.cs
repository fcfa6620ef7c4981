namespace Nsbi.Interop;

/// <summary>How far a list of trainings is. Immutable.</summary>
public sealed class TrainingListUpdate
{
    internal TrainingListUpdate(FInfer.TrainingList list)
    {
        Finished = list.Finished;
        Count = list.Count;
        Fraction = list.Fraction;
        Remaining = list.Remaining is { Value: var remaining } ? remaining : null;
    }

    /// <summary>Trainings that are finished, those of earlier runs among them.</summary>
    public int Finished { get; }

    /// <summary>All of them.</summary>
    public int Count { get; }

    /// <summary>The share of the work that is done, from 0 to 1.</summary>
    public double Fraction { get; }

    /// <summary>The time that is left at the pace of this run; null before there is one.</summary>
    public TimeSpan? Remaining { get; }

    /// <summary>A line: networks done and time left.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Finished} of {Count} networks"
        + (
            Remaining is { } left
                ? string.Create(CultureInfo.InvariantCulture, $", {left.TotalSeconds:F0} s left")
                : ""
        );
}
