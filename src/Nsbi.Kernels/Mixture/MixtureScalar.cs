namespace Nsbi.Kernels;

/// <summary>
/// The mixture sum from its definition, one event and one number at a time: the slow twin of
/// <see cref="MixtureKernel"/>, equal to it up to rounding.
/// </summary>
public static class MixtureScalar
{
    /// <summary>Evaluates the sum with interpolated columns; arguments and result as
    /// <see cref="MixtureKernel"/>'s.</summary>
    /// <exception cref="ArgumentException">lengths or positions that do not fit</exception>
    public static MixtureSum Evaluate(
        WeightedEvents events,
        ReadOnlySpan<double> amplitudes,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        IReadOnlyList<IEventTerm> terms,
        ReadOnlySpan<double> parameters,
        int order
    )
    {
        Check(events, amplitudes, terms, parameters, order);
        Check(events, amplitudes.Length, columns, forms, parameters.Length);
        return Sum(events, amplitudes, columns, forms, terms, parameters, order);
    }

    /// <summary>Evaluates the sum without columns; arguments and result as <see cref="MixtureKernel"/>'s.</summary>
    /// <exception cref="ArgumentException">lengths or positions that do not fit</exception>
    public static MixtureSum Evaluate(
        WeightedEvents events,
        ReadOnlySpan<double> amplitudes,
        IReadOnlyList<IEventTerm> terms,
        ReadOnlySpan<double> parameters,
        int order
    )
    {
        Check(events, amplitudes, terms, parameters, order);
        return Sum(events, amplitudes, null, [], terms, parameters, order);
    }

    private static MixtureSum Sum(
        WeightedEvents events,
        ReadOnlySpan<double> amplitudes,
        InterpolatedColumns? columns,
        ReadOnlySpan<ColumnForm> forms,
        IReadOnlyList<IEventTerm> terms,
        ReadOnlySpan<double> parameters,
        int order
    )
    {
        int processes = amplitudes.Length;
        int size = processes + parameters.Length;
        var total = new double[MixtureKernel.Entries(size, order)];
        ReadOnlySpan<double> weights = events.Weights;
        for (int i = 0; i < weights.Length; i++)
        {
            double w = weights[i];
            if (w == 0.0)
            {
                continue;
            }

            double density = 0.0;
            var first = new double[size];
            var second = new double[size, size];
            for (int c = 0; c < processes; c++)
            {
                FactorJet g = FactorJet.OfTerms(terms, c, parameters, events.Tiles.Row(i));
                if (columns is not null)
                {
                    g.MultiplyColumns(columns, forms, c, i);
                }

                double r = events.Tiles[c, i];
                density += amplitudes[c] * r * g.Value;
                first[c] = r * g.Value;
                for (int k = 0; k < parameters.Length; k++)
                {
                    first[processes + k] += amplitudes[c] * r * g.First[k];
                    second[c, processes + k] = r * g.First[k];
                    for (int l = k; l < parameters.Length; l++)
                    {
                        second[processes + k, processes + l] += amplitudes[c] * r * g.Second[k, l];
                    }
                }
            }

            if (!(density > 0.0 && density < double.PositiveInfinity))
            {
                return new MixtureSum(double.NaN, [], [], events.Tiles.Row(i));
            }

            total[0] += w * Math.Log(density);
            for (int k = 0; order > 0 && k < size; k++)
            {
                total[1 + k] += w * first[k] / density;
                for (int l = k; order > 1 && l < size; l++)
                {
                    total[1 + size + MixtureKernel.Packed(size, k, l)] +=
                        w
                        * ((second[k, l] / density) - (first[k] / density * (first[l] / density)));
                }
            }
        }

        return MixtureKernel.Unpack(total, size, order);
    }

    internal static void Check(
        WeightedEvents events,
        ReadOnlySpan<double> amplitudes,
        IReadOnlyList<IEventTerm> terms,
        ReadOnlySpan<double> parameters,
        int order
    )
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        if (amplitudes.Length != events.Tiles.Processes)
        {
            throw new ArgumentException(
                $"{amplitudes.Length} amplitudes for {events.Tiles.Processes} processes.",
                nameof(amplitudes)
            );
        }

        foreach (IEventTerm term in terms)
        {
            if (term.Process < 0 || term.Process >= amplitudes.Length)
            {
                throw new ArgumentException(
                    $"A term names process {term.Process} of {amplitudes.Length}.",
                    nameof(terms)
                );
            }

            foreach (int parameter in term.Parameters)
            {
                if (parameter < 0 || parameter >= parameters.Length)
                {
                    throw new ArgumentException(
                        $"A term names parameter {parameter} of {parameters.Length}.",
                        nameof(terms)
                    );
                }
            }
        }
    }

    internal static void Check(
        WeightedEvents events,
        int processes,
        InterpolatedColumns columns,
        ReadOnlySpan<ColumnForm> forms,
        int parameters
    )
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Events != events.Tiles.Events)
        {
            throw new ArgumentException(
                $"The columns have {columns.Events} events, the tiles {events.Tiles.Events}.",
                nameof(columns)
            );
        }

        if (columns.Count != forms.Length)
        {
            throw new ArgumentException(
                $"{forms.Length} forms for {columns.Count} columns.",
                nameof(forms)
            );
        }

        for (int k = 0; k < columns.Count; k++)
        {
            ColumnPlace place = columns.Places[k];
            if (place.Process >= processes || place.Parameter >= parameters)
            {
                throw new ArgumentException(
                    $"Column {k} names process {place.Process} of {processes} and parameter "
                        + $"{place.Parameter} of {parameters}.",
                    nameof(columns)
                );
            }
        }
    }
}
