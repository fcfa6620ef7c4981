namespace Nsbi.Interop;

/// <summary>A finished training. Immutable.</summary>
public sealed class TrainedNetwork
{
    internal TrainedNetwork(FInfer.TrainedNetwork network)
    {
        Name = network.Name;
        Loss = network.Loss;
        Duration = TimeSpan.FromSeconds(network.Seconds);
    }

    /// <summary>Unique in the analysis.</summary>
    public string Name { get; }

    /// <summary>Least validation loss.</summary>
    public double Loss { get; }

    /// <summary>Time spent in this run; zero where it was finished before.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Name and loss.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{Name}: loss {TextTable.Number(Loss)}";
}
