using System.Runtime.Intrinsics;

namespace Nsbi.Kernels;

/// <summary>
/// One evaluation of the mixture sum with columns, in chunks of tiles: the sums of a chunk are taken by
/// one thread, those of all chunks are added in their order. Space is kept for the next
/// evaluation of the same calling thread, so that nothing is allocated but the result.
/// </summary>
internal sealed unsafe class ColumnEvaluation<N>
    where N : unmanaged
{
    [ThreadStatic]
    private static ColumnEvaluation<N>? _idle;

    private readonly ColumnProblem _problem = new();
    private readonly Action<int, int> _body;
    private ColumnScratch<N>?[] _scratch = [];
    private double[] _partial = [];
    private double[] _total = [];
    private int[] _bad = [];
    private int _entries;
    private int _chunkTiles;

    private ColumnEvaluation()
    {
        _body = Chunk;
    }

    /// <summary>Evaluates; see <see cref="MixtureKernel"/>.</summary>
    public static MixtureSum Run(
        WeightedEvents events,
        ReadOnlySpan<double> amplitudes,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        IReadOnlyList<IEventTerm> terms,
        ReadOnlySpan<double> parameters,
        int order,
        ThreadTeam? team
    )
    {
        ColumnEvaluation<N> evaluation = _idle ?? new ColumnEvaluation<N>();
        _idle = null;
        ColumnProblem problem = evaluation._problem;
        bool fast = typeof(N) == typeof(float);
        problem.Set(events, amplitudes, columns, forms, terms, parameters, order, fast);
        MixtureSum sum = evaluation.Evaluate(team);
        problem.Release();
        _idle = evaluation;
        return sum;
    }

    private MixtureSum Evaluate(ThreadTeam? team)
    {
        CellMap map = _problem.Map;
        int order = _problem.Order;
        int size = map.Processes + map.Parameters;
        int tiles = _problem.Events.Tiles.Tiles;
        _chunkTiles = MixtureKernel.TilesOfChunk(tiles);
        int chunks = (tiles + _chunkTiles - 1) / _chunkTiles;
        _entries = MixtureKernel.Entries(size, order);
        if (_partial.Length < chunks * _entries)
        {
            _partial = new double[chunks * _entries];
        }

        if (_bad.Length < chunks)
        {
            _bad = new int[chunks];
        }

        if (_total.Length < _entries)
        {
            _total = new double[_entries];
        }

        int workers = team?.Threads ?? 1;
        if (_scratch.Length < workers)
        {
            Array.Resize(ref _scratch, workers);
        }

        for (int worker = 0; worker < workers; worker++)
        {
            bool products = order > 1;
            (_scratch[worker] ??= new ColumnScratch<N>()).Reserve(
                _problem,
                products ? ColumnCurvature<N>.Rows(map) : 0,
                products ? ColumnCurvature<N>.RowTiles(map) : 0,
                products ? SlopeProducts<N>.Count(ColumnCurvature<N>.Rows(map)) : 0,
                ColumnSums<N>.Count(_problem)
            );
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

        foreach (int position in _bad.AsSpan(0, chunks))
        {
            if (position >= 0)
            {
                return new MixtureSum(double.NaN, [], [], _problem.Events.Tiles.Row(position));
            }
        }

        Span<double> total = _total.AsSpan(0, _entries);
        total.Clear();
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            ReadOnlySpan<double> part = _partial.AsSpan(chunk * _entries, _entries);
            for (int e = 0; e < total.Length; e++)
            {
                total[e] += part[e];
            }
        }

        return MixtureKernel.Unpack(total, size, order);
    }

    private void Chunk(int chunk, int worker)
    {
        ColumnScratch<N> s = _scratch[worker]!;
        CellMap map = _problem.Map;
        int order = _problem.Order;
        new Span<Vector512<double>>(s.Sums, ColumnSums<N>.Count(_problem)).Clear();
        if (order > 1)
        {
            int rows = ColumnCurvature<N>.Rows(map);
            new Span<Vector512<N>>(s.Products, SlopeProducts<N>.Count(rows)).Clear();
            new Span<Vector512<N>>(s.Mixed, map.Processes * map.Parameters).Clear();
            new Span<Vector512<N>>(s.Diagonal, map.Parameters).Clear();
        }

        int first = chunk * _chunkTiles;
        int last = Math.Min(_problem.Events.Tiles.Tiles, first + _chunkTiles);
        for (int tile = first; tile < last; tile++)
        {
            if (_problem.Events.IsIdle(tile))
            {
                continue;
            }

            ColumnFill<N>.Tile(_problem, s, tile);
            int bad = ColumnSums<N>.Densities(_problem, s, tile);
            if (bad >= 0)
            {
                _bad[chunk] = (tile * EventTiles.TileEvents) + bad;
                return;
            }

            if (order == 1)
            {
                ColumnSums<N>.Slopes(map, s);
            }
            else if (order > 1)
            {
                ColumnCurvature<N>.Add(_problem, s);
            }
        }

        _bad[chunk] = -1;
        Pack(s, _partial.AsSpan(chunk * _entries, _entries));
        GC.KeepAlive(_problem.Columns);
    }

    /// <summary>Adds the lanes: value, gradient, upper triangle of the Hessian.</summary>
    private void Pack(ColumnScratch<N> s, Span<double> packed)
    {
        CellMap map = _problem.Map;
        int processes = map.Processes;
        int parameters = map.Parameters;
        int size = processes + parameters;
        for (int e = 0; e < Math.Min(packed.Length, 1 + size); e++)
        {
            packed[e] = Lane<double>.Total(s.Sums[e]);
        }

        if (_problem.Order < 2)
        {
            return;
        }

        int at = 1 + size;
        int pair = ColumnSums<N>.Pairs(map);
        int rows = ColumnCurvature<N>.Rows(map);
        for (int c = 0; c < processes; c++)
        {
            for (int d = c; d < processes; d++)
            {
                packed[at++] = -Lane<double>.Total(s.Sums[pair++]);
            }

            for (int k = 0; k < parameters; k++)
            {
                packed[at++] = Lane<N>.Total(s.Mixed[(c * parameters) + k]);
            }
        }

        int term = ColumnSums<N>.Terms(map);
        for (int k = 0; k < parameters; k++)
        {
            for (int l = k; l < parameters; l++)
            {
                double sum = SlopeProducts<N>.Total(s.Products, rows, k, l);
                sum += k == l ? Lane<N>.Total(s.Diagonal[k]) : 0.0;
                sum += _problem.Terms.Count > 0 ? Lane<double>.Total(s.Sums[term++]) : 0.0;
                packed[at++] = sum;
            }
        }
    }
}
