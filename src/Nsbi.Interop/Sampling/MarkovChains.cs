namespace Nsbi.Interop;

/// <summary>Chains of draws from one density, without their warm-up. Immutable; it prints as the table of
/// its summary.</summary>
public sealed class MarkovChains
{
    private readonly FInfer.MarkovChains _chains;

    internal MarkovChains(FInfer.MarkovChains chains)
    {
        _chains = chains;
        Summary = new(FInfer.PosteriorSummaryModule.compute(chains));
    }

    /// <summary>Names of the parameters.</summary>
    public IReadOnlyList<string> Names => [.. _chains.Names];

    /// <summary>Number of chains.</summary>
    public int Count => _chains.Chains.Length;

    /// <summary>What the chains tell of each parameter, and whether they are to be trusted.</summary>
    public ChainSummary Summary { get; }

    /// <summary>The draws of one parameter, chain by chain.</summary>
    /// <param name="name">of the parameter</param>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    public IReadOnlyList<double[]> Values(string name) => _chains.Values(name);

    /// <summary>All draws, chain after chain: a column for each parameter.</summary>
    public EventSet Draws() => Table(_chains.Draws);

    /// <summary>Some draws, evenly spaced over all chains: as good as independent where the effective size
    /// is several times their number.</summary>
    /// <param name="count">from 1 to the number of draws</param>
    /// <exception cref="ArgumentException">a count out of range</exception>
    public EventSet Thinned(int count) => Table(_chains.Thinned(count));

    private EventSet Table(double[][] draws)
    {
        var columns = _chains.Names.Select(
            (name, k) => Tuple.Create(name, draws.Select(draw => draw[k]).ToArray())
        );
        return new(FEvents.EventTableModule.ofColumns(columns.ToFSharp(), null));
    }

    /// <summary>The table of the summary.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Summary.ToString();
}
