namespace Nsbi.Interop;

/// <summary>E_ref[r] of one sample by the networks of one fold, on three disjoint sets of events.
/// Immutable.</summary>
public sealed class RatioNormalisation
{
    internal RatioNormalisation(FNetworks.NormalisationRecord record)
    {
        Fold = record.Fold;
        Sample = record.Class;
        Train = new Estimate(record.Train);
        Before = new Estimate(record.Before);
        After = new Estimate(record.Check);
    }

    /// <summary>The fold, from 0.</summary>
    public int Fold { get; }

    /// <summary>The sample.</summary>
    public string Sample { get; }

    /// <summary>Before normalisation, on the events of training and validation.</summary>
    public Estimate Train { get; }

    /// <summary>Before normalisation, on the events that normalise.</summary>
    public Estimate Before { get; }

    /// <summary>After normalisation, on events used for neither: to be compared with 1.</summary>
    public Estimate After { get; }

    /// <summary>Fold, sample and the last number.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"fold {Fold}, {Sample}: {After}";
}
