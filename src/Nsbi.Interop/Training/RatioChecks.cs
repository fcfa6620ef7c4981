namespace Nsbi.Interop;

/// <summary>The checks of a whole estimator, put together from those of its ratios.</summary>
internal static class RatioChecks
{
    public static IEnumerable<FInfer.Check> Run(
        FNetworks.RatioEstimator estimator,
        PreparedEvents events,
        double[] reference,
        double[][] ratios
    )
    {
        var limits = FInfer.CheckLimitsModule.standard;
        var held = Held(estimator.Settings, events.Groups);
        double[] Pick(double[] values) => [.. held.Select(i => values[i])];

        var weights = FEvents.EventTableModule.weights(events.Table);
        // NaN where a feature is missing: the closure has a bin for that.
        var features = events
            .Features.Features.Select(
                (feature, j) =>
                    Tuple.Create(
                        feature.Name,
                        Pick(
                            FEvents.FittedFeaturesModule.column(
                                j,
                                events.Features,
                                events.Table,
                                events.Matrix
                            )
                        )
                    )
            )
            .ToFSharp();

        for (var k = 0; k < ratios.Length; k++)
        {
            double[] target = [.. held.Select(i => events.Samples[i] == k ? weights[i] : 0.0)];
            var sample = FInfer.RatioSampleModule.create(Pick(reference), target, Pick(ratios[k]));
            var name = estimator.ClassNames[k];

            foreach (
                var check in FInfer
                    .RatioDiagnosticsModule.run(limits, name, sample, features)
                    .Checks
            )
            {
                yield return check;
            }
        }

        // A calibration of each class by itself breaks the identity by the size of its corrections.
        var isBroken = estimator.Calibration is { Value.Settings.Renormalise: false };
        yield return FInfer.MixtureIdentityCheck.run(
            isBroken ? FInfer.AnalysisChecksModule.looseIdentity(limits) : limits,
            [.. estimator.Mixture.Weights],
            [.. ratios.Select(Pick)]
        );
    }

    /// <summary>Events that neither trained the networks of their fold nor normalised them.</summary>
    private static int[] Held(FNetworks.EstimatorSettings settings, ulong[] groups) =>
        [
            .. Enumerable
                .Range(0, groups.Length)
                .Where(i =>
                {
                    var fold = FNetworks.DataSplit.fold(settings.Seed, settings.Folds, groups[i]);
                    return FNetworks.DataSplit.role(settings, fold, groups[i]).IsCheck;
                }),
        ];
}
