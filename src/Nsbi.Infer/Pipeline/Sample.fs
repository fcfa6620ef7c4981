namespace Nsbi.Infer

/// Where simulated events come from.
type SampleSource =
    /// An event file; a relative path is relative to the analysis file.
    | SampleFile of path: string
    /// <summary>Events of a process of the interference toy, all moved by a distance in x: see
    /// <see cref="T:Nsbi.Infer.InterferenceToyModule" />.</summary>
    | SampleToy of toy: string * process': string * events: int * shift: float

/// <summary>Simulated events of one density.</summary>
type Sample = {
    /// Unique in the analysis.
    Name: string
    /// Where the events come from.
    Source: SampleSource
    /// The weight column of a file; without one every event weighs 1.
    Weight: string option
    /// Which events of the source are the sample, as text: <c>Label == 's'</c>. None: all of them.
    Selection: string option
    /// <summary>ν: expected events of the sample before the selection of the analysis. None: the sum
    /// of the weights is the expected number already.</summary>
    Yield: float option
}
