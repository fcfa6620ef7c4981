namespace Nsbi.Interop;

/// <summary>The fit of one toy with all parameters free. Immutable.</summary>
public sealed class ToyFit
{
    private readonly CompiledLikelihood _likelihood;
    private readonly FInfer.ToyFit _fit;

    internal ToyFit(CompiledLikelihood likelihood, FInfer.ToyFit fit)
    {
        _likelihood = likelihood;
        _fit = fit;
    }

    /// <summary>The number of the toy, from 0.</summary>
    public int Index => _fit.Index;

    /// <summary>How the fit ended.</summary>
    public FitStatus Status =>
        _fit.Status switch
        {
            "converged" => FitStatus.Converged,
            "atBoundary" => FitStatus.AtBoundary,
            "invalidModel" => FitStatus.InvalidModel,
            _ => FitStatus.NotConverged,
        };

    /// <summary>−2 ln L at the best fit.</summary>
    public double TwiceNll => _fit.Minimum;

    /// <summary>The best value of a parameter.</summary>
    /// <param name="parameter">its name</param>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    public double Value(string parameter) => _fit.Values[Place(parameter)];

    /// <summary>The standard error of a parameter; null where it is fixed or at a bound.</summary>
    /// <param name="parameter">its name</param>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    public double? Error(string parameter)
    {
        var error = _fit.Errors[Place(parameter)];
        return double.IsNaN(error) ? null : error;
    }

    private int Place(string parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return _likelihood.Compiled.Index[parameter];
    }

    /// <summary>Why the fit failed, in a sentence; null where it did not.</summary>
    public string? Failure => _fit.Failure?.Value;

    /// <summary>How often it was tried again from other starts.</summary>
    public int Retries => _fit.Retries;

    /// <summary>The number of the toy and how its fit ended.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"toy {Index}: ") + (Failure ?? _fit.Status);
}
