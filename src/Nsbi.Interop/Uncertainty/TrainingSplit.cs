namespace Nsbi.Interop;

/// <summary>How a number of trainings can be spent, and what is to be expected of it. Immutable.</summary>
public sealed class TrainingSplit
{
    private readonly FInfer.TrainingSplit _split;

    internal TrainingSplit(FInfer.TrainingSplit split)
    {
        _split = split;
        Method = split.Method.ToCSharp();
    }

    /// <summary>How the uncertainty is found.</summary>
    public McStatMethod Method { get; }

    /// <summary>J: resamples of the data for the nested methods, networks on the same data for (b), blocks
    /// for (e), 1 for (a).</summary>
    public int Replicas => _split.Replicas;

    /// <summary>M, the networks in the average that is the result.</summary>
    public int Members => _split.Members;

    /// <summary>Trainings that are made in all.</summary>
    public int Trainings => _split.Trainings;

    /// <summary>The standard deviation of the result itself, from a finite sample and M networks.</summary>
    public double Sigma => _split.Sigma;

    /// <summary>(expected estimate − σ)/σ.</summary>
    public double Bias => _split.Bias;

    /// <summary>Expected standard error of the estimate over σ: the error of the error.</summary>
    public double RelativeError => _split.RelativeError;

    /// <summary>The split in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _split.ToString();
}
