namespace Nsbi.Infer

open Nsbi.Kernels

/// <summary>How the columns of event variations are held in memory: 16, 8 or 4 bytes for each event
/// and column.</summary>
[<RequireQualifiedAccess>]
type Precision =
    /// <summary><c>Exact</c> where all columns together take up to 1 GiB, else <c>Single</c>.
    /// </summary>
    | Automatic
    /// Double precision and true exponentials.
    | Exact
    /// <summary>Single precision: −2 ln L within 1e-3, errors within 1 %.</summary>
    | Single
    /// <summary>16-bit steps of each column's range: as <c>Single</c> with half the memory.</summary>
    | Int16

/// <summary>How Z_c(α) = E_{p_c}[Π g] is evaluated.</summary>
[<RequireQualifiedAccess>]
type Normalisation =
    /// <summary>As a function of α that is compiled once. Terms of one parameter are those of the whole
    /// reference table: where it has more than ten times as many events as are drawn for pairs, by four
    /// times as many with weights that give them the table's moments of r±. Terms of two parameters come
    /// from as many events as given here, drawn from the table (all, where it has fewer). Correlations of three parameters and more are left
    /// out; fits report by how much the exact pass shifts −2 ln L. Processes with event shapes get
    /// the exact pass.</summary>
    | Compiled of pairEvents: int
    /// <summary>By a pass over the whole reference table at every evaluation.</summary>
    | ExactPass

/// <summary>How a likelihood is compiled.</summary>
[<NoComparison; ReferenceEquality>]
type LikelihoodOptions = {
    /// The storage of event variations.
    Precision: Precision
    /// <summary>The storage of event variations in toys, which are many and small: <c>Automatic</c>
    /// is single precision where that of the tables is better, for −2 ln L within 1e-3 and test
    /// statistics far closer than that, at twice the speed.</summary>
    ToyPrecision: Precision
    /// The evaluation of Z.
    Normalisation: Normalisation
    /// <summary>Bytes that event variations may take; none for what the machine has free.</summary>
    MemoryLimit: int64 option
    /// <summary>Threads that share the work; the result does not depend on them.</summary>
    Team: ThreadTeam option
}

/// <summary>Sets of options.</summary>
[<RequireQualifiedAccess>]
module LikelihoodOptions =

    /// <summary>Automatic precisions, Z compiled with 20,000 events for pairs, the memory that is
    /// free, the caller's thread.</summary>
    let standard: LikelihoodOptions = {
        Precision = Precision.Automatic
        ToyPrecision = Precision.Automatic
        Normalisation = Normalisation.Compiled 20_000
        MemoryLimit = None
        Team = None
    }

    /// <summary>Everything by its definition: double precision, the exact pass for Z.</summary>
    let exact: LikelihoodOptions = {
        standard with
            Precision = Precision.Exact
            ToyPrecision = Precision.Exact
            Normalisation = Normalisation.ExactPass
    }
