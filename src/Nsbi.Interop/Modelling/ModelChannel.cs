namespace Nsbi.Interop;

/// <summary>A channel of a model. Immutable.</summary>
public sealed class ModelChannel
{
    internal ModelChannel(FModel.Channel channel)
    {
        Name = FModel.ChannelModule.name(channel);
        Reference = (channel as FModel.Channel.Unbinned)?.Item.Reference;
        Processes = [.. FModel.ChannelModule.processes(channel).Select(p => new ModelProcess(p))];
    }

    /// <summary>Unique in its model.</summary>
    public string Name { get; }

    /// <summary>The density that the ratios of an unbinned channel are relative to; null for a
    /// binned channel.</summary>
    public string? Reference { get; }

    /// <summary>True if the channel is measured event by event.</summary>
    public bool IsUnbinned => Reference is not null;

    /// <summary>The terms of its mixture, in order.</summary>
    public IReadOnlyList<ModelProcess> Processes { get; }

    /// <summary>The channel with its processes, a line each.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"{(IsUnbinned ? "unbinned" : "binned")} channel {Name}",
            [.. Processes.Select(p => new[] { "  " + p })]
        );
}
