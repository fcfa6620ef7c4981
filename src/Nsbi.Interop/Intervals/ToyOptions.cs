namespace Nsbi.Interop;

/// <summary>How toys (pseudo-experiments) are made and fitted. Results are a function of the seed
/// and do not depend on the number of threads.</summary>
public sealed record ToyOptions
{
    /// <summary>Toys of each hypothesis, 1 or more.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>Seed of all random numbers.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads, each of which fits one toy at a time; 1 or more.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The fits, of data and of toys; their threads share the fits of data alone.</summary>
    public FitOptions Fit { get; init; } = new();

    /// <summary>Does some work with these toys.</summary>
    internal static T Use<T>(
        ToyOptions? options,
        IProgress<ToyUpdate>? progress,
        CancellationToken cancellation,
        Func<FInfer.ToyWork, T> work
    )
    {
        options ??= new ToyOptions();
        Check(options);
        var run = new FInfer.ToyRun(
            options.Count,
            options.Seed,
            options.Threads,
            new Forwarded<FInfer.ToyProgress, ToyUpdate>(progress, p => new ToyUpdate(p)),
            cancellation
        );
        return FitOptions.Use(
            options.Fit,
            cancellation,
            fits =>
            {
                cancellation.ThrowIfCancellationRequested();
                return work(FInfer.ToyWorkModule.ofRun(fits, run));
            }
        );
    }

    private static void Check(ToyOptions options)
    {
        if (options.Count < 1)
        {
            throw new ArgumentException($"Make 1 toy or more, not {options.Count}.", nameof(Count));
        }

        if (options.Threads < 1)
        {
            throw new ArgumentException(
                $"Give 1 thread or more, not {options.Threads}.",
                nameof(Threads)
            );
        }
    }
}
