namespace Nsbi.Interop;

/// <summary>Methods in the words of F#, and back.</summary>
internal static class McStatMethods
{
    public static FInfer.McStatMethod ToFSharp(this McStatMethod method) =>
        method switch
        {
            McStatMethod.EnsembleVariance => FInfer.McStatMethod.EnsembleVariance,
            McStatMethod.TrainingSubtracted => FInfer.McStatMethod.TrainingSubtracted,
            McStatMethod.NestedBootstraps => FInfer.McStatMethod.NestedBootstraps,
            McStatMethod.NestedSeeds => FInfer.McStatMethod.NestedSeeds,
            McStatMethod.BlockJackknife => FInfer.McStatMethod.BlockJackknife,
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };

    public static McStatMethod ToCSharp(this FInfer.McStatMethod method) =>
        method.IsEnsembleVariance ? McStatMethod.EnsembleVariance
        : method.IsTrainingSubtracted ? McStatMethod.TrainingSubtracted
        : method.IsNestedBootstraps ? McStatMethod.NestedBootstraps
        : method.IsNestedSeeds ? McStatMethod.NestedSeeds
        : McStatMethod.BlockJackknife;
}
