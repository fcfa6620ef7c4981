namespace Nsbi.Interop;

/// <summary>The fit to the simulated events themselves: what the analysis is expected to see, with
/// the uncertainty of finite simulation. Immutable.</summary>
public sealed class SimulationClosure
{
    internal SimulationClosure(FInfer.SimulationStudy study)
    {
        Measurement = new Measurement(study.Measurement);
        Truth = study.Truth;
        ErrorOfFit = study.ErrorOfFit;
        Significance = new Estimate(study.Significance);
    }

    /// <summary>The fit.</summary>
    public Measurement Measurement { get; }

    /// <summary>The value of the parameter of interest that the fit should find.</summary>
    public double Truth { get; }

    /// <summary>Standard error of the fitted value from the finite number of simulated
    /// events.</summary>
    public double ErrorOfFit { get; }

    /// <summary>The expected significance, with the same uncertainty.</summary>
    public Estimate Significance { get; }

    /// <summary>The fitted value beside the truth.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Measurement.Fit[Measurement.Parameter]} (finite simulation ± "
        + $"{TextTable.Number(ErrorOfFit)}), truth {TextTable.Number(Truth)}";
}
