namespace Nsbi.Interop;

/// <summary>A parameter in the fits of toys: means and widths with their Monte Carlo errors, NaN
/// where there are too few toys. Immutable.</summary>
public sealed class ToyParameter
{
    internal ToyParameter(FInfer.ToyParameter parameter)
    {
        Name = parameter.Name;
        Truth = parameter.Truth;
        Mean = new Estimate(parameter.Best.Mean, parameter.Best.MeanError);
        Width = new Estimate(parameter.Best.Width, parameter.Best.WidthError);
        PullMean = new Estimate(parameter.Pull.Mean, parameter.Pull.MeanError);
        PullWidth = new Estimate(parameter.Pull.Width, parameter.Pull.WidthError);
        AtBound = parameter.AtBound;
    }

    /// <summary>The parameter.</summary>
    public string Name { get; }

    /// <summary>The value that the toys were drawn at.</summary>
    public double Truth { get; }

    /// <summary>The mean of its best values.</summary>
    public Estimate Mean { get; }

    /// <summary>Their standard deviation.</summary>
    public Estimate Width { get; }

    /// <summary>The mean of the pulls (best value − truth)/error, where there is an error.</summary>
    public Estimate PullMean { get; }

    /// <summary>Their standard deviation, 1 where the errors are right.</summary>
    public Estimate PullWidth { get; }

    /// <summary>The share of the fits that end at one of its bounds.</summary>
    public double AtBound { get; }

    /// <summary>The parameter in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}: truth {TextTable.Number(Truth)}, mean {Mean}, width {Width}, "
        + $"pulls {PullMean}, {PullWidth}";
}
