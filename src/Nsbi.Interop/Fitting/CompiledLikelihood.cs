namespace Nsbi.Interop;

/// <summary>A model bound to its event tables: −2 ln L(θ) but for an observation. Immutable; safe to
/// use from several threads. <see cref="LikelihoodBuilder"/> makes it.</summary>
public sealed partial class CompiledLikelihood
{
    internal CompiledLikelihood(StatisticalModel model, FInfer.CompiledLikelihood compiled)
    {
        Model = model;
        Compiled = compiled;
        Rescalings = [.. compiled.Rescalings.Select(r => new RatioRescaling(r))];
    }

    internal FInfer.CompiledLikelihood Compiled { get; }

    /// <summary>The model.</summary>
    public StatisticalModel Model { get; }

    /// <summary>How well the ratios of each process are normalised on the reference tables.</summary>
    public IReadOnlyList<RatioRescaling> Rescalings { get; }

    /// <summary>The Asimov set at θ: over the reference tables w_i = D(x_i; θ) w_ref,i / Σ w_ref, in
    /// bins the expected counts, global observables as expected.</summary>
    /// <param name="values">parameter values; those left out are at their initial values</param>
    /// <exception cref="NsbiException">a reference table is missing, or a density is negative at
    /// θ</exception>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    public Observation Asimov(IReadOnlyDictionary<string, double>? values = null) =>
        new(
            this,
            FInfer.ObservationModule.asimov(Compiled, Model.Point(values)).OrThrow().Observation
        );

    /// <summary>What was measured: the observed tables with their own weights, and bin counts.
    /// </summary>
    /// <param name="counts">the counts of every binned channel, whole numbers for data</param>
    /// <exception cref="NsbiException">every fault: a missing table, counts that are missing,
    /// negative, or not one per bin</exception>
    public Observation Observed(IReadOnlyDictionary<string, IReadOnlyList<double>>? counts = null)
    {
        var pairs = (counts ?? new Dictionary<string, IReadOnlyList<double>>()).Select(pair =>
            Tuple.Create(pair.Key, pair.Value.ToFSharp())
        );
        return new(this, FInfer.ObservationModule.observed(Compiled, pairs.ToFSharp()).OrThrow());
    }

    /// <summary>The name of the model and the number of its parameters.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"likelihood of {Model.Name}, {Model.Parameters.Count} parameters";
}
