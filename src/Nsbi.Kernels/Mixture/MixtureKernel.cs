namespace Nsbi.Kernels;

/// <summary>
/// The mixture sum Σ_i w_i ln D_i, D_i = Σ_c A_c r_c,i Π_k g_k(β | log r₊, log r₋) Π_t g_t(x_i|β), with
/// exact first and second derivatives in the amplitudes A and the parameters β of the interpolated
/// columns k and of the event terms t, in one pass over tiles of 64 events.
/// </summary>
/// <remarks>
/// Without columns: eight running sums per number over a chunk of 64 tiles (event j of a tile goes to
/// sum j mod 8), added 0 to 7 at the chunk's end; chunks are added in their order. With columns: chunks
/// of <see cref="TilesOfChunk"/> tiles, sixteen running sums of slopes and of their products where they
/// are in single precision, all added by halves. So the result depends neither on the number of threads
/// nor on whether the hardware's vectors hold 16, 8 or 4 numbers, given fused multiply-add. Slow twin:
/// <see cref="MixtureScalar"/>.
/// </remarks>
public static class MixtureKernel
{
    /// <summary>Tiles in a chunk, the unit of work of a thread, without columns.</summary>
    public const int ChunkTiles = 64;

    /// <summary>Evaluates the sum without columns.</summary>
    /// <param name="events">the events and their weights</param>
    /// <param name="amplitudes">A, length C; any sign</param>
    /// <param name="terms">the event terms; none is the fast case</param>
    /// <param name="parameters">β, the parameters the terms name</param>
    /// <param name="order">0: value only, 1: and gradient, 2: and Hessian</param>
    /// <param name="team">threads to share the work; null for the caller's own</param>
    /// <returns>the sum; with <c>BadRow</c> set if an event's D is not positive and finite</returns>
    /// <exception cref="ArgumentException">lengths or positions that do not fit</exception>
    public static MixtureSum Evaluate(
        WeightedEvents events,
        ReadOnlySpan<double> amplitudes,
        IReadOnlyList<IEventTerm> terms,
        ReadOnlySpan<double> parameters,
        int order,
        ThreadTeam? team
    )
    {
        MixtureScalar.Check(events, amplitudes, terms, parameters, order);
        int size = amplitudes.Length + parameters.Length;
        int entries = Entries(size, order);
        int chunks = (events.Tiles.Tiles + ChunkTiles - 1) / ChunkTiles;
        var partial = new double[chunks * entries];
        var bad = new int[chunks];
        double[] a = amplitudes.ToArray();
        double[] b = parameters.ToArray();
        bool simple = terms.Count == 0;

        void Chunk(int chunk, int worker)
        {
            Span<double> sums = partial.AsSpan(chunk * entries, entries);
            bad[chunk] = simple
                ? AmplitudeTiles.Sum(events, a, order, size, chunk, sums)
                : TermTiles.Sum(events, a, terms, b, order, chunk, sums);
        }

        if (team is null || chunks == 1)
        {
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                Chunk(chunk, 0);
            }
        }
        else
        {
            team.For(chunks, Chunk);
        }

        foreach (int position in bad)
        {
            if (position >= 0)
            {
                return new MixtureSum(double.NaN, [], [], events.Tiles.Row(position));
            }
        }

        var total = new double[entries];
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            for (int e = 0; e < entries; e++)
            {
                total[e] += partial[(chunk * entries) + e];
            }
        }

        return Unpack(total, size, order);
    }

    /// <summary>Evaluates the sum with interpolated columns.</summary>
    /// <param name="events">the events and their weights</param>
    /// <param name="amplitudes">A, length C; any sign</param>
    /// <param name="columns">log-ratios of the same events, position by position; see
    /// <see cref="InterpolatedColumns.For(WeightedEvents)"/></param>
    /// <param name="forms">the interpolant of each column at its parameter's value in β, with
    /// derivatives</param>
    /// <param name="terms">event terms beside the columns</param>
    /// <param name="parameters">β, the parameters that columns and terms name; the columns' values
    /// enter through the forms alone</param>
    /// <param name="order">0: value only, 1: and gradient, 2: and Hessian</param>
    /// <param name="team">threads to share the work; null for the caller's own</param>
    /// <param name="exact">true: double precision and true exponentials whatever the columns are
    /// stored in. Else that is so for columns in double precision only, and others are evaluated in
    /// single precision by polynomials made for these forms: Σ w ln D within about 1e-4 for 10⁶ events,
    /// 3e-4 with 16-bit integers, and derivatives within 1e-5 of their size.</param>
    /// <returns>the sum; with <c>BadRow</c> set if an event's D is not positive and finite (a factor
    /// g ≤ 0 alone is no fault)</returns>
    /// <exception cref="ArgumentException">lengths or positions that do not fit</exception>
    public static MixtureSum Evaluate(
        WeightedEvents events,
        ReadOnlySpan<double> amplitudes,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        IReadOnlyList<IEventTerm> terms,
        ReadOnlySpan<double> parameters,
        int order,
        ThreadTeam? team,
        bool exact = false
    )
    {
        MixtureScalar.Check(events, amplitudes, terms, parameters, order);
        MixtureScalar.Check(events, amplitudes.Length, columns, forms, parameters.Length);
        if (columns.Count == 0)
        {
            return Evaluate(events, amplitudes, terms, parameters, order, team);
        }

        return exact || columns.Precision == ColumnPrecision.Double
            ? ColumnEvaluation<double>.Run(
                events,
                amplitudes,
                columns,
                forms,
                terms,
                parameters,
                order,
                team
            )
            : ColumnEvaluation<float>.Run(
                events,
                amplitudes,
                columns,
                forms,
                terms,
                parameters,
                order,
                team
            );
    }

    /// <summary>Tiles in a chunk of an evaluation with columns: 16, or more so that there are at most
    /// 1024 chunks. A function of the number of tiles alone.</summary>
    public static int TilesOfChunk(int tiles) => Math.Max(16, (tiles + 1023) / 1024);

    /// <summary>Length of the packed sums: value, gradient, upper triangle row by row.</summary>
    internal static int Entries(int size, int order) =>
        order switch
        {
            0 => 1,
            1 => 1 + size,
            _ => 1 + size + (size * (size + 1) / 2),
        };

    /// <summary>Position of entry (k, l), k ≤ l, in an upper triangle packed row by row.</summary>
    internal static int Packed(int size, int k, int l) => (k * size) - (k * (k - 1) / 2) + l - k;

    internal static MixtureSum Unpack(ReadOnlySpan<double> total, int size, int order)
    {
        double[] gradient = order > 0 ? total.Slice(1, size).ToArray() : [];
        double[] hessian = order > 1 ? new double[size * size] : [];
        if (order > 1)
        {
            ReadOnlySpan<double> upper = total[(1 + size)..];
            for (int k = 0; k < size; k++)
            {
                for (int l = k; l < size; l++)
                {
                    double h = upper[Packed(size, k, l)];
                    hessian[(k * size) + l] = h;
                    hessian[(l * size) + k] = h;
                }
            }
        }

        return new MixtureSum(total[0], gradient, hessian, -1);
    }
}
