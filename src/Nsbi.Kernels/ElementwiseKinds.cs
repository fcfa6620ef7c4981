namespace Nsbi.Kernels;

/// <summary>Functions of one number, applied element by element.</summary>
public enum UnaryKind
{
    /// <summary>e^x</summary>
    Exp,

    /// <summary>ln x</summary>
    Log,

    /// <summary>√x</summary>
    Sqrt,

    /// <summary>x²</summary>
    Square,

    /// <summary>1/x</summary>
    Reciprocal,

    /// <summary>sin x</summary>
    Sin,

    /// <summary>cos x</summary>
    Cos,

    /// <summary>|x|</summary>
    Abs,

    /// <summary>1 where x > 0, 0 elsewhere</summary>
    Step,

    /// <summary>x itself</summary>
    Identity,

    /// <summary>max(x, 0); NaN stays</summary>
    Relu,

    /// <summary>x σ(x)</summary>
    Silu,

    /// <summary>tanh x</summary>
    Tanh,

    /// <summary>σ(x) = 1/(1 + e^−x)</summary>
    Sigmoid,

    /// <summary>x for x > 0, e^x − 1 elsewhere</summary>
    Elu,

    /// <summary>ln(1 + e^x)</summary>
    Softplus,

    /// <summary>Derivative of x: 1</summary>
    IdentitySlope,

    /// <summary>Derivative of max(x, 0): 1 where x > 0, 0 elsewhere</summary>
    ReluSlope,

    /// <summary>Derivative of x σ(x): σ(1 + x(1 − σ))</summary>
    SiluSlope,

    /// <summary>Derivative of tanh x: 1 − tanh² x</summary>
    TanhSlope,

    /// <summary>Derivative of σ(x): σ(1 − σ)</summary>
    SigmoidSlope,

    /// <summary>Derivative of the exponential linear unit: 1 for x > 0, e^x elsewhere</summary>
    EluSlope,

    /// <summary>Derivative of ln(1 + e^x): σ(x)</summary>
    SoftplusSlope,
}

/// <summary>Functions of two numbers, applied element by element.</summary>
public enum BinaryKind
{
    /// <summary>x + y</summary>
    Add,

    /// <summary>x − y</summary>
    Subtract,

    /// <summary>x y</summary>
    Multiply,

    /// <summary>x / y</summary>
    Divide,

    /// <summary>x where x > y, y elsewhere</summary>
    Maximum,

    /// <summary>y where x > y, x elsewhere</summary>
    Minimum,
}
