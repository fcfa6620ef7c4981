namespace Nsbi.Interop;

/// <summary>Binds a model to the ratio tables of its unbinned channels.</summary>
public sealed class LikelihoodBuilder
{
    private readonly StatisticalModel _model;
    private FInfer.RatioTables _tables = FInfer.RatioTablesModule.empty;

    /// <summary>A likelihood without tables, enough for a model of binned channels.</summary>
    /// <param name="model">the model</param>
    public LikelihoodBuilder(StatisticalModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
    }

    /// <summary>Gives a channel its reference table: simulated events that represent p_ref, over
    /// which Asimov sets are weights.</summary>
    /// <param name="channel">an unbinned channel of the model</param>
    /// <param name="table">ratios of all its processes</param>
    /// <returns>the same builder</returns>
    public LikelihoodBuilder Reference(string channel, RatioTable table) =>
        Add(FInfer.TableKind.Reference, channel, table);

    /// <summary>Gives a channel its observed table: the events that were measured.</summary>
    /// <param name="channel">an unbinned channel of the model</param>
    /// <param name="table">ratios of all its processes</param>
    /// <returns>the same builder</returns>
    public LikelihoodBuilder Observed(string channel, RatioTable table) =>
        Add(FInfer.TableKind.Observed, channel, table);

    private LikelihoodBuilder Add(FInfer.TableKind kind, string channel, RatioTable table)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(table);
        _tables = FInfer.RatioTablesModule.add(kind, channel, table.ToFSharp(), _tables);
        return this;
    }

    /// <summary>Compiles the likelihood.</summary>
    /// <exception cref="NsbiException">every fault: unknown channels, missing processes, lengths that
    /// differ, ratios that are negative or not numbers, and so on</exception>
    public CompiledLikelihood Compile() =>
        new(_model, FInfer.Likelihood.compile(_model.Valid, _tables).OrThrow());
}
