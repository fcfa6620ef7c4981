namespace Nsbi.Interop;

/// <summary>What a network's output f is trained towards: −E[y A(f) + (1 − y) B(f)], least where the
/// ratio is −B′(f)/A′(f).</summary>
public enum TrainingLoss
{
    /// <summary>A = ln f, B = ln(1 − f); the ratio is f/(1 − f).</summary>
    BinaryCrossEntropy,

    /// <summary>A = −(1 − f)², B = −f²; the ratio is f/(1 − f).</summary>
    MeanSquaredError,

    /// <summary>A = ln f, B = 1 − f; the ratio is f.</summary>
    MaximumLikelihood,

    /// <summary>A = −f^−½, B = −f^½; the ratio is f.</summary>
    SquareRoot,

    /// <summary>A = f, B = −f²/2; the ratio is f.</summary>
    LinearQuadratic,

    /// <summary>A = −(1 − f)^p, B = −f^p; the ratio is (f/(1 − f))^(p − 1). p below 0 or above 1.
    /// </summary>
    PowerMeanSquared,

    /// <summary>A = −f^(−p/2), B = −f^(p/2); the ratio is f^p. p other than 0.</summary>
    PowerSquareRoot,
}
