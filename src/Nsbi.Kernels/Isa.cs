using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsbi.Kernels;

/// <summary>The instruction path of the kernels. Results are a function of it, so it belongs into
/// every manifest.</summary>
/// <remarks>Chosen once, at start: the widest the processor supports, unless the environment
/// variable <c>NSBI_ISA</c> names a narrower one. A name that is unknown or not supported here is
/// refused at the first use of a kernel.</remarks>
public static class Isa
{
    /// <summary>The paths by name, widest first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["avx512", "avx2", "portable"];

    /// <summary>The paths this processor supports, widest first.</summary>
    public static IReadOnlyList<string> Supported { get; } =
        Names
            .Where(name =>
                name switch
                {
                    "avx512" => Vector512.IsHardwareAccelerated
                        && Avx512F.IsSupported
                        && Avx512DQ.IsSupported,
                    "avx2" => Avx2.IsSupported && Fma.IsSupported,
                    _ => true,
                }
            )
            .ToArray();

    private static readonly Lazy<string> Chosen = new(() =>
        Choose(Environment.GetEnvironmentVariable("NSBI_ISA"))
    );

    /// <summary>The path in use: <c>avx512</c>, <c>avx2</c> or <c>portable</c>.</summary>
    /// <exception cref="InvalidOperationException">NSBI_ISA names no path of this processor.
    /// </exception>
    public static string Path => Chosen.Value;

    /// <summary>What a wish means here: the widest path without a wish.</summary>
    internal static string Choose(string? wish) =>
        string.IsNullOrEmpty(wish) ? Supported[0]
        : Supported.Contains(wish) ? wish
        : throw new InvalidOperationException(
            $"NSBI_ISA is '{wish}', but this processor supports {string.Join(", ", Supported)}."
        );
}
