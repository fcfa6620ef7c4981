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
    Name: string
    /// Name of the reference density p_ref.
    Reference: string
    Processes: Process list
}

/// <summary>A channel of Poisson bins; a counting channel is one of a single bin.</summary>
type BinnedChannel = {
    Name: string
    Processes: Process list
}

/// A channel of a model.
type Channel =
    | Unbinned of UnbinnedChannel
    | Binned of BinnedChannel

/// <summary>A model as written: what is measured and what is assumed. It holds no functions and no
/// per-event numbers. <see cref="M:Nsbi.Model.ModelModule.validate" /> checks it.</summary>
type Model = {
    Name: string
    Channels: Channel list
}
