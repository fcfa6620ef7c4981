using FInfer = Nsbi.Infer;
using FProcess = Nsbi.Infer.InterferenceProcess;

namespace Nsbi.Interop.Tests;

/// <summary>The interference toy, written in C# with the numbers of the F# one.</summary>
internal static class Toy
{
    public static readonly FInfer.Quadrature Quadrature = FInfer.InterferenceToy.quadrature(2001);

    public static readonly IReadOnlyList<FProcess> Sampled = [.. FInfer.InterferenceToy.sampled];

    public static StatisticalModel Model()
    {
        var mu = Parameter.OfInterest("mu", lower: 0.0, upper: 8.0);
        var scale = new InterferenceCoefficients(mu);
        return new ModelBuilder("interference toy")
            .Unbinned(
                "SR",
                "mixture",
                sr =>
                    sr.Process("S", FInfer.InterferenceToy.expected(FProcess.Signal), scale.Signal)
                        .Process(
                            "SBI",
                            FInfer.InterferenceToy.expected(FProcess.Total),
                            scale.Total
                        )
                        .Process(
                            "B",
                            FInfer.InterferenceToy.expected(FProcess.Background),
                            scale.Background
                        )
                        .Process("NI", FInfer.InterferenceToy.expected(FProcess.NonInterfering))
            )
            .Build();
    }

    public static double[] Ratios(FProcess process) =>
        [
            .. Quadrature.Nodes.Select(x =>
                FInfer.InterferenceToy.ratio(FInfer.InterferenceToy.reference, process, x)
            ),
        ];

    public static double[] Weights() =>
        [
            .. Quadrature.Nodes.Zip(
                Quadrature.Widths,
                (x, w) =>
                    w * FInfer.InterferenceToy.mixtureDensity(FInfer.InterferenceToy.reference, x)
            ),
        ];

    public static RatioTable Table() =>
        Sampled.Aggregate(
            new RatioTable(Weights()),
            (table, process) =>
                table.WithRatios(FInfer.InterferenceToy.name(process), Ratios(process))
        );

    public static CompiledLikelihood Likelihood() =>
        new LikelihoodBuilder(Model()).Reference("SR", Table()).Compile();
}
