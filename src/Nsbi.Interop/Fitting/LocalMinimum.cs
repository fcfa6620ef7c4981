namespace Nsbi.Interop;

/// <summary>A local minimum of −2 ln L. Immutable.</summary>
public sealed class LocalMinimum
{
    internal LocalMinimum(FInfer.LocalMinimum minimum)
    {
        TwiceNll = minimum.TwiceNll;
        Values = minimum.Values.ToDictionary(pair => pair.Item1, pair => pair.Item2);
    }

    /// <summary>−2 ln L there.</summary>
    public double TwiceNll { get; }

    /// <summary>The parameter values there, by name.</summary>
    public IReadOnlyDictionary<string, double> Values { get; }

    /// <summary>−2 ln L and the parameters.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{TextTable.Number(TwiceNll)} at "
        + string.Join(", ", Values.Select(pair => $"{pair.Key} = {TextTable.Number(pair.Value)}"));
}
