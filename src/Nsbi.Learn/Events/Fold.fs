namespace Nsbi.Learn.Events

open System

/// <summary>Which fold an event belongs to: a function of a seed and the event's group (or values),
/// never of its place in a file, so that it survives selections, blocks and any order.</summary>
/// <remarks>Mixing: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).</remarks>
[<RequireQualifiedAccess>]
module Fold =
    /// The finaliser of SplitMix64 after its increment.
    let private mix (z: uint64) : uint64 =
        let z = z + 0x9E3779B97F4A7C15UL
        let z = (z ^^^ (z >>> 30)) * 0xBF58476D1CE4E5B9UL
        let z = (z ^^^ (z >>> 27)) * 0x94D049BB133111EBUL
        z ^^^ (z >>> 31)

    // Folds and train/validation splits of one seed must not follow each other.
    let private foldPurpose = 0x666F6C64UL
    let private splitPurpose = 0x73706C69UL

    let private hash (purpose: uint64) (seed: uint64) (group: uint64) : uint64 =
        mix (mix (mix purpose ^^^ seed) ^^^ group)

    /// <summary>The fold of a group, 0 … folds − 1, each equally likely.</summary>
    /// <exception cref="T:System.ArgumentException">no fold at all</exception>
    let ofGroup (seed: uint64) (folds: int) (group: uint64) : int =
        if folds < 1 then
            invalidArg (nameof folds) $"{folds} folds"
        // The upper half of the 128-bit product.
        let mutable low = 0UL
        int (Math.BigMul(hash foldPurpose seed group, uint64 folds, &low))

    /// <summary>True if a group is set aside for validation, which happens with the given
    /// probability, independently of its fold.</summary>
    /// <exception cref="T:System.ArgumentException">a fraction outside 0 … 1</exception>
    let isValidation (seed: uint64) (fraction: float) (group: uint64) : bool =
        if not (fraction >= 0.0 && fraction <= 1.0) then
            invalidArg (nameof fraction) $"a fraction of {fraction}"

        float (hash splitPurpose seed group >>> 11) / 9007199254740992.0 < fraction

    /// <summary>A group for each event by its values: events that are equal in these columns are
    /// one group. For collision data, which have no generator's event number.</summary>
    /// <param name="columns">which columns; −0 counts as 0</param>
    /// <param name="table">the events</param>
    /// <returns>length Count</returns>
    /// <exception cref="T:System.ArgumentException">a column that is not in the table</exception>
    let groupsByValue (columns: string list) (table: EventTable) : uint64[] =
        let groups = Array.zeroCreate<uint64> table.Count

        for name in columns do
            let values = table.ColumnArray name

            for i in 0 .. values.Length - 1 do
                // Adding zero turns -0.0 into 0.0.
                let bits = BitConverter.DoubleToUInt64Bits(values[i] + 0.0)
                groups[i] <- mix (groups[i] ^^^ bits)

        groups

    /// <summary>A group for each event by a column that numbers the groups.</summary>
    /// <param name="column">its values; equal values are one group</param>
    /// <param name="table">the events</param>
    /// <returns>length Count</returns>
    /// <exception cref="T:System.ArgumentException">a column that is not in the table</exception>
    let groupsByColumn (column: string) (table: EventTable) : uint64[] =
        groupsByValue [ column ] table

    /// The fold of every event.
    let assign (seed: uint64) (folds: int) (groups: uint64[]) : int[] =
        groups |> Array.map (ofGroup seed folds)
