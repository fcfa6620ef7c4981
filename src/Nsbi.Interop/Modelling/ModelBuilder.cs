namespace Nsbi.Interop;

/// <summary>Writes a model channel by channel; <see cref="Build"/> checks it.</summary>
/// <example><code>
/// var model = new ModelBuilder("off-shell")
///     .Unbinned("SR", "mixture", sr => sr
///         .Process("S", 40.0, mu - Coefficient.Sqrt(mu))
///         .Process("SBI", 68.3, Coefficient.Sqrt(mu))
///         .Process("B", 80.0, 1.0 - Coefficient.Sqrt(mu)))
///     .Binned("CR", cr => cr.Process("B", [30.0, 20.0]))
///     .Build();
/// </code></example>
public sealed class ModelBuilder
{
    private readonly string _name;
    private readonly List<FModel.Channel> _channels = [];

    /// <summary>A model without channels.</summary>
    /// <param name="name">free text</param>
    public ModelBuilder(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _name = name;
    }

    /// <summary>Adds a channel that is measured event by event.</summary>
    /// <param name="name">unique in the model</param>
    /// <param name="reference">name of the density p_ref that its ratios are relative to</param>
    /// <param name="processes">adds the processes, one yield each</param>
    /// <returns>the same builder</returns>
    public ModelBuilder Unbinned(string name, string reference, Action<ChannelBuilder> processes)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return Add(name, processes, list => FModel.Channel.NewUnbinned(new(name, reference, list)));
    }

    /// <summary>Adds a channel of Poisson bins; of a single bin, a counting channel.</summary>
    /// <param name="name">unique in the model</param>
    /// <param name="processes">adds the processes, one yield per bin each</param>
    /// <returns>the same builder</returns>
    public ModelBuilder Binned(string name, Action<ChannelBuilder> processes) =>
        Add(name, processes, list => FModel.Words.binned(name, list));

    private ModelBuilder Add(
        string name,
        Action<ChannelBuilder> processes,
        Func<FSharpList<FModel.Process>, FModel.Channel> channel
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(processes);
        var builder = new ChannelBuilder();
        processes(builder);
        _channels.Add(channel(builder.Processes));
        return this;
    }

    /// <summary>Checks the model.</summary>
    /// <returns>the valid model</returns>
    /// <exception cref="NsbiException">every fault of the model: names that occur twice, yields that
    /// are not positive, bounds that exclude the initial value, and so on</exception>
    public StatisticalModel Build() => StatisticalModel.Validate(new(_name, _channels.ToFSharp()));
}
