namespace Nsbi.Infer

open System.Globalization
open Nsbi.Model

/// <summary>Words that build and gather the faults of tables and data.</summary>
[<RequireQualifiedAccess>]
module internal TableFault =

    /// A number as faults name it.
    let number (x: float) : string =
        x.ToString("R", CultureInfo.InvariantCulture)

    /// Where, what, and what would be right.
    let create (place: string) (what: string) (remedy: string) : ModelError = {
        Place = place
        Fault = what
        Remedy = remedy
    }

    /// The faults of a result.
    let ofResult (result: Result<'a, ModelError list>) : ModelError list =
        match result with
        | Ok _ -> []
        | Error faults -> faults

    /// All values, or the faults of all that have none.
    let collect (results: Result<'a, ModelError list> list) : Result<'a list, ModelError list> =
        match List.collect ofResult results with
        | [] -> Ok(results |> List.choose Result.toOption)
        | faults -> Error faults
