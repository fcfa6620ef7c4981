using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>One evaluation of the moments, in the chunks of <see cref="ColumnEvaluation{N}"/>.</summary>
/// <remarks>With u = w r Π g and F, S the derivatives of log Π g: ∂_k M = Σ u F_k,
/// ∂_k ∂_l M = Σ u (F_k F_l + δ_kl S_k).</remarks>
internal sealed unsafe class MomentEvaluation
{
    private const int T = EventTiles.TileEvents;

    [ThreadStatic]
    private static MomentEvaluation? _idle;

    private readonly ColumnProblem _problem = new();
    private readonly Action<int, int> _body;
    private ColumnScratch<double>?[] _scratch = [];
    private Moment[] _moments = [];
    private double[] _partial = [];
    private int _entries;
    private int _chunkTiles;

    private MomentEvaluation()
    {
        _body = Chunk;
    }

    /// <summary>Evaluates; see <see cref="MomentKernel"/>.</summary>
    public static MomentSum[] Run(
        WeightedEvents events,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        int order,
        ThreadTeam? team
    )
    {
        MomentEvaluation evaluation = _idle ?? new MomentEvaluation();
        _idle = null;
        var ones = new double[events.Tiles.Processes];
        var none = new double[MomentScalar.Parameters(columns)];
        evaluation._problem.Set(events, ones, columns, forms, [], none, order, false);
        MomentSum[] sums = evaluation.Evaluate(team);
        evaluation._problem.Release();
        _idle = evaluation;
        return sums;
    }

    private MomentSum[] Evaluate(ThreadTeam? team)
    {
        CellMap map = _problem.Map;
        int order = _problem.Order;
        MakeMoments(map, order);
        int rows = 0;
        int products = 0;
        foreach (Moment moment in _moments)
        {
            rows = Math.Max(rows, moment.Rows);
            products += SlopeProducts<double>.Count(moment.Rows);
        }

        int tiles = _problem.Events.Tiles.Tiles;
        _chunkTiles = MixtureKernel.TilesOfChunk(tiles);
        int chunks = (tiles + _chunkTiles - 1) / _chunkTiles;
        if (_partial.Length < chunks * _entries)
        {
            _partial = new double[chunks * _entries];
        }

        int workers = team?.Threads ?? 1;
        if (_scratch.Length < workers)
        {
            Array.Resize(ref _scratch, workers);
        }

        int sums = map.Processes + (2 * map.Cells);
        for (int worker = 0; worker < workers; worker++)
        {
            _scratch[worker] ??= new ColumnScratch<double>();
            _scratch[worker]!.Reserve(_problem, order > 1 ? rows : 0, 1, products, sums);
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
            team.For(chunks, _body);
        }

        return Total(chunks);
    }

    private void MakeMoments(CellMap map, int order)
    {
        _moments = new Moment[map.Processes];
        _entries = 0;
        int cell = 0;
        for (int c = 0; c < map.Processes; c++)
        {
            int process = c;
            int[] own =
            [
                .. Enumerable
                    .Range(0, map.Parameters)
                    .Where(k => map.CellOf[(process * map.Parameters) + k] >= 0),
            ];
            _moments[c] = new Moment(own, cell, _entries, order);
            cell += own.Length;
            _entries += MixtureKernel.Entries(own.Length, order);
        }
    }

    private MomentSum[] Total(int chunks)
    {
        var sums = new MomentSum[_moments.Length];
        int order = _problem.Order;
        for (int c = 0; c < sums.Length; c++)
        {
            Moment moment = _moments[c];
            int n = moment.Parameters.Length;
            var total = new double[MixtureKernel.Entries(n, order)];
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                for (int e = 0; e < total.Length; e++)
                {
                    total[e] += _partial[(chunk * _entries) + moment.Entry + e];
                }
            }

            MixtureSum sum = MixtureKernel.Unpack(total, n, order);
            sums[c] = new MomentSum(sum.Value, moment.Parameters, sum.Gradient, sum.Hessian);
        }

