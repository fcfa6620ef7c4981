using FInfer = Nsbi.Infer;

namespace Nsbi.Interop.Tests;

/// <summary>An ensemble of small networks, trained once.</summary>
internal static class Ensemble
{
    public static readonly TrainingOptions Options = new()
    {
        HiddenLayers = [6],
        Epochs = 2,
        BatchSize = 256,
        LearningRate = 5e-3,
        Folds = 2,
        Seed = 3,
    };

    public static readonly EnsemblePlan Plan = EnsemblePlan.Nested(3, 2);

    public static readonly SimulatedSamples Samples = Toy.Sampled.Aggregate(
        new SimulatedSamples(),
        (samples, process) =>
            samples.With(
                FInfer.InterferenceToy.name(process),
                EventSet.FromColumn("x", FInfer.InterferenceToy.sample(1, process, 1500))
            )
    );

    private static readonly Lazy<RatioEnsemble> Made = new(() =>
        EnsembleTrainer.Train(Samples, ["x"], Plan, Options)
    );

    public static RatioEnsemble Trained => Made.Value;
}
