namespace Nsbi.Infer

open System

/// <summary>The nodes of a lattice in the plane of two inner coordinates: i along the first, j along
/// the second. Bounds of the parameters are nodes.</summary>
type internal Lattice = {
    /// Coordinates of node (0, 0).
    Origin: float * float
    /// Distances between nodes.
    Step: float * float
    /// Lowest and highest node along the first coordinate; none where there is no bound.
    FirstEnds: int option * int option
    /// The same along the second coordinate.
    SecondEnds: int option * int option
} with

    /// The coordinates of a node.
    member this.Place(struct (i, j): struct (int * int)) : float * float =
        fst this.Origin + float i * fst this.Step, snd this.Origin + float j * snd this.Step

    /// Whether a node lies within the bounds.
    member this.Contains(struct (i, j): struct (int * int)) : bool =
        let inside (low, high) k =
            Option.forall (fun l -> k >= l) low && Option.forall (fun h -> k <= h) high

        inside this.FirstEnds i && inside this.SecondEnds j

/// <summary>Lattices and what lies on them.</summary>
[<RequireQualifiedAccess>]
module internal Lattice =

    /// Nodes along one coordinate: the origin at a bound where there is one, and steps that end at
    /// the other bound.
    let private axis (lower: float) (upper: float) (best: float) (step: float) =
        match Double.IsFinite lower, Double.IsFinite upper with
        | true, true ->
            let cells = max 1 (int (ceil (min 1e6 ((upper - lower) / step))))
            lower, (upper - lower) / float cells, (Some 0, Some cells)
        | true, false -> lower, step, (Some 0, None)
        | false, true -> upper, step, (None, Some 0)
        | false, false -> best, step, (None, None)

    /// <summary>The lattice around a best fit, with about these steps.</summary>
    let create (lower: float[]) (upper: float[]) (u: float, v: float) (stepU, stepV) : Lattice =
        let u0, du, endsU = axis lower[0] upper[0] u stepU
        let v0, dv, endsV = axis lower[1] upper[1] v stepV

        {
            Origin = u0, v0
            Step = du, dv
            FirstEnds = endsU
            SecondEnds = endsV
        }

    /// The four nodes around a point that lie within the bounds.
    let around (lattice: Lattice) (u: float, v: float) : struct (int * int) list =
        let i = int (floor ((u - fst lattice.Origin) / fst lattice.Step))
        let j = int (floor ((v - snd lattice.Origin) / snd lattice.Step))

        [ struct (i, j); struct (i + 1, j); struct (i, j + 1); struct (i + 1, j + 1) ]
        |> List.filter lattice.Contains

    /// About so many nodes along each bounded coordinate, for a first look at all of it; none where a
    /// coordinate has no bounds.
    let coarse (most: int) (lattice: Lattice) : struct (int * int) list =
        match lattice.FirstEnds, lattice.SecondEnds with
        | (Some a, Some b), (Some c, Some d) ->
            let along low high =
                let count = min most (high - low)

                [
                    for k in 0..count ->
                        low + int (round (float (high - low) * float k / float count))
                ]
                |> List.distinct

            [
                for i in along a b do
                    for j in along c d -> struct (i, j)
            ]
        | _ -> []

    let neighbours (struct (i, j): struct (int * int)) : struct (int * int) list = [
        struct (i + 1, j)
        struct (i, j + 1)
        struct (i - 1, j)
        struct (i, j - 1)
    ]
