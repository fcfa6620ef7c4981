namespace Nsbi.Interop;

/// <summary>The processes of a channel, as they are added inside of <see cref="ModelBuilder"/>.
/// </summary>
public sealed class ChannelBuilder
{
    private readonly List<FModel.Process> _processes = [];

    internal ChannelBuilder() { }

    internal FSharpList<FModel.Process> Processes => _processes.ToFSharp();

    /// <summary>Adds a process of an unbinned or counting channel.</summary>
    /// <param name="name">unique in the channel</param>
    /// <param name="yield">nominal expected events ν_c, above 0</param>
    /// <param name="scale">f_c(θ); left out, 1. It may be negative (interference)</param>
    /// <returns>the same builder</returns>
    public ChannelBuilder Process(string name, double yield, Coefficient? scale = null) =>
        Process(name, [yield], scale);

    /// <summary>Adds a process of a binned channel.</summary>
    /// <param name="name">unique in the channel</param>
    /// <param name="yields">nominal expected events of each bin; the same number of bins for all
    /// processes</param>
    /// <param name="scale">f_c(θ); left out, 1. It may be negative (interference)</param>
    /// <returns>the same builder</returns>
    public ChannelBuilder Process(
        string name,
        IReadOnlyList<double> yields,
        Coefficient? scale = null
    )
    {
        return Process(name, yields, _ => { }, scale);
    }

    /// <summary>Adds a process with systematic variations to an unbinned or counting channel.
    /// </summary>
    /// <param name="name">unique in the channel</param>
    /// <param name="yield">nominal expected events ν_c, above 0</param>
    /// <param name="modifiers">adds the modifiers</param>
    /// <param name="scale">f_c(θ); left out, 1. It may be negative (interference)</param>
    /// <returns>the same builder</returns>
    public ChannelBuilder Process(
        string name,
        double yield,
        Action<ProcessBuilder> modifiers,
        Coefficient? scale = null
    ) => Process(name, [yield], modifiers, scale);

    /// <summary>Adds a process with systematic variations to a binned channel.</summary>
    /// <param name="name">unique in the channel</param>
    /// <param name="yields">nominal expected events of each bin; the same number of bins for all
    /// processes</param>
    /// <param name="modifiers">adds the modifiers</param>
    /// <param name="scale">f_c(θ); left out, 1. It may be negative (interference)</param>
    /// <returns>the same builder</returns>
    public ChannelBuilder Process(
        string name,
        IReadOnlyList<double> yields,
        Action<ProcessBuilder> modifiers,
        Coefficient? scale = null
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(yields);
        ArgumentNullException.ThrowIfNull(modifiers);
        var builder = new ProcessBuilder();
        modifiers(builder);
        scale ??= 1.0;

        FModel.ProcessPart[] parts =
        [
            FModel.Words.scaledBy(scale.Written),
            FModel.Words.binYields(yields.ToFSharp()),
            .. builder.Parts,
        ];

        _processes.Add(FModel.Words.processOf(name, parts.ToFSharp()));
        return this;
    }
}
