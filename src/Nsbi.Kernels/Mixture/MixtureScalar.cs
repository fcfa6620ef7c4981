namespace Nsbi.Kernels;

/// <summary>
/// The mixture sum from its definition, one event and one number at a time: the slow twin of
/// <see cref="MixtureKernel"/>, equal to it up to rounding.
/// </summary>
public static class MixtureScalar
{
    /// <summary>Evaluates the sum; arguments and result as <see cref="MixtureKernel"/>'s.</summary>
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
        int processes = amplitudes.Length;
        int size = processes + parameters.Length;
        var total = new double[MixtureKernel.Entries(size, order)];
        ReadOnlySpan<double> weights = events.Weights;
        for (int i = 0; i < weights.Length; i++)
        {
            double density = 0.0;
            var first = new double[size];
            var second = new double[size, size];
            for (int c = 0; c < processes; c++)
            {
                var shape = Shape.At(terms, c, parameters, order, events.Tiles.Row(i));
                double u = events.Tiles[c, i] * Math.Exp(shape.Log);
                density += amplitudes[c] * u;
                first[c] = u;
                for (int k = 0; k < parameters.Length; k++)
                {
                    first[processes + k] += amplitudes[c] * u * shape.First[k];
                    second[c, processes + k] = u * shape.First[k];
                    for (int l = k; l < parameters.Length; l++)
                    {
                        second[processes + k, processes + l] +=
                            amplitudes[c]
                            * u
                            * (shape.Second[k, l] + (shape.First[k] * shape.First[l]));
                    }
                }
            }

            if (!(density > 0.0 && density < double.PositiveInfinity))
            {
                return new MixtureSum(double.NaN, [], [], events.Tiles.Row(i));
            }

            double w = weights[i];
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

    /// <summary>Log of the product of a process's terms for one event, with derivatives.</summary>
    private readonly record struct Shape(double Log, double[] First, double[,] Second)
    {
        public static Shape At(
            IReadOnlyList<IEventTerm> terms,
            int process,
            ReadOnlySpan<double> parameters,
            int order,
            int row
        )
        {
            double sum = 0.0;
            var first = new double[parameters.Length];
            var second = new double[parameters.Length, parameters.Length];
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
                term.Fill([row], values, order, log, d1, d2);
                sum += log[0];
                for (int k = 0; order > 0 && k < own; k++)
                {
                    first[term.Parameters[k]] += d1[k * EventTiles.TileEvents];
                    for (int l = k; order > 1 && l < own; l++)
                    {
                        int at = MixtureKernel.Packed(own, k, l) * EventTiles.TileEvents;
                        int low = Math.Min(term.Parameters[k], term.Parameters[l]);
                        int high = Math.Max(term.Parameters[k], term.Parameters[l]);
                        second[low, high] += d2[at];
                    }
                }
            }

            return new Shape(sum, first, second);
        }
    }
}
