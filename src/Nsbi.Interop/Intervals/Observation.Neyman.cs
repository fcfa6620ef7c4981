namespace Nsbi.Interop;

public sealed partial class Observation
{
    /// <summary>A Neyman construction with likelihood-ratio ordering: toys at each value of a
    /// parameter, drawn at the nuisance parameters that these data prefer there.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="grid">its values at which toys are drawn first, within its bounds</param>
    /// <param name="options">levels, refinement and toys; left out, the defaults</param>
    /// <param name="progress">told after each toy, of the toys of all values</param>
    /// <param name="cancellation">ends the construction</param>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, a value is out of
    /// bounds, there are no values or levels, or the data cannot be fitted</exception>
    /// <exception cref="NsbiException">every reason why toys cannot be drawn</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public NeymanConstruction NeymanConstruct(
        string parameter,
        IReadOnlyList<double> grid,
        NeymanOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(grid);
        options ??= new NeymanOptions();
        var settings = options.ToFSharp(parameter, grid);
        return ToyOptions.Use(
            options.Toys,
            progress,
            cancellation,
            work => new NeymanConstruction(
                FInfer.NeymanConstruction.run(work, settings, _observation).OrThrow()
            )
        );
    }

    /// <summary>As <see cref="NeymanConstruct"/>, on another thread.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="grid">its values at which toys are drawn first, within its bounds</param>
    /// <param name="options">levels, refinement and toys; left out, the defaults</param>
    /// <param name="progress">told after each toy, of the toys of all values</param>
    /// <param name="cancellation">ends the construction</param>
    public Task<NeymanConstruction> NeymanConstructAsync(
        string parameter,
        IReadOnlyList<double> grid,
        NeymanOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => NeymanConstruct(parameter, grid, options, progress, cancellation),
            cancellation
        );
}
