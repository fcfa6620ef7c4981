namespace Nsbi.Kernels;

/// <summary>One step of the Adam family with decoupled weight decay, element by element:
/// m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
/// θ ← keep·θ − (alongMean·m + alongGradient·g)/(√v·scale + ε).</summary>
/// <param name="Beta1">β₁</param>
/// <param name="Beta2">β₂</param>
/// <param name="Epsilon">ε</param>
/// <param name="Keep">1 − ηλ: what weight decay leaves</param>
/// <param name="AlongMean">η over the bias correction of m</param>
/// <param name="AlongGradient">NAdam's share of the gradient itself; 0 for Adam</param>
/// <param name="Scale">1/√(1 − β₂^t)</param>
public readonly record struct UpdateRule(
    double Beta1,
    double Beta2,
    double Epsilon,
    double Keep,
    double AlongMean,
    double AlongGradient,
    double Scale
);
