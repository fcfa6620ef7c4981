namespace Nsbi.Interop;

/// <summary>A parameter of a model, a point of interest or a nuisance parameter. It is a coefficient
/// by itself: <c>1.0 - Coefficient.Sqrt(mu)</c>. Immutable; parameters of the same name are the same
/// parameter and have to be declared in the same way.</summary>
public sealed class Parameter : Coefficient
{
    internal Parameter(FModel.Parameter declared)
        : base(FModel.Coefficient.NewParameter(declared))
    {
        Declared = declared;
    }

    /// <summary>The declaration as the model has it.</summary>
    internal FModel.Parameter Declared { get; }

    /// <summary>A parameter of interest, without a constraint.</summary>
    /// <param name="name">unique in its model</param>
    /// <param name="initial">where fits start, and the value of the nominal model</param>
    /// <param name="lower">lower bound, which the parameter may reach; −∞ for none</param>
    /// <param name="upper">upper bound, which the parameter may reach; +∞ for none</param>
    public static Parameter OfInterest(
        string name,
        double initial = 1.0,
        double lower = double.NegativeInfinity,
        double upper = double.PositiveInfinity
    ) => Create(name, FModel.Role.PointOfInterest, initial, lower, upper, Constraint.None);

    /// <summary>A nuisance parameter.</summary>
    /// <param name="name">unique in its model</param>
    /// <param name="initial">where fits start, and the value of the nominal model</param>
    /// <param name="lower">lower bound, which the parameter may reach; −∞ for none</param>
    /// <param name="upper">upper bound, which the parameter may reach; +∞ for none</param>
    /// <param name="constraint">its auxiliary measurement; left out, the unit Gaussian
    /// around 0</param>
    public static Parameter Nuisance(
        string name,
        double initial = 0.0,
        double lower = double.NegativeInfinity,
        double upper = double.PositiveInfinity,
        Constraint? constraint = null
    ) =>
        Create(
            name,
            FModel.Role.Nuisance,
            initial,
            lower,
            upper,
            constraint ?? Constraint.Gaussian(0.0, 1.0)
        );

    private static Parameter Create(
        string name,
        FModel.Role role,
        double initial,
        double lower,
        double upper,
        Constraint constraint
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        return new(new(name, role, initial, lower, upper, constraint.Term, false));
    }

    /// <summary>The same parameter, held at a value in every fit; its constraint still counts.
    /// </summary>
    /// <param name="value">the value</param>
    public Parameter FixedAt(double value) =>
        new(
            new(
                Name,
                Declared.Role,
                value,
                Declared.Lower,
                Declared.Upper,
                Declared.Constraint,
                true
            )
        );

    /// <summary>Its name.</summary>
    public string Name => Declared.Name;

    /// <summary>True for what is measured, false for a nuisance parameter.</summary>
    public bool IsOfInterest => Declared.Role.IsPointOfInterest;

    /// <summary>Where fits start, and the value of the nominal model.</summary>
    public double Initial => Declared.Initial;

    /// <summary>Lower bound; −∞ for none.</summary>
    public double Lower => Declared.Lower;

    /// <summary>Upper bound; +∞ for none.</summary>
    public double Upper => Declared.Upper;

    /// <summary>Held at its initial value in every fit.</summary>
    public bool IsFixed => Declared.Fixed;

    /// <summary>Its auxiliary measurement.</summary>
    public Constraint Constraint => new(Declared.Constraint);
}
