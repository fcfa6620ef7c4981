using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>How many events a simulated set has. Immutable.</summary>
public sealed class SetSize
{
    private readonly string _text;

    private SetSize(FPosterior.SetSize size, string text)
    {
        Size = size;
        _text = text;
    }

    internal FPosterior.SetSize Size { get; }

    /// <summary>Always the same number.</summary>
    /// <param name="events">0 or more</param>
    public static SetSize Fixed(int events) =>
        new(FPosterior.SetSize.NewFixed(events), $"{events} events");

    /// <summary>Every number from the least to the most with the same probability.</summary>
    /// <param name="least">0 or more</param>
    /// <param name="most">the least or more</param>
    public static SetSize Uniform(int least, int most) =>
        new(FPosterior.SetSize.NewUniform(least, most), $"{least} to {most} events");

    /// <summary>⌊eᵘ⌋ with u uniform between ln least and ln (most + 1): every factor of two gets its
    /// share, so that small sets are learned as well as large ones.</summary>
    /// <param name="least">1 or more</param>
    /// <param name="most">the least or more</param>
    public static SetSize LogUniform(int least, int most) =>
        new(
            FPosterior.SetSize.NewLogUniform(least, most),
            $"{least} to {most} events, uniform in the logarithm"
        );

    /// <summary>A function of the parameters, such as a Poisson number.</summary>
    /// <param name="most">the largest number that it gives</param>
    /// <param name="draw">from the parameters of the set, in the order of the prior, and random numbers of
    /// its own to how many; called from several threads at once, it must depend on these alone</param>
    public static SetSize Drawn(int most, Func<IReadOnlyList<double>, RandomNumbers, int> draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        FPosterior.DrawSize inner = (double[] parameters, ref RandomStream stream) =>
        {
            var random = new RandomNumbers(stream);
            var events = draw(parameters, random);
            // The events of the set go on where its size has stopped.
            stream = random.Stream;
            return events;
        };
        return new(FPosterior.SetSize.NewDrawn(most, inner), $"a function, up to {most} events");
    }

    /// <summary>The sizes in words.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _text;
}
