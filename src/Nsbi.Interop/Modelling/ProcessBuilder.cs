namespace Nsbi.Interop;

/// <summary>The modifiers of a process, as they are added inside of <see cref="ChannelBuilder"/>.
/// Their names and meanings are HistFactory's; the last two are for unbinned channels.</summary>
/// <example><code>
/// sr.Process("NI", 200.0, p => p.NormSys(lumi, 0.983, 1.017).EventSys(jes));
/// </code></example>
public sealed class ProcessBuilder
{
    private readonly List<FModel.ProcessPart> _parts = [];
    private EventRate _rate = Interop.EventRate.Renormalised;

    internal ProcessBuilder() { }

    internal IEnumerable<FModel.ProcessPart> Parts =>
        _parts.Append(FModel.Words.eventRate(_rate.ToFSharp()));

    private ProcessBuilder Add(FModel.ProcessPart part)
    {
        _parts.Add(part);
        return this;
    }

    private static FModel.Coefficient Written(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.Written;
    }

    private static FSharpList<double> Listed(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.ToFSharp();
    }

    /// <summary>The yield is multiplied by a parameter.</summary>
    /// <param name="factor">the parameter</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder NormFactor(Parameter factor) =>
        Add(FModel.Words.normFactor(Written(factor)));

    /// <summary>The yield changes with α by a factor that is 1 at 0.</summary>
    /// <param name="alpha">the nuisance parameter</param>
    /// <param name="low">factor at −1</param>
    /// <param name="high">factor at +1</param>
    /// <param name="code">how it goes between them</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder NormSys(
        Parameter alpha,
        double low,
        double high,
        Interpolation code = Interpolation.PolynomialExponential
    ) => Add(FModel.Words.normSysBy(code.ToFSharp(), Written(alpha), low, high));

    /// <summary>The bins change with α between whole histograms.</summary>
    /// <param name="alpha">the nuisance parameter</param>
    /// <param name="low">expected events of each bin at −1</param>
    /// <param name="high">expected events of each bin at +1</param>
    /// <param name="code">how they go between them</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder HistoSys(
        Parameter alpha,
        IReadOnlyList<double> low,
        IReadOnlyList<double> high,
        Interpolation code = Interpolation.PolynomialLinear
    ) => Add(FModel.Words.histoSysBy(code.ToFSharp(), Written(alpha), Listed(low), Listed(high)));

    /// <summary>The statistical uncertainty of the simulation in each bin; processes of the channel
    /// with the same name share the factors <c>name[0]</c>, <c>name[1]</c>, ….</summary>
    /// <param name="name">of the factors</param>
    /// <param name="uncertainties">absolute, one per bin</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder StatError(string name, IReadOnlyList<double> uncertainties)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Add(FModel.Words.statError(name, Listed(uncertainties)));
    }

    /// <summary>Uncorrelated uncertainties of the bins, under Poisson constraints.</summary>
    /// <param name="name">of the factors</param>
    /// <param name="uncertainties">absolute, one per bin</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder ShapeSys(string name, IReadOnlyList<double> uncertainties)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Add(FModel.Words.shapeSys(name, Listed(uncertainties)));
    }

    /// <summary>A free factor for each bin.</summary>
    /// <param name="name">of the factors</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder ShapeFactor(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Add(FModel.Words.shapeFactor(name));
    }

    /// <summary>The density changes with α event by event, between the ratios r± that the tables hold
    /// under the parameter's name.</summary>
    /// <param name="alpha">the nuisance parameter</param>
    /// <param name="code">how it goes between them</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder EventSys(
        Parameter alpha,
        Interpolation code = Interpolation.PolynomialExponential
    ) => Add(FModel.Words.eventSysBy(code.ToFSharp(), Written(alpha)));

    /// <summary>The same, code 4, where the tables hold r₊ alone.</summary>
    /// <param name="alpha">the nuisance parameter</param>
    /// <param name="symmetrisation">how r₋ follows</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder EventSys(Parameter alpha, Symmetrisation symmetrisation) =>
        Add(FModel.Words.eventSysUp(symmetrisation.ToFSharp(), Written(alpha)));

    /// <summary>Where the yield comes from under event variations.</summary>
    /// <param name="rate">the last one given counts</param>
    /// <returns>the same builder</returns>
    public ProcessBuilder EventRate(EventRate rate)
    {
        _rate = rate;
        return this;
    }
}
