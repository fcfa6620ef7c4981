namespace Nsbi.Interop;

/// <summary>Where the training of a transport stood after an epoch. Immutable.</summary>
public sealed class TransportEpoch
{
    internal TransportEpoch(FTransport.TransportEpoch epoch)
    {
        Epoch = epoch.Epoch;
        SquaredDistance = epoch.SquaredDistance;
        Cycle = epoch.Cycle;
    }

    /// <summary>From 1.</summary>
    public int Epoch { get; }

    /// <summary>The squared distance W₂² of the samples about their means, in scaled coordinates.</summary>
    public double SquaredDistance { get; }

    /// <summary>How far both potentials are from being each other's conjugates; 0 where they are.
    /// </summary>
    public double Cycle { get; }

    /// <summary>The epoch in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"epoch {Epoch}: squared distance {TextTable.Number(SquaredDistance)}, "
        + $"cycle {TextTable.Number(Cycle)}";
}
