namespace Nsbi.Interop;

/// <summary>How an analysis is run. Results do not depend on the number of threads.</summary>
public sealed record AnalysisOptions
{
    /// <summary>In place of the analysis's own seed; null keeps that.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Threads to share the work, 1 or more.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Look at the data of a blind analysis, once all its checks passed.</summary>
    public bool Unblind { get; init; }
}
