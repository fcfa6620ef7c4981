using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>How fits, scans and intervals are to run. Results do not depend on the number of
/// threads.</summary>
public sealed record FitOptions
{
    /// <summary>Starts per parameter of interest with interference (of which an expectation is not a
    /// straight line), on a grid over its range, bounds included, beside the model's initial values;
    /// 0 for these alone. Interference can give two minima.</summary>
    public int StartsPerParameterOfInterest { get; init; } = FInfer.Fit.settings.StartsPerPoi;

    /// <summary>Parameters held at a value, by name, beside those that the model holds.</summary>
    public IReadOnlyDictionary<string, double> Fixed { get; init; } =
        new Dictionary<string, double>();

    /// <summary>Threads that share each evaluation, 1 or more.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Does some work with these settings and a team of threads.</summary>
    internal static T Use<T>(
        FitOptions? options,
        CancellationToken cancellation,
        Func<FInfer.FitSettings, T> work
    )
    {
        options ??= new FitOptions();

        FInfer.FitSettings Settings(FSharpOption<ThreadTeam> team) =>
            new(
                FInfer.Fit.settings.Search,
                options.StartsPerParameterOfInterest,
                options.Fixed.ToFSharpMap(),
                FInfer.Fit.settings.ClosedForm,
                team,
                cancellation
            );

        return Results.WithTeam(options.Threads, team => work(Settings(team)));
    }
}
