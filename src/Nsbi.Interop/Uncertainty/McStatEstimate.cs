namespace Nsbi.Interop;

/// <summary>An uncertainty that a finite training sample causes. Immutable.</summary>
public sealed class McStatEstimate
{
    private readonly string _text;

    internal McStatEstimate(FInfer.McStatEstimate estimate)
    {
        Method = estimate.Method.ToCSharp();
        Name = estimate.Method.Name;
        Variance = new Estimate(estimate.Variance);
        Sigma = new Estimate(estimate.Sigma);
        Trainings = estimate.Trainings;
        _text = estimate.ToString();
    }

    /// <summary>How it was found.</summary>
    public McStatMethod Method { get; }

    /// <summary>What a person calls the method.</summary>
    public string Name { get; }

    /// <summary>The variance; of a difference it can come out negative.</summary>
    public Estimate Variance { get; }

    /// <summary>√variance; 0 where the variance is not positive.</summary>
    public Estimate Sigma { get; }

    /// <summary>How many trained networks went into it.</summary>
    public int Trainings { get; }

    /// <summary>Method, uncertainty and trainings in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _text;
}
