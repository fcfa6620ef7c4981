namespace Nsbi.Model

/// <summary>One fault of a model, or of a file that holds one.</summary>
type ModelError = {
    /// Where: a channel, process and parameter, or a JSON path.
    Place: string
    /// What is wrong, with the offending value.
    Fault: string
    /// What would be right.
    Remedy: string
} with

    /// One sentence: where, what, and what would be right.
    override this.ToString() : string =
        $"{this.Place}: {this.Fault}; {this.Remedy}."
