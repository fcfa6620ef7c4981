namespace Nsbi.Model

/// <summary>One term f_c(θ)·ν_c·p_c of a channel's mixture.</summary>
type Process = {
    /// Unique in its channel.
    Name: string
    /// f_c(θ); may be negative (interference), 1 where nothing scales the process.
    Scale: Coefficient
    /// Nominal expected events ν_c: one number for an unbinned or counting channel, one per bin for
    /// a binned one.
    Yields: float list
}

/// <summary>A channel measured event by event: the density ratios r_c = p_c/p_ref of its processes
/// to one reference are given at compile time, by the names of the channel and the process.</summary>
type UnbinnedChannel = {
    /// Unique in its model.
    Name: string
    /// Name of the reference density p_ref.
    Reference: string
    /// The terms of the mixture; one yield each.
    Processes: Process list
}

/// <summary>A channel of Poisson bins; a counting channel is one of a single bin.</summary>
type BinnedChannel = {
    /// Unique in its model.
    Name: string
    /// The terms of the expectation; all with the same number of bins.
    Processes: Process list
}

/// A channel of a model.
type Channel =
    /// Measured event by event.
    | Unbinned of UnbinnedChannel
    /// Counted in bins.
    | Binned of BinnedChannel

/// <summary>What all kinds of channel have.</summary>
[<RequireQualifiedAccess>]
module Channel =

    /// The name of a channel.
    let name (channel: Channel) : string =
        match channel with
        | Unbinned c -> c.Name
        | Binned c -> c.Name

    /// The processes of a channel, in order.
    let processes (channel: Channel) : Process list =
        match channel with
        | Unbinned c -> c.Processes
        | Binned c -> c.Processes

    /// The same channel with each of its processes changed by a function.
    let mapProcesses (change: Process -> Process) (channel: Channel) : Channel =
        match channel with
        | Unbinned c ->
            Unbinned {
                c with
                    Processes = List.map change c.Processes
            }
        | Binned c ->
            Binned {
                c with
                    Processes = List.map change c.Processes
            }

/// <summary>A model as written: what is measured and what is assumed. It holds no functions and no
/// per-event numbers. <see cref="M:Nsbi.Model.ModelModule.validate" /> checks it.</summary>
type Model = {
    /// Free text.
    Name: string
    /// What is measured, in order.
    Channels: Channel list
}
