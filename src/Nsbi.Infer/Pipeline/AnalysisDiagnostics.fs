namespace Nsbi.Infer

/// <summary>What was examined beside the standard checks of an analysis.</summary>
[<NoComparison; ReferenceEquality>]
type AnalysisDiagnostics = {
    /// Values of the parameter of interest at which densities were examined.
    Values: float list
}

/// <summary>Making them.</summary>
[<RequireQualifiedAccess>]
module AnalysisDiagnostics =

    /// Nothing.
    let none: AnalysisDiagnostics = { Values = [] }