        return sums;
    }

    private void Chunk(int chunk, int worker)
    {
        ColumnScratch<double> s = _scratch[worker]!;
        CellMap map = _problem.Map;
        int sums = map.Processes + (2 * map.Cells);
        new Span<Vector512<double>>(s.Sums, sums).Clear();
        foreach (Moment moment in _moments)
        {
            int count = SlopeProducts<double>.Count(moment.Rows);
            int at = FirstProduct(moment);
            new Span<Vector512<double>>(s.Products + at, count).Clear();
        }

        int first = chunk * _chunkTiles;
        int last = Math.Min(_problem.Events.Tiles.Tiles, first + _chunkTiles);
        for (int tile = first; tile < last; tile++)
        {
            if (_problem.Events.IsIdle(tile))
            {
                continue;
            }

            ColumnFill<double>.Tile(_problem, s, tile);
            for (int c = 0; c < _moments.Length; c++)
            {
                Weigh(s, tile, c);
                Add(s, c);
            }
        }

        Pack(s, _partial.AsSpan(chunk * _entries, _entries));
        GC.KeepAlive(_problem.Columns);
    }

    private int FirstProduct(Moment moment)
    {
        int at = 0;
        foreach (Moment other in _moments)
        {
            if (other == moment)
            {
                break;
            }

            at += SlopeProducts<double>.Count(other.Rows);
        }

        return at;
    }

    /// <summary>u = w r Π g of a process, and Σ u.</summary>
    private void Weigh(ColumnScratch<double> s, int tile, int process)
    {
        fixed (
            double* ratios = _problem.Events.Tiles.Ratios,
                weights = _problem.Events.PaddedWeights
        )
        {
            double* r = ratios + ((((long)tile * _moments.Length) + process) * T);
            double* w = weights + ((long)tile * T);
            Vector512<double> sum = s.Sums[process];
            for (int j = 0; j < T; j += Lanes.Width)
            {
                Vector512<double> weight = Vector512.Load(w + j);
                Vector512<double> u =
                    Vector512.Load(r + j) * Vector512.Load(s.Product + (process * T) + j);
                if (_problem.HasLog[process])
                {
                    u *= Vector512.Exp(Vector512.Load(s.Log + (process * T) + j));
                }

                u = Vector512.ConditionalSelect(
                    Vector512.Equals(weight, Vector512<double>.Zero),
                    Vector512<double>.Zero,
                    u * weight
                );
                u.Store(s.Weighted + (process * T) + j);
                sum += u;
            }

            s.Sums[process] = sum;
        }
    }

    /// <summary>Σ u F_k, Σ u S_k and Σ u F_k F_l of a process.</summary>
    private void Add(ColumnScratch<double> s, int process)
    {
        Moment moment = _moments[process];
        double* u = s.Weighted + (process * T);
        Vector512<double>* first = s.Sums + _moments.Length;
        Vector512<double>* second = first + _problem.Map.Cells;
        for (int k = 0; _problem.Order > 0 && k < moment.Parameters.Length; k++)
        {
            int cell = moment.Cell + k;
            double* slope = s.Slope + (cell * T);
            first[cell] = Lanes.Dot(first[cell], u, slope);
            if (_problem.Order > 1)
            {
                second[cell] = Lanes.Dot(second[cell], u, s.Curve + (cell * T));
                Lanes.Multiply(u, slope, s.Left + (k * T));
                new Span<double>(slope, T).CopyTo(new Span<double>(s.Right + (k * T), T));
            }
        }

        if (_problem.Order > 1)
        {
            Vector512<double>* products = s.Products + FirstProduct(moment);
            SlopeProducts<double>.Add(s.Left, s.Right, moment.Rows, T, products);
        }
    }

    private void Pack(ColumnScratch<double> s, Span<double> packed)
    {
        Vector512<double>* first = s.Sums + _moments.Length;
        Vector512<double>* second = first + _problem.Map.Cells;
        for (int c = 0; c < _moments.Length; c++)
        {
            Moment moment = _moments[c];
            int n = moment.Parameters.Length;
            Span<double> own = packed.Slice(moment.Entry, MixtureKernel.Entries(n, _problem.Order));
            own[0] = Lane<double>.Total(s.Sums[c]);
            for (int k = 0; _problem.Order > 0 && k < n; k++)
            {
                own[1 + k] = Lane<double>.Total(first[moment.Cell + k]);
            }

            int at = 1 + n;
            Vector512<double>* products = s.Products + FirstProduct(moment);
            for (int k = 0; _problem.Order > 1 && k < n; k++)
            {
                for (int l = k; l < n; l++)
                {
                    own[at] = SlopeProducts<double>.Total(products, moment.Rows, k, l);
                    own[at++] += k == l ? Lane<double>.Total(second[moment.Cell + k]) : 0.0;
                }
            }
        }
    }

    /// <summary>Where a process has its cells and its packed sums.</summary>
    private sealed record Moment(int[] Parameters, int Cell, int Entry, int Order)
    {
        private const int Block = SlopeProducts<double>.Block;

        public int Rows { get; } = Order > 1 ? (Parameters.Length + Block - 1) / Block * Block : 0;
    }
}
