namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

// Axes: process c, event parameter k of β, local parameter i: those κ that the channel depends on.

/// <summary>What the fast evaluation of an unbinned channel needs to know beforehand. Immutable.
/// </summary>
[<NoComparison; ReferenceEquality>]
type internal UnbinnedPlan = {
    Channel: CompiledUnbinned
    /// The places in κ of the local parameters, ascending.
    Places: int[]
    /// The local parameters of each process's coefficient.
    Coefficients: int[][]
    /// The local parameters of each process's G, each with the factors that it moves.
    Rates: struct (int * RateFactor[])[][]
    /// The local parameters of each process's Π g.
    Events: int[][]
    /// The local parameters of β.
    Beta: int[]
    /// The pairs (β_k, code) of which forms are made.
    Forms: struct (int * Interpolation)[]
    /// The form of each event column.
    FormOf: int[]
    /// <summary>Whether the fast evaluation is possible: Z as compiled functions, and no event or
    /// rate parameter that is the square of its inner coordinate.</summary>
    IsFast: bool
}

/// <summary>Plans.</summary>
[<RequireQualifiedAccess>]
module internal UnbinnedPlan =

    /// The plan of a channel.
    let create (inner: InnerCoordinates) (channel: CompiledUnbinned) : UnbinnedPlan =
        let processes = channel.Processes
        let ratePlaces (p: UnbinnedProcess) = p.Rates |> Array.map _.Place

        let places =
            [|
                yield! channel.EventParameters
                for p in processes do
                    yield! p.Coefficient.Places
                    yield! ratePlaces p
            |]
            |> Array.distinct
            |> Array.sort

        let local place = Array.BinarySearch(places, place)

        let keys =
            channel.Columns |> Array.map (fun c -> struct (c.Parameter, c.Variation.Code))

        let forms = Array.distinct keys

        let isFast c (p: UnbinnedProcess) =
            (not (CompiledUnbinned.isNormalised p)
             || (channel.Normalisations[c]
                 |> Option.exists (fun z -> NormalisationSpace.Fits(z, p.EventParameters.Length))))
            && not (Array.exists inner.IsSquared (ratePlaces p))

        {
            Channel = channel
            Places = places
            Coefficients = processes |> Array.map (fun p -> p.Coefficient.Places |> Array.map local)
            Rates =
                processes
                |> Array.map (fun p ->
                    p.Rates
                    |> Array.groupBy _.Place
                    |> Array.map (fun (place, rates) -> struct (local place, rates)))
            Events =
                processes
                |> Array.map (fun p ->
                    p.EventParameters |> Array.map (fun k -> local channel.EventParameters[k]))
            Beta = channel.EventParameters |> Array.map local
            Forms = forms
            FormOf = keys |> Array.map (fun key -> Array.IndexOf(forms, key))
            IsFast =
                not (Array.exists inner.IsSquared channel.EventParameters)
                && Array.forall2 isFast [| 0 .. processes.Length - 1 |] processes
        }

/// <summary>Everything of an unbinned channel that changes from point to point: allocated once for
/// each thread that evaluates at the same time.</summary>
[<Sealed>]
type internal UnbinnedSpace(plan: UnbinnedPlan) =
    let channel = plan.Channel
    let processes = channel.Processes.Length
    let m = plan.Places.Length

    let vectors () =
        Array.init processes (fun _ -> Array.zeroCreate<float> m)

    let bases = ResizeArray<BasisSpace>()

    let basisOf (z: ShapeNormalisation) (position: int) (k: int) =
        let single, pair = z.Single[k], z.Pair[k]

        match bases |> Seq.tryFind (fun b -> b.Is(position, single, pair)) with
        | Some found -> found
        | None ->
            let made = BasisSpace(position, single, pair, z.Kept[k])
            bases.Add made
            made

    let normalisations =
        channel.Processes
        |> Array.mapi (fun c p ->
            if CompiledUnbinned.isNormalised p && plan.IsFast then
                channel.Normalisations[c]
                |> Option.map (fun z ->
                    NormalisationSpace(
                        z,
                        Array.mapi (fun k at -> basisOf z at k) p.EventParameters
                    ))
            else
                None)

    let allBases = bases.ToArray()

    member _.Plan: UnbinnedPlan = plan

    /// The bases of ln Z of all parameters.
    member _.Bases: BasisSpace[] = allBases

    /// ln Z of the processes that have one.
    member _.Normalisations: NormalisationSpace option[] = normalisations

    /// β.
    member val Beta: float[] = Array.zeroCreate plan.Beta.Length
    /// ln Z_c; 0 where there is none.
    member val LogZ: float[] = Array.zeroCreate processes
    /// f_c over its own parameters.
    member val Coefficients: Jet[] = Array.create processes (Jet.constant 0 0.0)
    /// A_c.
    member val Amplitudes: float[] = Array.zeroCreate processes
    /// A_c/f_c and N_c/f_c.
    member val AmplitudeRates: float[] = Array.zeroCreate processes
    member val YieldRates: float[] = Array.zeroCreate processes
    /// <summary>∂ ln(A_c/f_c) and ∂ ln(N_c/f_c).</summary>
    member val AmplitudeSlopes: float[][] = vectors ()
    member val YieldSlopes: float[][] = vectors ()
    /// <summary>∂² ln G_c, which is diagonal.</summary>
    member val RateCurves: float[][] = vectors ()
    /// <summary>∂A_c.</summary>
    member val Slopes: float[][] = vectors ()
    /// One vector more.
    member val Work: float[] = Array.zeroCreate m
    /// The forms at β, as the plan lists them, and of each event column.
    member val DistinctForms: ColumnForm[] = Array.zeroCreate plan.Forms.Length
    member val Forms: ColumnForm[] = Array.zeroCreate plan.FormOf.Length
    /// <summary>The gradient of the channel.</summary>
    member val Gradient: float[] = Array.zeroCreate m
    /// The upper triangle of the Hessian of the channel, row by row.
    member val Hessian: float[] = Array.zeroCreate (m * m)
