namespace Nsbi.Infer

open System

/// Values of toys in ascending order, to count those beyond a value.
[<RequireQualifiedAccess>]
module internal Ascending =

    /// The values that are numbers, sorted.
    let ofValues (values: float seq) : float[] =
        let known = values |> Seq.filter (Double.IsNaN >> not) |> Seq.toArray
        Array.Sort known
        known

    /// How many of sorted values a condition holds for that holds from some value on.
    let count (holds: float -> bool) (sorted: float[]) : int =
        let mutable low = 0
        let mutable high = sorted.Length

        while low < high do
            let middle = (low + high) / 2

            if holds sorted[middle] then
                high <- middle
            else
                low <- middle + 1

        sorted.Length - low
