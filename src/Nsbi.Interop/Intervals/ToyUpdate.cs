namespace Nsbi.Interop;

/// <summary>How far a list of toys is. Immutable.</summary>
public sealed class ToyUpdate
{
    internal ToyUpdate(FInfer.ToyProgress progress, string? stage = null)
    {
        Stage = stage;
        Done = progress.Done;
        Total = progress.Total;
        Failed = progress.Failed;
    }

    /// <summary>What the toys of an analysis are for; null where they are made alone.</summary>
    public string? Stage { get; }

    /// <summary>Toys that are measured, failed ones among them.</summary>
    public int Done { get; }

    /// <summary>All toys that are planned so far.</summary>
    public int Total { get; }

    /// <summary>Toys whose fits failed.</summary>
    public int Failed { get; }

    /// <summary>A line: toys done and failed.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        (Stage is null ? "" : $"{Stage}: ")
        + string.Create(CultureInfo.InvariantCulture, $"{Done} of {Total} toys")
        + (Failed == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {Failed} failed"));
}
