namespace Nsbi.Interop;

/// <summary>The result of a fit. Immutable; it prints as a table.</summary>
public sealed class FitResult
{
    internal FitResult(FInfer.FitResult result)
    {
        Result = result;
        Parameters = [.. result.Parameters.Select(p => new FittedParameter(p))];
        Minima = [.. result.Minima.Select(m => new LocalMinimum(m))];
        Status = result.Status switch
        {
            { IsConverged: true } => FitStatus.Converged,
            { IsAtBoundary: true } => FitStatus.AtBoundary,
            { IsInvalidModel: true } => FitStatus.InvalidModel,
            _ => FitStatus.NotConverged,
        };
    }

    internal FInfer.FitResult Result { get; }

    /// <summary>How it ended.</summary>
    public FitStatus Status { get; }

    /// <summary>What the status means and what to do, in a sentence.</summary>
    public string Advice => Result.Status.Advice;

    /// <summary>Whether a minimum was found, inside of the bounds or at one.</summary>
    public bool Succeeded => Result.Status.Succeeded;

    /// <summary>−2 ln L at the best fit, with all constants of bins and constraints; NaN if the model
    /// is invalid.</summary>
    public double TwiceNll => Result.TwiceNll;

    /// <summary>All parameters, in the order of the model.</summary>
    public IReadOnlyList<FittedParameter> Parameters { get; }

    /// <summary>The parameter of a name.</summary>
    /// <param name="parameter">its name</param>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    public FittedParameter this[string parameter] => Parameters[Place(parameter)];

    /// <summary>V_kl with V = 2H⁻¹, H the Hessian of −2 ln L; 0 where a parameter has no error.
    /// </summary>
    /// <param name="first">parameter k</param>
    /// <param name="second">parameter l</param>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    public double Covariance(string first, string second) =>
        Result.Covariance[Place(first), Place(second)];

    /// <summary>V_kl/√(V_kk V_ll); 1 for k = l, 0 where a parameter has no error.</summary>
    /// <param name="first">parameter k</param>
    /// <param name="second">parameter l</param>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    public double Correlation(string first, string second) =>
        Result.Correlation[Place(first), Place(second)];

    /// <summary>All distinct minima that were found, lowest first.</summary>
    public IReadOnlyList<LocalMinimum> Minima { get; }

    /// <summary>The decrease of −2 ln L that the quadratic model still promises.</summary>
    public double EstimatedDistance => Result.Edm;

    /// <summary>Evaluations of −2 ln L with its derivatives.</summary>
    public int Evaluations => Result.Evaluations;

    private int Place(string parameter)
    {
        for (var k = 0; k < Parameters.Count; k++)
        {
            if (Parameters[k].Name == parameter)
            {
                return k;
            }
        }

        throw new ArgumentException(
            $"There is no parameter '{parameter}' in this fit.",
            nameof(parameter)
        );
    }

    /// <summary>The status, and a table of the parameters.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Result.ToString();
}
