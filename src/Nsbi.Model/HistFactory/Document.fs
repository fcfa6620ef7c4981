namespace Nsbi.Model.HistFactory

/// <summary>A member of a JSON object that the pyhf schema allows and does not name. It is kept as
/// it was written.</summary>
type Extra = {
    /// Name of the member.
    Key: string
    /// Its value as JSON text.
    Json: string
}

/// <summary>What a modifier does to its sample, in pyhf's words.</summary>
[<RequireQualifiedAccess>]
type ModifierData =
    /// A free factor on all bins.
    | NormFactor
    /// The luminosity, a constrained factor on all bins; its parameter is always named lumi.
    | Lumi
    /// A free factor per bin.
    | ShapeFactor
    /// A constrained factor on all bins with its values at α = −1 and +1.
    | NormSys of low: float * high: float * extras: Extra list
    /// A constrained shift of all bins with the expectations at α = −1 and +1, one per bin.
    | HistoSys of low: float list * high: float list * extras: Extra list
    /// A Poisson-constrained factor per bin, with the absolute uncertainty of each bin.
    | ShapeSys of uncertainties: float list
    /// A Gaussian-constrained factor per bin, shared by samples, with this sample's absolute
    /// uncertainty of each bin.
    | StatError of uncertainties: float list

    /// The type as pyhf writes it.
    member this.Type: string =
        match this with
        | NormFactor -> "normfactor"
        | Lumi -> "lumi"
        | ShapeFactor -> "shapefactor"
        | NormSys _ -> "normsys"
        | HistoSys _ -> "histosys"
        | ShapeSys _ -> "shapesys"
        | StatError _ -> "staterror"

/// A modifier of a sample.
type ModifierSpec = {
    /// The parameter or vector of parameters; shared by all modifiers of this name.
    Name: string
    /// What it does.
    Data: ModifierData
}

/// A process in one channel.
type SampleSpec = {
    /// Unique in its channel.
    Name: string
    /// Nominal expected events, one per bin.
    Data: float list
    /// What acts on it, in order.
    Modifiers: ModifierSpec list
}

/// A channel of Poisson bins.
type ChannelSpec = {
    /// Unique in its document.
    Name: string
    /// The terms of the expectation; all with the same number of bins.
    Samples: SampleSpec list
}

/// What was counted in a channel.
type ObservationSpec = {
    /// The name of the channel.
    Name: string
    /// The counts, one per bin.
    Counts: float list
}

/// <summary>What a measurement says of one parameter or vector of parameters. Where it says nothing
/// pyhf's defaults hold; lists have one entry per component of the parameter.</summary>
type ParameterSettings = {
    /// The name of the modifiers.
    Name: string
    /// Where fits start.
    Inits: float list option
    /// Lower and upper bounds.
    Bounds: (float * float) list option
    /// Global observables.
    AuxData: float list option
    /// τ of Poisson constraints.
    Factors: float list option
    /// Widths of Gaussian constraints.
    Sigmas: float list option
    /// Held in every fit.
    Fixed: bool option
}

/// What is done with parameter settings.
[<RequireQualifiedAccess>]
module ParameterSettings =

    /// The settings that say nothing of a parameter.
    let none (name: string) : ParameterSettings = {
        Name = name
        Inits = None
        Bounds = None
        AuxData = None
        Factors = None
        Sigmas = None
        Fixed = None
    }

/// A parameter of interest and the settings of the others.
type MeasurementSpec = {
    /// Unique in its document.
    Name: string
    /// The name of the parameter of interest; empty for none.
    Poi: string
    /// What differs from the defaults. Names that no modifier has are allowed, and do nothing.
    Parameters: ParameterSettings list
}

/// <summary>A HistFactory workspace as pyhf writes it (schema 1.0.0), without loss: the order of
/// all lists is kept, and so is what the schema allows without naming it.</summary>
/// <remarks>Source: the pyhf JSON schema, scikit-hep.org/pyhf/schemas/1.0.0.</remarks>
type Document = {
    /// What is measured.
    Channels: ChannelSpec list
    /// What was counted. Channels that are not measured may be among them.
    Observations: ObservationSpec list
    /// At least one.
    Measurements: MeasurementSpec list
    /// Of the schema.
    Version: string
}
