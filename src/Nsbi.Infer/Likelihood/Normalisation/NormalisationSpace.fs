namespace Nsbi.Infer

open System
open Nsbi.Kernels

// Axes: parameter k of P, node a of a parameter's piece.

/// <summary>The bases of one event parameter at a point, for all processes whose ln Z breaks at the
/// same places.</summary>
[<Sealed>]
type internal BasisSpace(position: int, single: PiecewiseBasis, pair: PiecewiseBasis, kept: int[][])
    =
    let value = Array.zeroCreate<float> pair.Width
    let first = Array.zeroCreate<float> pair.Width
    let second = Array.zeroCreate<float> pair.Width

    let pick (from: float[]) (nodes: int[]) (into: float[]) =
        for a in 0 .. nodes.Length - 1 do
            into[a] <- from[nodes[a]]

    let picked = Array.init 3 (fun _ -> Array.zeroCreate<float> pair.Width)

    /// Whether these are the bases of a parameter of a compiled ln Z.
    member _.Is(other: int, itsSingle: PiecewiseBasis, itsPair: PiecewiseBasis) : bool =
        position = other
        && ReadOnlySpan(single.Nodes).SequenceEqual(ReadOnlySpan itsSingle.Nodes)
        && ReadOnlySpan(pair.Nodes).SequenceEqual(ReadOnlySpan itsPair.Nodes)

    /// The weights of the nodes of terms of one parameter.
    member val Single: float[] = Array.zeroCreate single.Width

    /// The piece of the terms of one parameter.
    member val SinglePiece = 0 with get, set

    /// How far the parameter is beyond the range.
    member val Beyond = 0.0 with get, set

    /// The bases of terms of two parameters, as the kernel takes them.
    member val Packed: float[] = Array.zeroCreate PairFunctions.BasisLength

    /// The piece of the terms of two parameters.
    member val PairPiece = 0 with get, set

    /// Fills all from β.
    member this.Fill(beta: float[]) : unit =
        let alpha = beta[position]
        let struct (piece, beyond) = single.FillInside(alpha, this.Single)
        this.SinglePiece <- piece
        this.Beyond <- beyond
        let piece = pair.Fill(alpha, value, first, second)
        let nodes = kept[piece]
        this.PairPiece <- piece
        pick value nodes picked[0]
        pick first nodes picked[1]
        pick second nodes picked[2]

        PairFunctions.SetBasis(
            ReadOnlySpan(picked[0], 0, nodes.Length),
            ReadOnlySpan(picked[1], 0, nodes.Length),
            ReadOnlySpan(picked[2], 0, nodes.Length),
            Span this.Packed
        )

/// <summary>ln Z of one process at a point with its gradient and Hessian, in arrays that are used
/// again.</summary>
/// <remarks>Slow twin: <see cref="M:Nsbi.Infer.ShapeNormalisation.LogZ(System.Double[])" />.
/// </remarks>
[<Sealed>]
type internal NormalisationSpace(normalisation: ShapeNormalisation, bases: BasisSpace[]) =
    let count = bases.Length
    let pieces = Array.zeroCreate<int> count
    let packed = Array.zeroCreate<float>(count * PairFunctions.BasisLength)

    /// Whether every one of so many parameters has a basis.
    static member Fits(normalisation: ShapeNormalisation, parameters: int) : bool =
        normalisation.Present.Length = parameters

    /// <summary>∂ ln Z/∂α_k.</summary>
    member val Gradient: float[] = Array.zeroCreate count

    /// <summary>∂² ln Z/∂α_k∂α_l, k ≤ l, at [P k + l].</summary>
    member val Hessian: float[] = Array.zeroCreate (count * count)

    /// <summary>Fills both from the bases.</summary>
    /// <returns>ln Z</returns>
    member this.Fill() : float =
        let gradient, hessian = this.Gradient, this.Hessian
        Array.Clear gradient
        Array.Clear hessian

        for k in 0 .. count - 1 do
            pieces[k] <- bases[k].PairPiece
            bases[k].Packed.CopyTo(packed, k * PairFunctions.BasisLength)

        let mutable value =
            normalisation.PairFunctions.Add(
                ReadOnlySpan pieces,
                ReadOnlySpan packed,
                Span gradient,
                Span hessian
            )

        for k in 0 .. count - 1 do
            let basis = bases[k].Single
            let width = basis.Length
            let z = normalisation.SingleTables[k][bases[k].SinglePiece]
            let mutable v = 0.0
            let mutable s = 0.0
            let mutable c = 0.0

            for a in 0 .. width - 1 do
                v <- v + basis[a] * z[a]
                s <- s + basis[a] * z[width + a]
                c <- c + basis[a] * z[2 * width + a]

            let x = bases[k].Beyond
            value <- value + (v + x * (s + 0.5 * x * c))
            gradient[k] <- gradient[k] + (s + x * c)
            let at = (count + 1) * k
            hessian[at] <- hessian[at] + c

        value
