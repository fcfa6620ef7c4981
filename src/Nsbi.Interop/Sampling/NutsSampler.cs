namespace Nsbi.Interop;

/// <summary>The No-U-Turn sampler: Hamiltonian Monte Carlo that finds its own step, metric and length of
/// trajectories.</summary>
/// <remarks>Source: Hoffman and Gelman, JMLR 15 (2014) 1593; Betancourt, arXiv:1701.02434.</remarks>
public static class NutsSampler
{
    /// <summary>Samples a density.</summary>
    /// <param name="names">of the parameters</param>
    /// <param name="logDensity">from a point to ln p, up to a constant; writes the gradient of it into its
    /// second argument; called from several threads at once</param>
    /// <param name="lower">lower bounds, −∞ for none; left out, none</param>
    /// <param name="upper">upper bounds, +∞ for none; left out, none</param>
    /// <param name="options">left out, 4 chains of 1000 + 1000 draws</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the sampling</param>
    /// <exception cref="ArgumentException">bounds of another number or order, options out of range
    /// </exception>
    /// <exception cref="InvalidOperationException">no start with a finite density</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static MarkovChains Sample(
        IReadOnlyList<string> names,
        Func<IReadOnlyList<double>, double[], double> logDensity,
        IReadOnlyList<double>? lower = null,
        IReadOnlyList<double>? upper = null,
        NutsOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(logDensity);
        options ??= new();
        var density = FInfer.LogDensity.bounded(
            names.ToFSharp(),
            Bounds(lower, names.Count, double.NegativeInfinity),
            Bounds(upper, names.Count, double.PositiveInfinity),
            FuncConvert.FromFunc<double[], double[], double>(
                (point, gradient) => logDensity(point, gradient)
            )
        );
        return options.Run(density, options.Start, progress, cancellation);
    }

    private static double[] Bounds(IReadOnlyList<double>? bounds, int count, double none) =>
        bounds is null ? [.. Enumerable.Repeat(none, count)] : [.. bounds];

    /// <summary>As <see cref="Sample"/>, on another thread.</summary>
    /// <param name="names">of the parameters</param>
    /// <param name="logDensity">from a point to ln p, and its gradient</param>
    /// <param name="lower">lower bounds; left out, none</param>
    /// <param name="upper">upper bounds; left out, none</param>
    /// <param name="options">left out, 4 chains of 1000 + 1000 draws</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the sampling</param>
    public static Task<MarkovChains> SampleAsync(
        IReadOnlyList<string> names,
        Func<IReadOnlyList<double>, double[], double> logDensity,
        IReadOnlyList<double>? lower = null,
        IReadOnlyList<double>? upper = null,
        NutsOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => Sample(names, logDensity, lower, upper, options, progress, cancellation),
            cancellation
        );
}
