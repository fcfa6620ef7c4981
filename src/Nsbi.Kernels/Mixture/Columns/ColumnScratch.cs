using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// Space of one thread for the numbers of one tile and the running sums of one chunk; numbers of
/// events are at [row · 64 + j]. Kept from evaluation to evaluation.
/// </summary>
internal sealed unsafe class ColumnScratch<N>
    where N : unmanaged
{
    private const int T = EventTiles.TileEvents;

    private AlignedBlock _block = new(0);
    private byte* _next;
    private double[][] _values = [];
    private double[][] _first = [];

    /// <summary>Single-precision product and sum of logs of a few columns.</summary>
    public float* Delta { get; private set; }

    public float* DeltaLog { get; private set; }

    /// <summary>Product and sum of logs of the factors of process c.</summary>
    public double* Product { get; private set; }

    public double* Log { get; private set; }

    /// <summary>r_c Π g, then divided by D.</summary>
    public double* Share { get; private set; }

    public double* Density { get; private set; }

    /// <summary>F of each cell, and ∂²log Π g/∂β² of its columns.</summary>
    public N* Slope { get; private set; }

    public N* Curve { get; private set; }

    /// <summary>π_c, w π_c and w π_c/A_c of each process, and w.</summary>
    public N* Posterior { get; private set; }

    public N* Weighted { get; private set; }

    public N* WeightedShare { get; private set; }

    public N* Weight { get; private set; }

    /// <summary>Two numbers for each merger of processes; the mean of the slopes; zeros.</summary>
    public N* Part { get; private set; }

    public N* Rank { get; private set; }

    public N* Mean { get; private set; }

    public N* Zero { get; private set; }

    /// <summary>Whether a process has a negative r_c Π g at an event of the tile.</summary>
    public bool HasNegative { get; set; }

    /// <summary>Both factors of the products of slopes, each row several times 64.</summary>
    public N* Left { get; private set; }

    public N* Right { get; private set; }

    /// <summary>Running sums, lane by lane: of the products of slopes, in tiles of 4 x 4.</summary>
    public Vector512<N>* Products { get; private set; }

    /// <summary>Running sums, lane by lane: Σ w (u_c/D)(F_ck − q_k) at [c P + k].</summary>
    public Vector512<N>* Mixed { get; private set; }

    /// <summary>Running sums, lane by lane: Σ w Σ_c π_c ∂²_k log Π g.</summary>
    public Vector512<N>* Diagonal { get; private set; }

    /// <summary>Running sums, lane by lane, in double precision; see <see cref="ColumnSums{N}"/>.
    /// </summary>
    public Vector512<double>* Sums { get; private set; }

    public int[] Rows { get; } = new int[T];

    public double[] TermLog { get; } = new double[T];

    /// <summary>Parameter values of each term.</summary>
    public double[][] TermValues => _values;

    public double[][] TermFirst => _first;

    public double[][] TermSecond { get; private set; } = [];

    /// <summary>Makes room.</summary>
    public void Reserve(ColumnProblem problem, int rows, int rowTiles, int products, int sums)
    {
        CellMap map = problem.Map;
        long tile = T * sizeof(double);
        long bytes =
            (((3L * map.Processes) + 3) * tile)
            + (
                ((2L * map.Cells) + (5L * map.Processes) + 3 + (2L * rows * rowTiles))
                * T
                * sizeof(N)
            )
            + (((long)products + sums) * sizeof(Vector512<N>))
            + ((map.Processes + 1L) * map.Parameters * sizeof(Vector512<N>));
        if (_block.Bytes < bytes)
        {
            _block = new AlignedBlock(bytes);
        }

        _next = _block.Pointer;
        Delta = (float*)Take(tile / 2);
        DeltaLog = (float*)Take(tile / 2);
        Product = (double*)Take(map.Processes * tile);
        Log = (double*)Take(map.Processes * tile);
        Share = (double*)Take(map.Processes * tile);
        Density = (double*)Take(tile);
        long single = T * sizeof(N);
        Slope = (N*)Take(map.Cells * single);
        Curve = (N*)Take(map.Cells * single);
        Posterior = (N*)Take(map.Processes * single);
        Weighted = (N*)Take(map.Processes * single);
        WeightedShare = (N*)Take(map.Processes * single);
        Weight = (N*)Take(single);
        Part = (N*)Take(map.Processes * single);
        Rank = (N*)Take(map.Processes * single);
        Mean = (N*)Take(single);
        Zero = (N*)Take(single);
        new Span<N>(Zero, T).Clear();
        Left = (N*)Take(rows * rowTiles * single);
        Right = (N*)Take(rows * rowTiles * single);
        new Span<byte>(Left, (int)(2 * rows * rowTiles * single)).Clear();
        Products = (Vector512<N>*)Take((long)products * sizeof(Vector512<N>));
        int mixed = map.Processes * map.Parameters;
        Mixed = (Vector512<N>*)Take((long)mixed * sizeof(Vector512<N>));
        Diagonal = (Vector512<N>*)Take((long)map.Parameters * sizeof(Vector512<N>));
        Sums = (Vector512<double>*)Take((long)sums * sizeof(Vector512<double>));
        ReserveTerms(problem);
    }

    private byte* Take(long bytes)
    {
        byte* start = _next;
        _next += bytes;
        return start;
    }

    private void ReserveTerms(ColumnProblem problem)
    {
        IReadOnlyList<IEventTerm> terms = problem.Terms;
        if (_values.Length < terms.Count)
        {
            _values = new double[terms.Count][];
            _first = new double[terms.Count][];
            TermSecond = new double[terms.Count][];
        }

        for (int t = 0; t < terms.Count; t++)
        {
            int own = terms[t].Parameters.Count;
            if (_values[t] is null || _values[t].Length != own)
            {
                _values[t] = new double[own];
                _first[t] = new double[own * T];
                TermSecond[t] = new double[own * (own + 1) / 2 * T];
            }

            for (int k = 0; k < own; k++)
            {
                _values[t][k] = problem.Parameters[terms[t].Parameters[k]];
            }
        }
    }
}
