namespace Nsbi.Interop;

/// <summary>What an auxiliary measurement says of a parameter θ. Immutable.</summary>
public sealed class Constraint
{
    internal Constraint(FModel.Constraint term)
    {
        Term = term;
    }

    /// <summary>The constraint as the model has it.</summary>
    internal FModel.Constraint Term { get; }

    /// <summary>No auxiliary measurement: no term in the likelihood.</summary>
    public static Constraint None { get; } = new(FModel.Constraint.Unconstrained);

    /// <summary>a ~ N(θ, σ²): −2 ln = ((a − θ)/σ)² + ln 2πσ².</summary>
    /// <param name="observed">a, the global observable</param>
    /// <param name="sigma">σ > 0</param>
    public static Constraint Gaussian(double observed, double sigma) =>
        new(FModel.Constraint.NewGaussian(observed, sigma));

    /// <summary>a ~ Pois(τθ): −2 ln = 2 (τθ − a ln τθ + ln Γ(a + 1)).</summary>
    /// <param name="observed">a ≥ 0, the global observable</param>
    /// <param name="tau">τ > 0</param>
    public static Constraint Poisson(double observed, double tau) =>
        new(FModel.Constraint.NewPoisson(observed, tau));

    /// <summary>ln a ~ N(ln θ, s²): −2 ln = ((ln a − ln θ)/s)² + ln 2πs² + 2 ln a.</summary>
    /// <param name="observed">a > 0, the global observable</param>
    /// <param name="sigma">s > 0</param>
    public static Constraint LogNormal(double observed, double sigma) =>
        new(FModel.Constraint.NewLogNormal(observed, sigma));

    /// <summary>Which kind of measurement it is.</summary>
    public ConstraintKind Kind =>
        Term.IsGaussian ? ConstraintKind.Gaussian
        : Term.IsPoisson ? ConstraintKind.Poisson
        : Term.IsLogNormal ? ConstraintKind.LogNormal
        : ConstraintKind.None;

    /// <summary>The global observable a; null without a constraint.</summary>
    public double? Observed => FModel.ConstraintModule.observed(Term).ToNullable();

    /// <summary>The width of the constraint in θ around its own best value: σ, √a/τ, a·s; null
    /// without a constraint.</summary>
    public double? Width => FModel.ConstraintModule.width(Term).ToNullable();

    /// <summary>The kind with its numbers: <c>Gaussian(0, 1)</c>.</summary>
    /// <returns>the text</returns>
    public override string ToString()
    {
        string Pair(double a, double b) => $"({TextTable.Number(a)}, {TextTable.Number(b)})";

        return Term switch
        {
            FModel.Constraint.Gaussian g => "Gaussian" + Pair(g.observed, g.sigma),
            FModel.Constraint.Poisson p => "Poisson" + Pair(p.observed, p.tau),
            FModel.Constraint.LogNormal l => "LogNormal" + Pair(l.observed, l.sigma),
            _ => "none",
        };
    }
}
