using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// Σ_{k&lt;l} z_kl(x_k, x_l) with first and second derivatives: functions of two of K variables each,
/// given at nodes, z_kl(x_k, x_l) = Σ_ab ℓ_a(x_k) ℓ_b(x_l) z_kl,ab. Each variable has pieces of up to nine
/// nodes, of which one is in use at a time. Immutable.
/// </summary>
public sealed unsafe class PairFunctions
{
    /// <summary>Most nodes of a piece.</summary>
    public const int MostNodes = 9;

    /// <summary>Numbers that <see cref="SetBasis"/> writes for a variable.</summary>
    public const int BasisLength = 3 * Padded;

    private const int Width = 8;
    private const int Padded = 2 * Width;
    private const int MostOnStack = 128;

    private readonly int[][] _nodes;
    private readonly int _pieces;
    private readonly int[] _start;
    private readonly double[] _values;

    /// <summary>Takes the functions' values at their nodes.</summary>
    /// <param name="nodes">number of nodes, 1..9, by variable and piece</param>
    /// <param name="value">z_kl,ab of variables k &lt; l, pieces p and q of them and nodes a and b of
    /// these</param>
    /// <exception cref="ArgumentException">a piece without nodes or with more than nine</exception>
    public PairFunctions(
        IReadOnlyList<int[]> nodes,
        Func<(int K, int L, int P, int Q, int A, int B), double> value
    )
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(value);
        _nodes = [.. nodes];
        if (_nodes.Any(pieces => pieces.Any(n => n is < 1 or > MostNodes)))
        {
            throw new ArgumentException($"A piece has 1 to {MostNodes} nodes.", nameof(nodes));
        }

        int count = _nodes.Length;
        _pieces = count == 0 ? 0 : _nodes.Max(pieces => pieces.Length);
        _start = new int[_pieces * _pieces * count * count];
        var values = new List<double>();

        // Pairs of pieces first: what is read at a time lies together.
        for (int block = 0; block < _pieces * _pieces; block++)
        {
            int p = block / _pieces;
            int q = block % _pieces;
            for (int k = 0; k < count; k++)
            {
                for (int l = k + 1; l < count; l++)
                {
                    if (p >= _nodes[k].Length || q >= _nodes[l].Length)
                    {
                        continue;
                    }

                    int columns = _nodes[l][q];
                    _start[(((block * count) + k) * count) + l] = values.Count;
                    for (int a = 0; a < _nodes[k][p]; a++)
                    {
                        for (int b = 0; b < Stride(columns); b++)
                        {
                            values.Add(b < columns ? value((k, l, p, q, a, b)) : 0.0);
                        }
                    }
                }
            }
        }

