namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open Nsbi.Learn

/// <summary>A reference density p_ref = Σ_c w_c p_c made of the classes of a training, Σ_c w_c = 1.</summary>
[<Sealed>]
type ReferenceMixture private (classNames: string[], weights: float[]) =
    /// Names of the classes.
    member _.ClassNames: IReadOnlyList<string> = Array.AsReadOnly classNames
    /// w_c ≥ 0, adding up to 1.
    member _.Weights: IReadOnlyList<float> = Array.AsReadOnly weights
    member internal _.WeightArray: float[] = weights

    /// <summary>A mixture in proportion to the given weights.</summary>
    /// <param name="weights">class and weight, in the order of the classes' numbers; for example
    /// yields. 0 leaves a class out of the reference, for separate networks only.</param>
    /// <returns>every fault: a weight that is negative or not finite, all weights zero, repeated
    /// names</returns>
    static member create(weights: (string * float) list) : Result<ReferenceMixture, Fault list> =
        ReferenceMixture.Checked(weights, List.sumBy snd weights)

    /// The weights as they are, from a file: they were divided by their sum when it was written.
    static member internal exact(weights: (string * float) list) =
        ReferenceMixture.Checked(weights, 1.0)

    static member private Checked(weights: (string * float) list, total: float) =
        let source = "reference mixture"

        let faults = [
            for name, weight in weights do
                if not (Double.IsFinite weight && weight >= 0.0) then
                    Fault.create
                        source
                        "the weight of a class is negative or not finite"
                        "a density is a sum of positive parts; 0 leaves a class out"
                    |> Fault.inColumn name
                    |> Fault.withValue (JsonFields.text weight)
            for name, copies in weights |> List.countBy fst do
                if copies > 1 then
                    Fault.create source "the class is there more than once" "give it one weight"
                    |> Fault.inColumn name
            if not (total > 0.0) then
                Fault.create source "no class has a positive weight" "give at least one"
        ]

        if faults.IsEmpty then
            let names = weights |> List.map fst |> List.toArray
            let shares = weights |> List.map (fun (_, weight) -> weight / total) |> List.toArray
            Ok(ReferenceMixture(names, shares))
        else
            Error faults

    /// <summary>Every class with the same weight 1/K.</summary>
    /// <exception cref="T:System.ArgumentException">no name, or repeated names</exception>
    static member equal(classNames: string list) : ReferenceMixture =
        match ReferenceMixture.create (classNames |> List.map (fun name -> name, 1.0)) with
        | Ok mixture -> mixture
        | Error faults -> invalidArg (nameof classNames) (Fault.render faults)

    /// The mixture as a sum.
    override _.ToString() : string =
        Array.map2 (fun name weight -> $"{JsonFields.text weight} {name}") classNames weights
        |> String.concat " + "
