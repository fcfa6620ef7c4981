namespace Nsbi.Model

/// <summary>Where the expected events of a process with event variations g(x|α) come from, with
/// Z(α) = E_{p_c}[Π g].</summary>
type EventRate =
    /// The density is g p_c/Z and the yield does not know of g: shapes and rates are apart, and the
    /// density stays normalised between and beyond the anchors. The default.
    | Renormalised
    /// The density is g p_c as it is, and the yield does not know of g (Z ≡ 1). The interpolant of
    /// two densities is not normalised: for comparison with programs that leave it so.
    | AsGiven
    /// g is a ratio of differential rates: density g p_c/Z, yield ν_c Z.
    | FromEvents

/// <summary>One term f_c(θ)·ν_c·p_c of a channel's mixture.</summary>
type Process = {
    /// Unique in its channel.
    Name: string
    /// f_c(θ); may be negative (interference), 1 where nothing scales the process.
    Scale: Coefficient
    /// Nominal expected events ν_c: one number for an unbinned or counting channel, one per bin for
    /// a binned one.
    Yields: float list
    /// What changes the yields and the density; the order does not matter.
    Modifiers: Modifier list
    /// Where the yield of a process with event variations comes from.
    EventRate: EventRate
}

/// <summary>What is asked of processes.</summary>
[<RequireQualifiedAccess>]
module Process =

    /// A process without modifiers.
    let create (name: string) (scale: Coefficient) (yields: float list) : Process = {
        Name = name
        Scale = scale
        Yields = yields
        Modifiers = []
        EventRate = Renormalised
    }

    /// <summary>f_c(θ) times the parameters that multiply the yield (NormFactor, Lumi).</summary>
    let factor (proc: Process) : Coefficient =
        (proc.Scale, proc.Modifiers)
        ||> List.fold (fun product modifier ->
            match modifier, product with
            | (NormFactor p | Lumi p), Constant 1.0 -> Parameter p
            | (NormFactor p | Lumi p), _ -> Product(product, Parameter p)
            | _ -> product)

    /// <summary>Every mention of a parameter, repetitions kept: those of the coefficient, then
    /// those of the modifiers.</summary>
    let mentions (proc: Process) : Parameter list =
        Coefficient.mentions proc.Scale
        @ List.collect Modifier.parameters proc.Modifiers

    /// The same process with every declaration of a parameter changed by a function.
    let mapParameters (change: Parameter -> Parameter) (proc: Process) : Process = {
        proc with
            Scale = proc.Scale |> Coefficient.substitute (change >> Parameter)
            Modifiers = proc.Modifiers |> List.map (Modifier.mapParameters change)
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
