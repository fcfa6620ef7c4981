namespace Nsbi.Kernels;

/// <summary>
/// The factor Π g of one process at one event with first and second derivatives in β, multiplied up
/// by Leibniz' rule: (f g)_kl = f_kl g + f_k g_l + f_l g_k + f g_kl.
/// </summary>
internal sealed class FactorJet
{
    private FactorJet(int parameters)
    {
        First = new double[parameters];
        Second = new double[parameters, parameters];
    }

    public double Value { get; private set; }

    public double[] First { get; }

    /// <summary>The upper triangle, k ≤ l.</summary>
    public double[,] Second { get; }

    /// <summary>1, the empty product.</summary>
    public static FactorJet One(int parameters) => new(parameters) { Value = 1.0 };

    /// <summary>The product of a process's terms.</summary>
    public static FactorJet OfTerms(
        IReadOnlyList<IEventTerm> terms,
        int process,
        ReadOnlySpan<double> parameters,
        int row
    )
    {
        double sum = 0.0;
        var jet = new FactorJet(parameters.Length);
        double[] first = jet.First;
        double[,] second = jet.Second;
        foreach (IEventTerm term in terms)
        {
            if (term.Process != process)
            {
                continue;
            }

            int own = term.Parameters.Count;
            var values = new double[own];
            for (int k = 0; k < own; k++)
            {
                values[k] = parameters[term.Parameters[k]];
            }

            var log = new double[EventTiles.TileEvents];
            var d1 = new double[own * EventTiles.TileEvents];
            var d2 = new double[own * (own + 1) / 2 * EventTiles.TileEvents];
            term.Fill([row], values, 2, log, d1, d2);
            sum += log[0];
            for (int k = 0; k < own; k++)
            {
                first[term.Parameters[k]] += d1[k * EventTiles.TileEvents];
                for (int l = k; l < own; l++)
                {
                    int at = MixtureKernel.Packed(own, k, l) * EventTiles.TileEvents;
                    int low = Math.Min(term.Parameters[k], term.Parameters[l]);
                    int high = Math.Max(term.Parameters[k], term.Parameters[l]);
                    second[low, high] += d2[at];
                }
            }
        }

        // From log g to g.
        jet.Value = Math.Exp(sum);
        for (int k = 0; k < first.Length; k++)
        {
            for (int l = k; l < first.Length; l++)
            {
                second[k, l] = jet.Value * (second[k, l] + (first[k] * first[l]));
            }
        }

        for (int k = 0; k < first.Length; k++)
        {
            first[k] *= jet.Value;
        }

        return jet;
    }

    /// <summary>Multiplies with the factors of a process's columns, as they are stored.</summary>
    public void MultiplyColumns(
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        int process,
        int position
    )
    {
        for (int column = 0; column < columns.Count; column++)
        {
            if (columns.Places[column].Process == process)
            {
                forms[column]
                    .At(
                        columns.LogUp(column, position),
                        columns.LogDown(column, position),
                        out double g,
                        out double d1,
                        out double d2
                    );
                Multiply(columns.Places[column].Parameter, g, d1, d2);
            }
        }
    }

    private void Multiply(int parameter, double g, double d1, double d2)
    {
        for (int k = 0; k < First.Length; k++)
        {
            for (int l = k; l < First.Length; l++)
            {
                double sum = Second[k, l] * g;
                sum += l == parameter ? First[k] * d1 : 0.0;
                sum += k == parameter ? First[l] * d1 : 0.0;
                sum += k == parameter && l == parameter ? Value * d2 : 0.0;
                Second[k, l] = sum;
            }
        }

        for (int k = 0; k < First.Length; k++)
        {
            First[k] = (First[k] * g) + (k == parameter ? Value * d1 : 0.0);
        }

        Value *= g;
    }
}
