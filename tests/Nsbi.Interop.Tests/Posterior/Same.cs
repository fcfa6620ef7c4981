using Microsoft.FSharp.Collections;
using FLearn = Nsbi.Learn;
using FNetworks = Nsbi.Learn.Networks;
using FPosterior = Nsbi.Learn.Posterior;

namespace Nsbi.Interop.Tests;

/// <summary>What the F# words make of the same toy as <see cref="Mean"/>.</summary>
internal static class Same
{
    public static readonly FPosterior.Prior Prior = FPosterior
        .PriorModule.create([Tuple.Create("mu", FPosterior.PriorDensity.NewNormal(0.0, 1.0))])
        .ResultValue;

    private static readonly FSharpList<string> Features = ListModule.OfArray(Mean.Features);

    public static readonly FPosterior.PosteriorSettings Settings = new(
        new(Layers(8), 0, 6, FPosterior.Pooling.SumAndMean, Layers(16), true),
        FPosterior.DensityHead.NewGaussian(FPosterior.Covariance.Full),
        FLearn.Autodiff.OptimiserModule.adamW(1e-5),
        5e-3,
        FNetworks.Schedule.NewCosine(0.0),
        32,
        3,
        null,
        true,
        500,
        70,
        0.1,
        false,
        1
    );

    private static FNetworks.Architecture Layers(int width) =>
        new(ListModule.OfArray([width]), FLearn.Autodiff.Activation.Silu, 0.0);

    public static FPosterior.SetSimulator Simulator(FPosterior.SetSize size) =>
        FPosterior.SetSimulatorModule.create(
            "mean",
            Prior,
            Features,
            size,
            (double[] phi, int events, ref Kernels.RandomStream stream) =>
            {
                var x = new double[2 * events];

                for (var i = 0; i < events; i++)
                {
                    x[2 * i] = phi[0] + stream.NextGaussian();
                    x[2 * i + 1] = stream.NextDouble();
                }

                return x;
            }
        );

    public static byte[] Trained(FPosterior.SetSize size)
    {
        using var team = new Kernels.ThreadTeam(1);
        var trained = FPosterior.PosteriorTraining.simulate(
            FNetworks.TrainingContextModule.plain(team),
            Settings,
            Simulator(size)
        );
        return FPosterior.PosteriorFile.toBytes(trained.ResultValue);
    }

    public static byte[] Trained(FPosterior.EventSets sets, bool parts)
    {
        using var team = new Kernels.ThreadTeam(1);
        var settings = new FPosterior.PosteriorSettings(
            Settings.Embedding,
            Settings.Head,
            Settings.Optimiser,
            Settings.LearningRate,
            Settings.Schedule,
            Settings.BatchSize,
            Settings.Epochs,
            Settings.Patience,
            Settings.KeepBest,
            Settings.SetsPerEpoch,
            Settings.ValidationSets,
            Settings.ValidationFraction,
            parts,
            Settings.Seed
        );
        var trained = FPosterior.PosteriorTraining.ofSets(
            FNetworks.TrainingContextModule.plain(team),
            settings,
            Prior,
            sets
        );
        return FPosterior.PosteriorFile.toBytes(trained.ResultValue);
    }
}
