namespace Nsbi.Infer

open Nsbi.Kernels

/// <summary>Draws from a discrete distribution in constant time: Walker's alias method, built as Vose
/// does it. Immutable.</summary>
/// <remarks>Source: A. J. Walker, ACM Trans. Math. Softw. 3, 253 (1977); M. D. Vose, IEEE Trans.
/// Softw. Eng. 17, 972 (1991). Items of weight zero are never drawn.</remarks>
[<Sealed>]
type internal AliasTable private (items: int[], share: float[], alias: int[]) =

    /// <summary>The table of weights that are finite and 0 or above, with a positive sum.</summary>
    static member Create(weights: float[]) : AliasTable =
        let items =
            [| 0 .. weights.Length - 1 |] |> Array.filter (fun i -> weights[i] > 0.0)

        let n = items.Length
        let total = items |> Array.sumBy (fun i -> weights[i])
        let share = items |> Array.map (fun i -> weights[i] / total * float n)
        let alias = Array.init n id

        // The places with less than their share are filled up by those with more: small ones from
        // the left end of a stack, large ones from the right.
        let stack = Array.zeroCreate<int> n
        let mutable small = 0
        let mutable large = n

        for k in 0 .. n - 1 do
            if share[k] < 1.0 then
                stack[small] <- k
                small <- small + 1
            else
                large <- large - 1
                stack[large] <- k

        while small > 0 && large < n do
            small <- small - 1
            let poor, rich = stack[small], stack[large]
            alias[poor] <- rich
            share[rich] <- (share[rich] + share[poor]) - 1.0

            if share[rich] < 1.0 then
                large <- large + 1
                stack[small] <- rich
                small <- small + 1

        // What rounding has left on either side has its whole share.
        for k in 0 .. small - 1 do
            share[stack[k]] <- 1.0

        for k in large .. n - 1 do
            share[stack[k]] <- 1.0

        AliasTable(items, share, alias)

    /// <summary>One item, i with probability w_i/Σ w.</summary>
    member _.Draw(stream: byref<RandomStream>) : int =
        let k = stream.NextInt32 items.Length

        if stream.NextDouble() < share[k] then
            items[k]
        else
            items[alias[k]]
