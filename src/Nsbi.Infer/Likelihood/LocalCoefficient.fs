namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>The coefficient of a process in the inner coordinates, over the few parameters it
/// mentions.</summary>
[<Sealed>]
type internal LocalCoefficient private (all: ParameterIndex, rewritten: Coefficient) =
    let names = Coefficient.parameters rewritten |> List.map _.Name |> List.distinct
    let index = ParameterIndex.OfNames names
    let places = names |> List.map (fun name -> all[name]) |> List.toArray
    let own = places.Length

    let constant =
        match rewritten with
        | Constant c -> Some(Jet.constant 0 c)
        | _ -> None

    /// A coefficient as the model has it.
    new(inner: InnerCoordinates, coefficient: Coefficient) =
        LocalCoefficient(inner.Index, inner.Rewrite coefficient)

    /// A coefficient that is a function of the inner coordinates already.
    static member OfRewritten(inner: InnerCoordinates, rewritten: Coefficient) =
        LocalCoefficient(inner.Index, rewritten)

    /// Where its parameters are in θ.
    member _.Places: int[] = places

    /// Its value alone.
    member _.Value(kappa: float[]) : float =
        Coefficient.value index (places |> Array.map (fun k -> kappa[k])) rewritten

    /// Its jet over the parameters at <c>Places</c>.
    member _.Jet(kappa: float[]) : Jet =
        match constant, rewritten with
        | Some jet, _ -> jet
        | None, Parameter _ -> Jet.variable own 0 kappa[places[0]]
        | _ -> Coefficient.evaluate index (places |> Array.map (fun k -> kappa[k])) rewritten

/// <summary>The coefficients of the processes of a channel.</summary>
[<RequireQualifiedAccess>]
module internal LocalCoefficient =

    /// The jet of each with the places of its parameters.
    let jets (coefficients: LocalCoefficient[]) (kappa: float[]) : struct (int[] * Jet)[] =
        coefficients |> Array.map (fun f -> struct (f.Places, f.Jet kappa))

    /// The first that is not a finite number.
    let undefined
        (channel: string)
        (processes: string[])
        (z: struct (int[] * Jet)[])
        : Impossible option =
        z
        |> Array.tryFindIndex (fun (struct (_, jet)) -> not (Double.IsFinite jet.Value))
        |> Option.map (fun c -> UndefinedCoefficient(channel, processes[c]))
