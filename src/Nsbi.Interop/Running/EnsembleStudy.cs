namespace Nsbi.Interop;

/// <summary>How sure the networks of an analysis are: trained again on bootstraps of the simulated events, with
/// what that does to the parameter of interest. Immutable.</summary>
public sealed class EnsembleStudy
{
    internal EnsembleStudy(FInfer.EnsembleStudy study)
    {
        Plan = new EnsemblePlan(study.Plan.Ensemble);
        Parameter = study.Interest;
        Networks = [.. study.Networks.Select(network => new TrainedNetwork(network))];
        Points = [.. study.Points.Select(point => new EnsemblePoint(point))];
        Observed = study.Observed is { Value: var observed } ? new EnsemblePoint(observed) : null;
        HasNuisance = study.Plan.Nuisance;
        Warnings = [.. study.Warnings];
    }

    /// <summary>What the ensemble is made of.</summary>
    public EnsemblePlan Plan { get; }

    /// <summary>The parameter of interest.</summary>
    public string Parameter { get; }

    /// <summary>Networks that were trained for it.</summary>
    public IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>The learned Asimov set at the nominal value, then at the others.</summary>
    public IReadOnlyList<EnsemblePoint> Points { get; }

    /// <summary>The learned Asimov set at the nominal value.</summary>
    public EnsemblePoint Nominal => Points[0];

    /// <summary>The data; null without, or where they stay blind.</summary>
    public EnsemblePoint? Observed { get; }

    /// <summary>Whether the fits of the analysis have a nuisance parameter of the networks; see
    /// <see cref="StatisticalModel.WithNetworkUncertainty"/>.</summary>
    public bool HasNuisance { get; }

    /// <summary>What a person should know of it.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The plan, and the uncertainty at each value.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"{Plan}",
            [
                [Parameter, "uncertainty by the networks"],
                .. Points.Select(point =>
                    new[] { TextTable.Number(point.Value), $"{point.Summary.Sigma}" }
                ),
                .. Observed is null
                    ? Array.Empty<string[]>()
                    :
                    [
                        ["data", $"{Observed.Summary.Sigma}"],
                    ],
            ]
        );
}
