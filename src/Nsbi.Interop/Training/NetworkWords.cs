using Nsbi.Learn.Autodiff;

namespace Nsbi.Interop;

/// <summary>Layers and rules of updates in the words of F#.</summary>
internal static class NetworkWords
{
    public static Learn.Autodiff.Activation ToFSharp(this Activation activation) =>
        activation switch
        {
            Activation.Relu => Learn.Autodiff.Activation.Relu,
            Activation.Tanh => Learn.Autodiff.Activation.Tanh,
            Activation.Elu => Learn.Autodiff.Activation.Elu,
            _ => Learn.Autodiff.Activation.Silu,
        };

    public static FNetworks.Architecture Layers(
        IReadOnlyList<int> hidden,
        Activation activation,
        double dropout = 0.0
    ) => new(hidden.ToFSharp(), activation.ToFSharp(), dropout);

    public static Optimiser Updates(Optimisation rule, double weightDecay)
    {
        var plain = rule == Optimisation.NAdam ? OptimiserModule.nadam : OptimiserModule.adam;
        return new(
            plain.Momentum,
            plain.Beta1,
            plain.Beta2,
            plain.Epsilon,
            weightDecay,
            plain.ClipNorm
        );
    }
}
