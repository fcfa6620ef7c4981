namespace Nsbi.Interop;

/// <summary>The function behind every hidden layer.</summary>
public enum Activation
{
    /// <summary>x σ(x).</summary>
    Silu,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>x for x > 0, eˣ − 1 elsewhere.</summary>
    Elu,
}
