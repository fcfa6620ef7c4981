namespace Nsbi.Interop;

/// <summary>Where the training of a network stands. Immutable.</summary>
public sealed class TrainingUpdate
{
    internal TrainingUpdate(FNetworks.TrainingProgress progress)
    {
        Network = progress.Network;
        Epoch = progress.Epoch;
        Epochs = progress.Epochs;
        Fraction = progress.Fraction;
        TrainLoss = progress.TrainLoss;
        ValidationLoss = progress.ValidationLoss;
        BestLoss = progress.BestLoss;
        IsDone = progress.IsDone;
    }

    /// <summary>The network's name, unique in a training.</summary>
    public string Network { get; }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; }

    /// <summary>Epochs at most.</summary>
    public int Epochs { get; }

    /// <summary>Share of the running epoch that is done, from 0 to below 1.</summary>
    public double Fraction { get; }

    /// <summary>Training loss of the last epoch; NaN before its end.</summary>
    public double TrainLoss { get; }

    /// <summary>Validation loss after the last epoch; NaN before its end.</summary>
    public double ValidationLoss { get; }

    /// <summary>Least validation loss so far; NaN before the end of the first epoch.</summary>
    public double BestLoss { get; }

    /// <summary>True for the last report of this network.</summary>
    public bool IsDone { get; }

    /// <summary>Network, epochs and, once there are any, losses in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString()
    {
        var elapsed = (Epoch + Fraction).ToString("0.#", CultureInfo.InvariantCulture);
        var losses = double.IsNaN(TrainLoss)
            ? ""
            : $", loss {TextTable.Number(TrainLoss)}, validation "
                + $"{TextTable.Number(ValidationLoss)} (best {TextTable.Number(BestLoss)})";
        return $"{Network}: epoch {elapsed} of {Epochs}{losses}";
    }
}
