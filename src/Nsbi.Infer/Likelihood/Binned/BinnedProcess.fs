namespace Nsbi.Infer

open System.Collections.Generic
open Nsbi.Model

// Axes: bin b of B, own parameter j of a process, wide parameter i of a channel.

/// <summary>Interpolations of a process: factors (one curve each), or increments of its bins (B
/// curves each).</summary>
[<NoComparison; ReferenceEquality>]
type internal Curves = {
    Kinds: CurveKind[]
    /// Where the values of the basis begin.
    Bases: int[]
    /// The own parameter j.
    Own: int[]
    /// Curve by curve (for increments: bin by bin within each).
    Coefficients: float[]
}

/// <summary>A process of a binned channel: e_b = f Π g · Π γ_b · (ν_b + Σ Δ_b), where f is a
/// coefficient, the g are interpolations, the γ_b are factors of single bins.</summary>
[<NoComparison; ReferenceEquality>]
type internal BinnedProcess = {
    Name: string
    /// The constant factors of f.
    Constant: float
    /// The inner coordinates that are factors of f: their places in θ, and their j.
    Linear: struct (int * int)[]
    /// The rest of f, with the j of its parameters.
    Scale: struct (LocalCoefficient * int[]) voption
    /// The g.
    Factors: Curves
    /// ν_b.
    Yields: float[]
    /// The Δ of additive codes.
    Shifts: Curves
    /// The Δ of the other codes: ν_b times the ratio less 1.
    RatioShifts: Curves
    /// By modifier and bin: which bin factor of the channel; −1 for none.
    Gammas: int[][]
    /// The own parameters: the i of each j, ascending.
    Own: int[]
}

/// <summary>The numbering of a channel's parameters while it is compiled.</summary>
[<NoComparison; ReferenceEquality>]
type internal BinnedLayout = {
    Inner: InnerCoordinates
    /// The place in θ of each wide parameter: one that acts on whole processes.
    Wide: int[]
    /// The number of each basis.
    Bases: Dictionary<InterpolationBasis, int>
    /// The number of each bin factor, by bin and place in θ.
    BinFactors: Dictionary<struct (int * int), int>
}

/// <summary>The processes of binned channels.</summary>
[<RequireQualifiedAccess>]
module internal BinnedProcess =

    /// f in the inner coordinates as constant, parameters, and other factors.
    let private factors (inner: InnerCoordinates) (proc: Process) =
        let rec flatten c =
            match c with
            | Product(a, b) -> flatten a @ flatten b
            | _ -> [ c ]

        let all = flatten (inner.Rewrite(Process.factor proc))

        let constant =
            (1.0, all)
            ||> List.fold (fun product c ->
                match c with
                | Constant x -> product * x
                | _ -> product)

        let linear =
            all
            |> List.choose (function
                | Parameter p -> Some inner.Index[p.Name]
                | _ -> None)

        let rest =
            all
            |> List.filter (function
                | Constant _
                | Parameter _ -> false
                | _ -> true)

        let scale =
            if rest.IsEmpty then
                ValueNone
            else
                ValueSome(LocalCoefficient.OfRewritten(inner, List.reduce (*) rest))

        constant, linear, scale

    let private basis (inner: InnerCoordinates) (p: Parameter) (code: Interpolation) =
        let place = inner.Index[p.Name]

        {
            Place = place
            IsSquared = inner.IsSquared place
            Even = InterpolationBasis.even code
        }

    /// The bases of a process, with repetitions.
    let bases (inner: InnerCoordinates) (proc: Process) : InterpolationBasis list =
        proc.Modifiers
        |> List.choose (function
            | NormSys(p, code, _, _)
            | HistoSys(p, code, _, _) -> Some(basis inner p code)
            | _ -> None)

    /// Places in θ of its wide parameters, with repetitions.
    let widePlaces (inner: InnerCoordinates) (proc: Process) : int list =
        let _, linear, scale = factors inner proc

        let scale =
            match scale with
            | ValueSome s -> Array.toList s.Places
            | ValueNone -> []

        linear @ scale @ (bases inner proc |> List.map _.Place)

    /// The factors of single bins that it has, modifier by modifier.
    let gammas (proc: Process) : Parameter option list list =
        proc.Modifiers
        |> List.choose (function
            | StatError(gammas, _)
            | ShapeFactor gammas -> Some(List.map Some gammas)
            | ShapeSys(gammas, _) -> Some gammas
            | _ -> None)

    let private curves layout (own: int -> int) (all: (Parameter * Interpolation * float[]) list) =
        let bases = all |> List.map (fun (p, code, _) -> basis layout.Inner p code)

        {
            Kinds = [|
                for _, code, _ in all do
                    InterpolationCurve.kind code
            |]
            Bases = [|
                for b in bases do
                    InterpolationBasis.stride * layout.Bases[b]
            |]
            Own = [|
                for b in bases do
                    own b.Place
            |]
            Coefficients = [|
                for _, _, coefficients in all do
                    yield! coefficients
            |]
        }

    /// A process under the numbering of its channel.
    let compile (layout: BinnedLayout) (proc: Process) : BinnedProcess =
        let inner = layout.Inner
        let constant, linear, scale = factors inner proc

        let places = widePlaces inner proc |> List.distinct |> List.sort |> List.toArray

        let own place =
            System.Array.BinarySearch(places, place)

        let shifts additive stride =
            proc.Modifiers
            |> List.choose (function
                | HistoSys(p, code, low, high) when
                    (InterpolationCurve.kind code = CurveKind.Additive) = additive
                    ->
                    let bin nominal low high =
                        InterpolationCurve.coefficients code nominal low high
                        |> Array.truncate stride

                    Some(p, code, Array.concat (List.map3 bin proc.Yields low high))
                | _ -> None)
            |> curves layout own

        {
            Name = proc.Name
            Constant = constant
            Linear = [|
                for place in linear do
                    struct (place, own place)
            |]
            Scale = scale |> ValueOption.map (fun s -> struct (s, Array.map own s.Places))
            Factors =
                proc.Modifiers
                |> List.choose (function
                    | NormSys(p, code, low, high) ->
                        Some(p, code, InterpolationCurve.coefficients code 1.0 low high)
                    | _ -> None)
                |> curves layout own
            Yields = List.toArray proc.Yields
            Shifts = shifts true InterpolationCurve.lineStride
            RatioShifts = shifts false InterpolationCurve.stride
            Gammas = [|
                for gammas in gammas proc do
                    [|
                        for b, gamma in List.indexed gammas do
                            match gamma with
                            | Some p -> layout.BinFactors[struct (b, inner.Index[p.Name])]
                            | None -> -1
                    |]
            |]
            Own = places |> Array.map (fun place -> System.Array.BinarySearch(layout.Wide, place))
        }