        _values = [.. values];
    }

    /// <summary>Number of variables, K.</summary>
    public int Count => _nodes.Length;

    /// <summary>Number of nodes of a piece of a variable.</summary>
    public int Nodes(int variable, int piece) => _nodes[variable][piece];

    /// <summary>Writes the basis of a variable at its place as <see cref="Add"/> takes it.</summary>
    /// <param name="value">ℓ_a, up to nine</param>
    /// <param name="first">ℓ′_a</param>
    /// <param name="second">ℓ″_a</param>
    /// <param name="basis">length <see cref="BasisLength"/></param>
    public static void SetBasis(
        ReadOnlySpan<double> value,
        ReadOnlySpan<double> first,
        ReadOnlySpan<double> second,
        Span<double> basis
    )
    {
        basis.Clear();
        Put(value, basis);
        Put(first, basis[Padded..]);
        Put(second, basis[(2 * Padded)..]);
    }

    /// <summary>Adds value, gradient and Hessian.</summary>
    /// <param name="pieces">the piece in use of each variable; length K</param>
    /// <param name="basis">as <see cref="SetBasis"/> writes it, variable by variable</param>
    /// <param name="gradient">length K, added to</param>
    /// <param name="hessian">K x K, row by row; the diagonal and what is above it are added to</param>
    /// <returns>the value</returns>
    /// <remarks>Eight running sums, which are added by halves; pairs in the order of k, then l.</remarks>
    /// <exception cref="ArgumentException">a length that does not fit</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Add(
        ReadOnlySpan<int> pieces,
        ReadOnlySpan<double> basis,
        Span<double> gradient,
        Span<double> hessian
    )
    {
        int count = Count;
        if (
            pieces.Length != count
            || basis.Length != count * BasisLength
            || gradient.Length != count
            || hessian.Length != count * count
        )
        {
            throw new ArgumentException($"The lengths are not those of {count} variables.");
        }

        // Σ_k Σ_a ℓ_a z_kl,ab of each l, as a basis is laid out.
        Span<double> space =
            count <= MostOnStack ? stackalloc double[count * Padded] : new double[count * Padded];
        space.Clear();
        Vector512<double> total = Vector512<double>.Zero;
        fixed (
            double* values = _values,
                bases = basis,
                sums = space
        )
        {
            for (int k = 0; k < count; k++)
            {
                double* own = bases + (k * BasisLength);
                int rows = _nodes[k][pieces[k]];
                Vector512<double> slope = Vector512<double>.Zero;
                Vector512<double> curve = slope;
                for (int l = k + 1; l < count; l++)
                {
                    int columns = _nodes[l][pieces[l]];
                    int stride = Stride(columns);
                    int pair = (((pieces[k] * _pieces) + pieces[l]) * count) + k;
                    double* z = values + _start[(pair * count) + l];
                    double* other = bases + (l * BasisLength);
                    double* sum = sums + (l * Padded);
                    Vector512<double> v;
                    Vector512<double> s;
                    Vector512<double> c;
                    Rows(z, stride, own, rows, out v, out s, out c);
                    var b0 = Vector512.Load(other);
                    (Vector512.Load(sum) + v).Store(sum);
                    slope = Vector512.FusedMultiplyAdd(s, b0, slope);
                    curve = Vector512.FusedMultiplyAdd(c, b0, curve);
                    Vector512<double> mixed = s * Vector512.Load(other + Padded);
                    if (columns > Width)
                    {
                        Rows(z + 1, stride, own, rows, out v, out s, out c);
                        b0 = Vector512.Load(other + Width);
                        (Vector512.Load(sum + Width) + v).Store(sum + Width);
                        slope = Vector512.FusedMultiplyAdd(s, b0, slope);
                        curve = Vector512.FusedMultiplyAdd(c, b0, curve);
                        mixed = Vector512.FusedMultiplyAdd(
                            s,
                            Vector512.Load(other + Padded + Width),
                            mixed
                        );
                    }

                    hessian[(k * count) + l] += Lane<double>.Total(mixed);
                }

                double* before = sums + (k * Padded);
                for (int half = 0; half < Padded; half += Width)
                {
                    var sum = Vector512.Load(before + half);
                    var b1 = Vector512.Load(own + Padded + half);
                    var b2 = Vector512.Load(own + (2 * Padded) + half);
                    total = Vector512.FusedMultiplyAdd(sum, Vector512.Load(own + half), total);
                    slope = Vector512.FusedMultiplyAdd(sum, b1, slope);
                    curve = Vector512.FusedMultiplyAdd(sum, b2, curve);
                }

                gradient[k] += Lane<double>.Total(slope);
                hessian[(k * count) + k] += Lane<double>.Total(curve);
            }
        }

        return Lane<double>.Total(total);
    }

    /// <summary>Σ_a ℓ_a z_ab, Σ_a ℓ′_a z_ab and Σ_a ℓ″_a z_ab of eight b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows(
        double* z,
        int stride,
        double* own,
        int rows,
        out Vector512<double> v,
        out Vector512<double> s,
        out Vector512<double> c
    )
    {
        v = Vector512<double>.Zero;
        s = v;
        c = v;
        for (int a = 0; a < rows; a++)
        {
            // The ninth number of a basis stands last of its sixteen.
            int at = a < Width ? a : Padded - 1;
            var row = Vector512.Load(z + (a * stride));
            v = Vector512.FusedMultiplyAdd(row, Vector512.Create(own[at]), v);
            s = Vector512.FusedMultiplyAdd(row, Vector512.Create(own[Padded + at]), s);
            c = Vector512.FusedMultiplyAdd(row, Vector512.Create(own[(2 * Padded) + at]), c);
        }
    }

    /// <summary>Numbers in a row of a block: eight or nine.</summary>
    private static int Stride(int columns) => columns > Width ? MostNodes : Width;

    /// <summary>The first eight numbers, and the ninth as the last of a second eight: rows of nine are
    /// read from their first and from their second number on.</summary>
    private static void Put(ReadOnlySpan<double> from, Span<double> to)
    {
        from[..Math.Min(Width, from.Length)].CopyTo(to);
        if (from.Length > Width)
        {
            to[Padded - 1] = from[Width];
        }
    }
}
