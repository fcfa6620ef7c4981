using System.Numerics;

namespace Nsbi.Kernels.Arrays;

/// <summary>What is done to a product z, in place, before it leaves the cache: z ← f(z), then
/// z ← z ⊙ factor.</summary>
/// <param name="Activation">f; Identity for none</param>
/// <param name="Slope">where f′(z) goes, of the layout of z; null for nowhere</param>
/// <param name="Factor">of the layout of z; null for none</param>
public sealed record Epilogue(UnaryKind Activation, ArrayView? Slope, ArrayView? Factor)
{
    /// <summary>z stays as it is.</summary>
    public static Epilogue None { get; } = new(UnaryKind.Identity, null, null);

    internal unsafe void Run<T>(in RowTile<T> tile, in ArrayView z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var count = (long)tile.Rows * z.Stride;
        var atZ = tile.At(z);
        if (Slope is { } slope)
        {
            tile.Kernels.ActivateWithSlope(Activation, atZ, tile.At(slope), count);
        }
        else if (Activation != UnaryKind.Identity)
        {
            tile.Kernels.Unary(Activation, atZ, atZ, count);
        }

        if (Factor is { } factor)
        {
            tile.Kernels.Binary(
                BinaryKind.Multiply,
                atZ,
                false,
                tile.At(factor),
                false,
                atZ,
                count
            );
        }
    }
}
