using System.Numerics;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels.Simd;

/// <summary>The array kernels for one element type, on one instruction path.</summary>
/// <remarks>
/// Arrays are row-major with a stride between rows. Pointers need no alignment. Nothing is checked
/// here: the callers own the memory. All sums run in a fixed order, which may depend on the vector
/// width and on nothing else.
/// </remarks>
internal abstract unsafe class ArrayKernels<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Numbers per vector.</summary>
    public abstract int Width { get; }

    /// <summary>Columns of a packed panel, and of a tile of a product: two vectors.</summary>
    public int PanelWidth => 2 * Width;

    /// <summary>y_i = f(x_i); x and y may be the same.</summary>
    public abstract void Unary(UnaryKind kind, T* x, T* y, long count);

    /// <summary>slope_i = f′(z_i), z_i ← f(z_i) for an activation f.</summary>
    public abstract void ActivateWithSlope(UnaryKind activation, T* z, T* slope, long count);

    /// <summary>y_i = scale·x_i + shift; x and y may be the same.</summary>
    public abstract void Affine(double scale, double shift, T* x, T* y, long count);

    /// <summary>z_i = f(x_i, y_i); an operand that is spread has one element for all i.</summary>
    public abstract void Binary(
        BinaryKind kind,
        T* x,
        bool spreadX,
        T* y,
        bool spreadY,
        T* z,
        long count
    );

    /// <summary>z_i = x_i where c_i > 0, y_i elsewhere.</summary>
    public abstract void Select(T* c, T* x, T* y, T* z, long count);

    /// <summary>Sum of the columns of one row.</summary>
    public abstract T Sum(T* x, int columns);

    /// <summary>Largest of the columns of one row; NaN if there is one.</summary>
    public abstract T Max(T* x, int columns);

    /// <summary>x·y over the columns of one row.</summary>
    public abstract T Dot(T* x, T* y, int columns);

    /// <summary>A tile of a product with a packed panel: z = x·panel + bias, 8 rows by one panel.
    /// </summary>
    /// <param name="x">8 rows of depth columns; k</param>
    /// <param name="stride">between the rows of x</param>
    /// <param name="depth">number of terms of each sum</param>
    /// <param name="panel">depth rows of PanelWidth columns</param>
    /// <param name="bias">PanelWidth numbers, or null</param>
    /// <param name="z">8 rows of PanelWidth columns</param>
    /// <param name="strideZ">between the rows of z</param>
    public abstract void Tile(T* x, long stride, int depth, T* panel, T* bias, T* z, long strideZ);

    /// <summary>A tile of xᵀy: g_kj = Σ_m x_mk y_mj for 8 columns of x and PanelWidth of y.</summary>
    public abstract void TransposedTile(T* x, long strideX, T* y, long strideY, int rows, T* g);

    /// <summary>g_j = Σ_m y_mj for PanelWidth columns.</summary>
    public abstract void SumRows(T* y, long strideY, int rows, T* g);

    /// <summary>y_gj += Σ_{m: n_m = g} x_mj for PanelWidth columns, each group in the order of its
    /// rows; rows whose number n is none of 0 … groups − 1 are not read.</summary>
    public abstract void SumGroups(
        T* index,
        long strideIndex,
        T* x,
        long strideX,
        int rows,
        int groups,
        T* y,
        long strideY
    );

    /// <summary>The whole number 0 … groups − 1 that x is, or −1.</summary>
    public static int Group(T x, int groups)
    {
        var number = int.CreateSaturating(x);
        return T.CreateTruncating(number) == x && (uint)number < (uint)groups ? number : -1;
    }

    /// <summary>One step of the Adam family; see <see cref="UpdateRule"/>.</summary>
    public abstract void Update(in UpdateRule rule, T* g, T* theta, T* m, T* v, long count);

    /// <summary>The kernels on a path.</summary>
    public static ArrayKernels<T> For(string path) =>
        path switch
        {
            "avx512" => new ArrayKernels<Simd512<T>, Vector512<T>, T>(),
            "avx2" => new ArrayKernels<Simd256<T>, Vector256<T>, T>(),
            _ => new ArrayKernels<Simd128<T>, Vector128<T>, T>(),
        };
}

internal sealed unsafe partial class ArrayKernels<S, V, T> : ArrayKernels<T>
    where S : struct, ISimd<V, T>
    where V : unmanaged
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The widest vector's numbers.</summary>
    private const int MaxWidth = 16;

    public override int Width => S.Width;
}
