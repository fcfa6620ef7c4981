namespace Nsbi.Interop;

/// <summary>What a run of an analysis found. Immutable; it prints as tables.</summary>
public sealed class RunSummary
{
    internal RunSummary(FInfer.RunResult run, string folder)
    {
        Name = run.Analysis.Name;
        Seed = run.Analysis.Seed;
        Networks = [.. run.Networks.Select(network => new TrainedNetwork(network))];
        Normalisation = [.. run.Normalisation.Select(record => new RatioNormalisation(record))];
        Checks = new CheckReport(run.Checks);
        Diagnostics =
        [
            .. run.Diagnostics.Checks.Select(page => new DiagnosticsPage(page.Item1, page.Item2)),
        ];
        Notes = [.. run.Diagnostics.Notes];
        Variations = [.. run.Variations.Select(variation => new VariationEffect(variation))];
        Calibrations = [.. run.Calibrations.Select(found => new CalibrationEffect(found))];
        Summary = run.Summary is { Value: var summary } ? new SummaryMeasurement(summary) : null;
        Asimov = new Measurement(run.Asimov);
        Expected = run.Expected is { Value: var study } ? new SimulationClosure(study) : null;
        Observed = run.Observed is { Value: var observed } ? new Measurement(observed) : null;
        Score = run.Score is { Value: var score } ? new BinnedComparison(score) : null;
        Conventional = run.Conventional is { Value: var binned }
            ? new BinnedComparison(binned)
            : null;
        Intervals = run.Intervals is { Value: var intervals }
            ? new IntervalSummary(intervals)
            : null;
        Ensemble = run.Ensemble is { Value: var ensemble } ? new EnsembleStudy(ensemble) : null;
        BlindReason = run.BlindReason?.Value;
        Files = run.Files.ToDictionary(pair => pair.Item1, pair => pair.Item2);
        Folder = folder;
    }

    /// <summary>The name of the analysis.</summary>
    public string Name { get; }

    /// <summary>The seed of every random number.</summary>
    public ulong Seed { get; }

    /// <summary>The networks that were trained, or found trained.</summary>
    public IReadOnlyList<TrainedNetwork> Networks { get; }

    /// <summary>How well the ratios are normalised, by fold and sample.</summary>
    public IReadOnlyList<RatioNormalisation> Normalisation { get; }

    /// <summary>The checks. A run whose checks failed has results that should not be used.</summary>
    public CheckReport Checks { get; }

    /// <summary>The checks of densities, pairs of features, trainings and sizes, by page of the report.
    /// </summary>
    public IReadOnlyList<DiagnosticsPage> Diagnostics { get; }

    /// <summary>What was left out of the diagnostics, and why.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>What nuisance parameters do to processes, and how well it is known.</summary>
    public IReadOnlyList<VariationEffect> Variations { get; }

    /// <summary>True if every check passed.</summary>
    public bool Passed => Checks.Passed;

    /// <summary>The fit to the learned Asimov set: closes by construction.</summary>
    public Measurement Asimov { get; }

    /// <summary>The fit to the simulated events; null where a coefficient is negative at the nominal
    /// point, for then the sum of the samples is no sample.</summary>
    public SimulationClosure? Expected { get; }

    /// <summary>The fit to the data; null without data, or where they stay blind.</summary>
    public Measurement? Observed { get; }

    /// <summary>The measurement that answers the question: with the ratios as summaries where the analysis
    /// asks for it; the observed one where there is one, else the expected one.</summary>
    public Measurement Headline => Summary?.Headline ?? Observed ?? Expected?.Measurement ?? Asimov;

    /// <summary>What the calibration of the ratios did; empty without one.</summary>
    public IReadOnlyList<CalibrationEffect> Calibrations { get; }

    /// <summary>The measurement with the ratios as fixed summaries; null where none is asked for.</summary>
    public SummaryMeasurement? Summary { get; }

    /// <summary>The learned score in bins; null where there is none.</summary>
    public BinnedComparison? Score { get; }

    /// <summary>The conventional analysis; null where none is asked for.</summary>
    public BinnedComparison? Conventional { get; }

    /// <summary>Limits, significances and confidence sets, by asymptotic formulae and by
    /// pseudo-experiments; null where none are asked for.</summary>
    public IntervalSummary? Intervals { get; }

    /// <summary>How sure the networks are; null where the analysis does not ask for it.</summary>
    public EnsembleStudy? Ensemble { get; }

    /// <summary>Why the data were not looked at; null if they were, or if there are none.</summary>
    public string? BlindReason { get; }

    /// <summary>The files that were read, with their SHA-256.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>The folder of results.</summary>
    public string Folder { get; }

    /// <summary>The page for people, in the folder of results.</summary>
    public string ReportPath => Path.Combine(Folder, "report.html");

    /// <summary>The results as JSON, in the folder of results.</summary>
    public string ResultsPath => Path.Combine(Folder, "results.json");

    /// <summary>The headline, what is said beside it, and the checks.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}\n{Headline}\n"
        + (Intervals is null ? "" : $"{Intervals}\n")
        + (Ensemble is null ? "" : $"{Ensemble}\n")
        + $"{Checks}"
        + (BlindReason is null ? "" : $"\n{BlindReason}");
}
