namespace Nsbi.Learn.Networks

open System

/// Orders of events in which every piece holds its share of each stratum.
[<RequireQualifiedAccess>]
module internal Strata =
    /// Merges the strata of an order evenly: row k of the n_c rows of stratum c goes to the place
    /// (k + ½)/n_c of the whole, so that a consecutive piece of a share p of the rows holds p n_c of them,
    /// to within one. Within a stratum the order stays. Nothing for no strata.
    /// strata: of each row, from 0; order: row numbers.
    let spread (strata: int[]) (order: int[]) : unit =
        if strata.Length > 0 then
            let counts = Array.zeroCreate<int>(1 + Array.max strata)

            for row in order do
                counts[strata[row]] <- counts[strata[row]] + 1

            let seen = Array.zeroCreate<int> counts.Length

            let places =
                order
                |> Array.map (fun row ->
                    let c = strata[row]
                    seen[c] <- seen[c] + 1
                    struct ((float seen[c] - 0.5) / float counts[c], c))

            // Places of two strata can be equal: then the lower number comes first.
            Array.Sort(places, order)
