using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// The mixture sum over one chunk with event terms: D_i = Σ_c A_c r_c,i exp(Σ_t log g_t(x_i|β)).
/// </summary>
/// <remarks>
/// With π_c = A_c u_c/D, u_c = r_c Π g, F_ck = Σ_t ∂_k log g_t, S_ckl likewise and
/// q = ∂D/D = (u_c/D; Σ_c π_c F_ck), the second derivatives of ln D are
/// (A_c, A_d): −q_c q_d; (A_c, β_k): (u_c/D) F_ck − q_c q_k;
/// (β_k, β_l): Σ_c π_c (F_ck F_cl + S_ckl) − q_k q_l.
/// </remarks>
internal static unsafe class TermTiles
{
    private const int T = EventTiles.TileEvents;
    private const int Width = Lanes.Width;

    /// <summary>Fills the packed sums of a chunk.</summary>
    /// <returns>the first bad position of the chunk, or −1</returns>
    public static int Sum(
        WeightedEvents events,
        double[] amplitudes,
        IReadOnlyList<IEventTerm> terms,
        double[] parameters,
        int order,
        int chunk,
        Span<double> packed
    )
    {
        var scratch = new Scratch(amplitudes.Length, parameters, terms);
        var sums = new Vector512<double>[packed.Length];
        int tiles = events.Tiles.Tiles;
        int first = chunk * MixtureKernel.ChunkTiles;
        int last = Math.Min(tiles, first + MixtureKernel.ChunkTiles);
        for (int tile = first; tile < last; tile++)
        {
            scratch.FillTerms(events.Tiles, tile, order);
            int bad = Tile(events, amplitudes, scratch, order, tile, sums);
            if (bad >= 0)
            {
                return (tile * T) + bad;
            }
        }

        for (int e = 0; e < packed.Length; e++)
        {
            packed[e] = Lanes.Total(sums[e]);
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Tile(
        WeightedEvents events,
        double[] amplitudes,
        Scratch s,
        int order,
        int tile,
        Vector512<double>[] sums
    )
    {
        int processes = amplitudes.Length;
        int size = processes + s.Parameters.Length;
        fixed (
            double* ratios = events.Tiles.Ratios,
                weights = events.PaddedWeights,
                q = s.Gradient,
                log = s.Log,
                density = s.Density,
                posterior = s.Posterior,
                slope = s.Slope,
                work = s.Work
        )
        {
            double* r = ratios + ((long)tile * processes * T);
            double* w = weights + ((long)tile * T);
            for (int j = 0; j < T; j += Width)
            {
                Vector512<double> d = Vector512<double>.Zero;
                for (int c = 0; c < processes; c++)
                {
                    int at = (c * T) + j;
                    Vector512<double> u = Vector512.Load(r + at);
                    if (s.HasTerms[c])
                    {
                        u *= Vector512.Exp(Vector512.Load(log + at));
                    }

                    u.Store(q + at);
                    d = Vector512.FusedMultiplyAdd(u, Vector512.Create(amplitudes[c]), d);
                }

                d.Store(density + j);
            }

            int bad = Lanes.FirstBad(density, w);
            if (bad >= 0)
            {
                return bad;
            }

            Normalise(w, density, q, posterior, amplitudes, ref sums[0]);
            if (order == 0)
            {
                return -1;
            }

            for (int k = 0; k < s.Parameters.Length; k++)
            {
                double* qk = q + ((processes + k) * T);
                new Span<double>(qk, T).Clear();
                for (int c = 0; c < processes; c++)
                {
                    if (s.Depends[c, k])
                    {
                        Lanes.MultiplyAdd(posterior + (c * T), slope + (s.At(c, k) * T), qk);
                    }
                }
            }

            for (int k = 0; k < size; k++)
            {
                sums[1 + k] = Lanes.Dot(sums[1 + k], w, q + (k * T));
            }

            if (order > 1)
            {
                Span<Vector512<double>> upper = sums.AsSpan(1 + size);
                for (int k = 0; k < size; k++)
                {
                    Lanes.Multiply(w, q + (k * T), work);
                    for (int j = 0; j < T; j += Width)
                    {
                        (-Vector512.Load(work + j)).Store(work + j);
                    }

                    for (int l = k; l < size; l++)
                    {
                        int at = MixtureKernel.Packed(size, k, l);
                        upper[at] = Lanes.Dot(upper[at], work, q + (l * T));
                    }
                }

                Curvature(processes, w, q, posterior, slope, work, s, upper);
            }
        }

        return -1;
    }

    /// <summary>Adds w ln D to the sum; u becomes u/D, and π_c = A_c u_c/D is filled.</summary>
    private static void Normalise(
        double* w,
        double* density,
        double* u,
        double* posterior,
        double[] amplitudes,
        ref Vector512<double> value
    )
    {
        for (int j = 0; j < T; j += Width)
        {
            Vector512<double> weight = Vector512.Load(w + j);
            Vector512<double> unused = Vector512.Equals(weight, Vector512<double>.Zero);
            Vector512<double> d = Vector512.ConditionalSelect(
                unused,
                Vector512<double>.One,
                Vector512.Load(density + j)
            );
            value = Vector512.FusedMultiplyAdd(weight, Vector512.Log(d), value);
            Vector512<double> inverse = Vector512<double>.One / d;
            for (int c = 0; c < amplitudes.Length; c++)
            {
                Vector512<double> scaled = Vector512.Load(u + (c * T) + j) * inverse;
                scaled.Store(u + (c * T) + j);
                (scaled * amplitudes[c]).Store(posterior + (c * T) + j);
            }
        }
    }

    /// <summary>
    /// Adds the parts of ∂²D/D: (A_c, β_k): w (u_c/D) F_ck, (β_k, β_l): w π_c (F_ck F_cl + S_ckl).
    /// </summary>
    private static void Curvature(
        int processes,
        double* w,
        double* q,
        double* posterior,
        double* slope,
        double* work,
        Scratch s,
        Span<Vector512<double>> upper
    )
    {
        int size = processes + s.Parameters.Length;
        for (int c = 0; c < processes; c++)
        {
            for (int k = 0; k < s.Parameters.Length; k++)
            {
                if (!s.Depends[c, k])
                {
                    continue;
                }

                double* fk = slope + (s.At(c, k) * T);
                Lanes.Multiply(w, fk, work);
                int mixed = MixtureKernel.Packed(size, c, processes + k);
                upper[mixed] = Lanes.Dot(upper[mixed], work, q + (c * T));
                Lanes.Multiply(work, posterior + (c * T), work);
                for (int l = k; l < s.Parameters.Length; l++)
                {
                    if (s.Depends[c, l])
                    {
                        int at = MixtureKernel.Packed(size, processes + k, processes + l);
                        upper[at] = Lanes.Dot(upper[at], work, slope + (s.At(c, l) * T));
                    }
                }
            }
        }

        for (int t = 0; t < s.Terms.Count; t++)
        {
            IEventTerm term = s.Terms[t];
            int own = term.Parameters.Count;
            fixed (double* second = s.Second[t])
            {
                Lanes.Multiply(w, posterior + (term.Process * T), work);
                for (int k = 0; k < own; k++)
                {
                    for (int l = k; l < own; l++)
                    {
                        int low = Math.Min(term.Parameters[k], term.Parameters[l]);
                        int high = Math.Max(term.Parameters[k], term.Parameters[l]);
                        int at = MixtureKernel.Packed(size, processes + low, processes + high);
                        double* skl = second + (MixtureKernel.Packed(own, k, l) * T);
                        upper[at] = Lanes.Dot(upper[at], work, skl);
                    }
                }
            }
        }
    }

    /// <summary>What one chunk needs besides its sums.</summary>
    private sealed class Scratch
    {
        private readonly int[] _rows = new int[T];
        private readonly double[][] _values;
        private readonly double[] _log = new double[T];
        private readonly double[][] _first;

        public Scratch(int processes, double[] parameters, IReadOnlyList<IEventTerm> terms)
        {
            Parameters = parameters;
            Terms = terms;
            int size = processes + parameters.Length;
            HasTerms = new bool[processes];
            Depends = new bool[processes, parameters.Length];
            _values = new double[terms.Count][];
            _first = new double[terms.Count][];
            Second = new double[terms.Count][];
            for (int t = 0; t < terms.Count; t++)
            {
                IEventTerm term = terms[t];
                int own = term.Parameters.Count;
                HasTerms[term.Process] = true;
                _values[t] = new double[own];
                _first[t] = new double[own * T];
                Second[t] = new double[own * (own + 1) / 2 * T];
                for (int k = 0; k < own; k++)
                {
                    _values[t][k] = parameters[term.Parameters[k]];
                    Depends[term.Process, term.Parameters[k]] = true;
                }
            }

            Log = new double[processes * T];
            Density = new double[T];
            Posterior = new double[processes * T];
            Gradient = new double[size * T];
            Slope = new double[processes * parameters.Length * T];
            Work = new double[T];
        }

        public double[] Parameters { get; }

        public IReadOnlyList<IEventTerm> Terms { get; }

        public bool[] HasTerms { get; }

        public bool[,] Depends { get; }

        public double[] Log { get; }

        public double[] Density { get; }

        public double[] Posterior { get; }

        public double[] Gradient { get; }

        /// <summary>F_ck at [(c P + k) 64 + j].</summary>
        public double[] Slope { get; }

        public double[][] Second { get; }

        public double[] Work { get; }

        public int At(int process, int parameter) => (process * Parameters.Length) + parameter;

        public void FillTerms(EventTiles tiles, int tile, int order)
        {
            int count = Math.Min(T, tiles.Events - (tile * T));
            for (int j = 0; j < count; j++)
            {
                _rows[j] = tiles.Row((tile * T) + j);
            }

            Array.Clear(Log);
            Array.Clear(Slope);
            for (int t = 0; t < Terms.Count; t++)
            {
                IEventTerm term = Terms[t];
                if (count < T)
                {
                    Array.Clear(_log);
                    Array.Clear(_first[t]);
                    Array.Clear(Second[t]);
                }

                term.Fill(_rows.AsSpan(0, count), _values[t], order, _log, _first[t], Second[t]);
                Add(_log, Log.AsSpan(term.Process * T, T));
                for (int k = 0; order > 0 && k < term.Parameters.Count; k++)
                {
                    int at = At(term.Process, term.Parameters[k]) * T;
                    Add(_first[t].AsSpan(k * T, T), Slope.AsSpan(at, T));
                }
            }
        }

        private static void Add(ReadOnlySpan<double> from, Span<double> to)
        {
            for (int j = 0; j < T; j++)
            {
                to[j] += from[j];
            }
        }
    }
}
