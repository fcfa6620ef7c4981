namespace Nsbi.Interop;

/// <summary>The uncertainty that a number of networks gives. Immutable.</summary>
public sealed class ScalingPoint
{
    internal ScalingPoint(int networks, double sigma)
    {
        Networks = networks;
        Sigma = sigma;
    }

    /// <summary>The number of networks.</summary>
    public int Networks { get; }

    /// <summary>The uncertainty.</summary>
    public double Sigma { get; }

    /// <summary>Both in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{TextTable.Number(Sigma)} from {Networks} networks";
}
