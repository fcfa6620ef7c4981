namespace Nsbi.Kernels;

/// <summary>
/// Which parameters which processes depend on. A cell (c, k) is a process with one of its parameters:
/// all columns and terms that share it add to one F_ck = ∂ log Π g/∂β_k. Cells are in the order of
/// process, then parameter; slots are the columns in the order they are stored. Immutable.
/// </summary>
internal sealed class CellMap
{
    private readonly IReadOnlyList<ColumnPlace> _places;
    private readonly IReadOnlyList<IEventTerm> _terms;

    public CellMap(
        InterpolatedColumns columns,
        IReadOnlyList<IEventTerm> terms,
        int processes,
        int parameters
    )
    {
        _places = columns.Places;
        _terms = terms;
        Processes = processes;
        Parameters = parameters;
        CellOf = new int[processes * parameters];
        var hasColumn = new bool[processes * parameters];
        foreach (ColumnPlace place in columns.Places)
        {
            hasColumn[At(place.Process, place.Parameter)] = true;
        }

        bool[] used = [.. hasColumn];
        foreach (IEventTerm term in terms)
        {
            foreach (int parameter in term.Parameters)
            {
                used[At(term.Process, parameter)] = true;
            }
        }

        for (int at = 0; at < used.Length; at++)
        {
            CellOf[at] = used[at] ? Cells++ : -1;
        }

        WithoutColumn =
        [
            .. Enumerable
                .Range(0, used.Length)
                .Where(at => used[at] && !hasColumn[at])
                .Select(at => CellOf[at]),
        ];
        Active =
        [
            .. Enumerable
                .Range(0, processes)
                .Where(c => used.AsSpan(c * parameters, parameters).Contains(true)),
        ];
        int idle = Enumerable.Range(0, processes).FirstOrDefault(c => !Active.Contains(c), -1);
        Reference = idle >= 0 ? idle : processes - 1;
        (SlotColumn, SlotCell, SlotFirst, SlotStart) = MakeSlots(columns, processes);
        (ParameterStart, ParameterCell, ParameterProcess) = MakeParameters();
    }

    public int Processes { get; }

    public int Parameters { get; }

    public int Cells { get; }

    /// <summary>Cell of (c, k) at [c P + k], or −1.</summary>
    public int[] CellOf { get; }

    /// <summary>Cells that only terms add to.</summary>
    public int[] WithoutColumn { get; }

    /// <summary>Processes with a cell.</summary>
    public int[] Active { get; }

    /// <summary>A process without a cell if there is one, or the last.</summary>
    public int Reference { get; }

    /// <summary>The column of a slot, as the caller counts.</summary>
    public int[] SlotColumn { get; }

    public int[] SlotCell { get; }

    /// <summary>Whether a slot is the first of its cell, and so sets what others add to.</summary>
    public bool[] SlotFirst { get; }

    /// <summary>The slots of process c are SlotStart[c] to SlotStart[c + 1] − 1.</summary>
    public int[] SlotStart { get; }

    /// <summary>The cells of parameter k are at ParameterStart[k] to ParameterStart[k + 1] − 1 of
    /// the two lists that follow.</summary>
    public int[] ParameterStart { get; }

    public int[] ParameterCell { get; }

    public int[] ParameterProcess { get; }

    /// <summary>The map of these columns and terms: the one used last, if it fits.</summary>
    public static CellMap Of(
        InterpolatedColumns columns,
        IReadOnlyList<IEventTerm> terms,
        int processes,
        int parameters
    )
    {
        CellMap? last = columns.LastMap;
        if (
            last is not null
            && ReferenceEquals(last._places, columns.Places)
            && (ReferenceEquals(last._terms, terms) || (last._terms.Count | terms.Count) == 0)
            && last.Processes == processes
            && last.Parameters == parameters
        )
        {
            return last;
        }

        var map = new CellMap(columns, terms, processes, parameters);
        columns.LastMap = map;
        return map;
    }

    private int At(int process, int parameter) => (process * Parameters) + parameter;

    private (int[] Column, int[] Cell, bool[] First, int[] Start) MakeSlots(
        InterpolatedColumns columns,
        int processes
    )
    {
        var column = new int[columns.Count];
        var cell = new int[columns.Count];
        var first = new bool[columns.Count];
        var start = new int[processes + 1];
        for (int k = 0; k < columns.Count; k++)
        {
            ColumnPlace place = columns.Places[k];
            column[columns.Slots[k]] = k;
            cell[columns.Slots[k]] = CellOf[At(place.Process, place.Parameter)];
            start[place.Process + 1]++;
        }

        for (int slot = 0; slot < first.Length; slot++)
        {
            first[slot] = slot == 0 || cell[slot] != cell[slot - 1];
        }

        for (int c = 0; c < processes; c++)
        {
            start[c + 1] += start[c];
        }

        return (column, cell, first, start);
    }

    private (int[] Start, int[] Cell, int[] Process) MakeParameters()
    {
        var start = new int[Parameters + 1];
        var cells = new List<int>();
        var processes = new List<int>();
        for (int k = 0; k < Parameters; k++)
        {
            for (int c = 0; c < Processes; c++)
            {
                if (CellOf[At(c, k)] >= 0)
                {
                    cells.Add(CellOf[At(c, k)]);
                    processes.Add(c);
                }
            }

            start[k + 1] = cells.Count;
        }

        return (start, [.. cells], [.. processes]);
    }
}
