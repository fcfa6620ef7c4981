namespace Nsbi.Infer

open System.Collections.Generic

/// <summary>Where the outline of a set of nodes crosses an edge of the lattice: from a node inside
/// of the set to one outside.</summary>
[<Struct>]
type internal Crossing = {
    Inside: struct (int * int)
    Outside: struct (int * int)
}

/// <summary>The outlines of a set of nodes: closed chains of crossings, the set to their left.
/// </summary>
[<RequireQualifiedAccess>]
module internal Outline =

    /// The pieces of outline within one cell: from crossing to crossing. Corners counterclockwise from
    /// (i, j). Two inside corners across from each other are apart unless the middle is inside.
    let private segments inside (middle: struct (int * int) -> bool) (struct (i, j) as cell) =
        let corners = [|
            struct (i, j)
            struct (i + 1, j)
            struct (i + 1, j + 1)
            struct (i, j + 1)
        |]

        let isIn = corners |> Array.map inside

        // An edge of the cell in counterclockwise order: the outline leaves the cell where the edge
        // goes from inside to outside of the set, and enters it where it goes from outside to inside.
        let crossing k =
            let a, b = corners[k], corners[(k + 1) % 4]

            if isIn[k] then
                { Inside = a; Outside = b }
            else
                { Inside = b; Outside = a }

        let leaving, entering =
            [ 0..3 ]
            |> List.filter (fun k -> isIn[k] <> isIn[(k + 1) % 4])
            |> List.partition (fun k -> isIn[k])

        match leaving, entering with
        | [ a ], [ b ] -> [ crossing a, crossing b ]
        | [ a; c ], [ _; _ ] ->
            // Along the outline the set lies to the left: from an edge in→out around the outside
            // corner where the set is connected through the middle, around the inside corner where not.
            let next k =
                if middle cell then (k + 1) % 4 else (k + 3) % 4

            [ crossing a, crossing (next a); crossing c, crossing (next c) ]
        | _ -> []

    /// <summary>The outlines of a set.</summary>
    /// <param name="nodes">the set, finite</param>
    /// <param name="middle">whether the middle of a cell belongs to it</param>
    let find (nodes: HashSet<struct (int * int)>) (middle: struct (int * int) -> bool) =
        let cells =
            nodes
            |> Seq.collect (fun (struct (i, j)) -> [
                struct (i, j)
                struct (i - 1, j)
                struct (i, j - 1)
                struct (i - 1, j - 1)
            ])
            |> Seq.distinct
            |> Seq.sort
            |> Seq.toList

        let following = Dictionary<Crossing, Crossing>()

        for cell in cells do
            for from, until in segments nodes.Contains middle cell do
                following[from] <- until

        let visited = HashSet<Crossing>()

        [
            for start in following.Keys |> Seq.sortBy (fun c -> c.Inside, c.Outside) |> Seq.toList do
                if not (visited.Contains start) then
                    let chain = ResizeArray<Crossing>()
                    let mutable at = start

                    while visited.Add at do
                        chain.Add at
                        at <- following[at]

                    chain.ToArray()
        ]
