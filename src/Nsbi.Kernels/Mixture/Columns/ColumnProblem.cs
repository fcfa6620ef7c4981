namespace Nsbi.Kernels;

/// <summary>What all threads share during one evaluation; used again for the next.</summary>
internal sealed unsafe class ColumnProblem
{
    private AlignedBlock _exact = new(0);
    private AlignedBlock _fast = new(0);
    private ColumnForm[] _forms = [];

    public WeightedEvents Events { get; private set; } = null!;

    public InterpolatedColumns Columns { get; private set; } = null!;

    public IReadOnlyList<IEventTerm> Terms { get; private set; } = null!;

    public CellMap Map { get; private set; } = null!;

    public int Order { get; private set; }

    public double[] Amplitudes { get; private set; } = [];

    public double[] Parameters { get; private set; } = [];

    /// <summary>The processes in the order in which <see cref="ColumnContrasts{N}"/> merges them:
    /// those without slopes, those of positive and those of negative amplitude.</summary>
    public int[] MergeOrder { get; private set; } = [];

    /// <summary>Constant factor of each process's density.</summary>
    public double[] Factors { get; private set; } = [];

    /// <summary>Whether a process has factors that are summed as logs.</summary>
    public bool[] HasLog { get; private set; } = [];

    /// <summary>The columns by slot, for the exact kernel.</summary>
    public ExactColumn* Exact => (ExactColumn*)_exact.Pointer;

    /// <summary>The columns by slot, for the fast kernel.</summary>
    public FastColumn* Fast => (FastColumn*)_fast.Pointer;

    public ReadOnlySpan<ColumnForm> Forms => _forms.AsSpan(0, Columns.Count);

    /// <summary>Takes an evaluation's arguments, which fit each other.</summary>
    public void Set(
        WeightedEvents events,
        ReadOnlySpan<double> amplitudes,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        IReadOnlyList<IEventTerm> terms,
        ReadOnlySpan<double> parameters,
        int order,
        bool fast
    )
    {
        Events = events;
        Columns = columns;
        Terms = terms;
        Order = order;
        Map = CellMap.Of(columns, terms, amplitudes.Length, parameters.Length);
        if (Amplitudes.Length != amplitudes.Length)
        {
            Amplitudes = new double[amplitudes.Length];
            Factors = new double[amplitudes.Length];
            HasLog = new bool[amplitudes.Length];
            MergeOrder = new int[amplitudes.Length];
        }

        if (Parameters.Length != parameters.Length)
        {
            Parameters = new double[parameters.Length];
        }

        amplitudes.CopyTo(Amplitudes);
        parameters.CopyTo(Parameters);
        SetForms(forms, fast);
        SetMergeOrder();
    }

    /// <summary>Lets go of what belongs to others.</summary>
    public void Release()
    {
        Events = null!;
        Columns = null!;
        Terms = null!;
        Map = null!;
    }

    private void SetMergeOrder()
    {
        int next = 0;
        for (int kind = 0; kind < 3; kind++)
        {
            for (int c = 0; c < Amplitudes.Length; c++)
            {
                bool active = Array.IndexOf(Map.Active, c) >= 0;
                if ((active ? (Amplitudes[c] < 0.0 ? 2 : 1) : 0) == kind)
                {
                    MergeOrder[next++] = c;
                }
            }
        }
    }

    private void SetForms(ReadOnlySpan<ColumnForm> forms, bool fast)
    {
        if (_forms.Length < forms.Length)
        {
            _forms = new ColumnForm[forms.Length];
            _exact = new AlignedBlock((long)forms.Length * sizeof(ExactColumn));
            _fast = new AlignedBlock((long)forms.Length * sizeof(FastColumn));
        }

        forms.CopyTo(_forms);
        Array.Clear(HasLog);
        foreach (IEventTerm term in Terms)
        {
            HasLog[term.Process] = true;
        }

        for (int c = 0; c < Map.Processes; c++)
        {
            double log = 0.0;
            for (int slot = Map.SlotStart[c]; slot < Map.SlotStart[c + 1]; slot++)
            {
                int column = Map.SlotColumn[slot];
                ref readonly ColumnForm form = ref forms[column];
                HasLog[c] |= form.IsExponential;
                if (fast)
                {
                    Fast[slot].Set(Columns, column, form, Order, ref log);
                }

                if (!fast || Fast[slot].Kind == FastColumnKind.Exact)
                {
                    Exact[slot] = ExactColumn.Of(Columns, column, form);
                }
            }

            Factors[c] = Math.Exp(log);
        }
    }
}
