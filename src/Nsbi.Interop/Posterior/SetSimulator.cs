using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>A simulator of whole data sets: parameters from a prior, the number of events, the events.
/// Immutable. A set is a function of (seed, number), whichever thread simulates it.</summary>
public sealed class SetSimulator
{
    /// <summary>A simulator.</summary>
    /// <param name="name">for messages</param>
    /// <param name="prior">of the parameters</param>
    /// <param name="features">names of the features, each another one</param>
    /// <param name="size">how many events a set has</param>
    /// <param name="draw">from the parameters of a set, in the order of the prior, n and random numbers of
    /// its own to its events, n · F numbers: the F features of the first event, of the second, …; called
    /// from several threads at once, it must depend on these alone</param>
    /// <exception cref="ArgumentException">no features, a name twice, impossible sizes</exception>
    /// <exception cref="NsbiException">every fault of the prior</exception>
    public SetSimulator(
        string name,
        Prior prior,
        IReadOnlyList<string> features,
        SetSize size,
        Func<IReadOnlyList<double>, int, RandomNumbers, double[]> draw
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prior);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(size);
        ArgumentNullException.ThrowIfNull(draw);
        FPosterior.DrawEvents inner = (double[] parameters, int events, ref RandomStream stream) =>
        {
            var random = new RandomNumbers(stream);
            var numbers = draw(parameters, events, random);
            stream = random.Stream;
            return numbers;
        };
        Prior = prior;
        Simulator = FPosterior.SetSimulatorModule.create(
            name,
            prior.Checked,
            features.ToFSharp(),
            size.Size,
            inner
        );
    }

    internal FPosterior.SetSimulator Simulator { get; }

    /// <summary>For messages.</summary>
    public string Name => Simulator.Name;

    /// <summary>Of the parameters.</summary>
    public Prior Prior { get; }

    /// <summary>Names of the features.</summary>
    public IReadOnlyList<string> Features => [.. Simulator.Features];

    /// <summary>Sets with parameters of the prior, for checks.</summary>
    /// <param name="count">how many, 1 or more</param>
    /// <param name="seed">of the random numbers; another one than that of the training</param>
    /// <param name="threads">threads to share the work; the result does not depend on it</param>
    /// <exception cref="InvalidOperationException">the function gave another number of features or a
    /// number that is not finite, or a size out of range</exception>
    public EventSets Draw(int count, ulong seed, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        using var team = new ThreadTeam(threads);
        return new(FPosterior.SetSimulatorModule.sets(team, seed, count, Simulator));
    }

    /// <summary>The events of one set at given parameters.</summary>
    /// <param name="parameters">one per parameter, in the order of the prior</param>
    /// <param name="events">how many, 0 or more</param>
    /// <param name="random">where random numbers come from</param>
    /// <exception cref="InvalidOperationException">the function gave another number of features or a
    /// number that is not finite</exception>
    public EventSet DrawAt(IReadOnlyList<double> parameters, int events, RandomNumbers random)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        var drawn = Simulator.DrawAt([.. parameters], events, ref random.Stream);
        return SetRows.ToEvents(Features, drawn.Features, []);
    }

    /// <summary>A line: name, features, prior.</summary>
    /// <returns>the text</returns>
    public override string ToString() => Simulator.ToString();
}
