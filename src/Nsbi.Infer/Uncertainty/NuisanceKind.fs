namespace Nsbi.Infer

open System.Collections.Generic
open Nsbi.Model

/// <summary>What kind of nuisance parameter a parameter is, for tables and groups.</summary>
[<RequireQualifiedAccess>]
type NuisanceKind =
    /// A factor γ of one bin under a constraint (staterror, shapesys): the simulation is finite.
    | Simulation
    /// The luminosity.
    | Luminosity
    /// By how much the networks may be off, as <c>NetworkNuisance</c> makes it.
    | Network
    /// Any other parameter with a constraint.
    | Systematic
    /// A parameter without a constraint, which the data alone determine.
    | Free

    /// <summary>The word for it in files: simulation, luminosity, network, systematic,
    /// free.</summary>
    member this.Name: string =
        match this with
        | Simulation -> "simulation"
        | Luminosity -> "luminosity"
        | Network -> "network"
        | Systematic -> "systematic"
        | Free -> "free"

/// <summary>How to tell the kinds of nuisance parameters.</summary>
[<RequireQualifiedAccess>]
module NuisanceKind =

    /// <summary>The kind of each nuisance parameter of a model, by name.</summary>
    let ofModel (model: ValidModel) : Map<string, NuisanceKind> =
        let bins, luminosities = HashSet<string>(), HashSet<string>()

        for modifier in
            model.Model.Channels |> Seq.collect Channel.processes |> Seq.collect _.Modifiers do
            match modifier with
            | StatError _
            | ShapeSys _ ->
                for gamma in Modifier.parameters modifier do
                    bins.Add gamma.Name |> ignore
            | Lumi p -> luminosities.Add p.Name |> ignore
            | _ -> ()

        let networks = Set.ofList (NetworkNuisance.names model.Model)

        let kind (p: Parameter) =
            if p.Constraint = Unconstrained then
                NuisanceKind.Free
            elif bins.Contains p.Name then
                NuisanceKind.Simulation
            elif luminosities.Contains p.Name then
                NuisanceKind.Luminosity
            elif networks.Contains p.Name then
                NuisanceKind.Network
            else
                NuisanceKind.Systematic

        model.Parameters
        |> List.filter (fun p -> p.Role = Nuisance)
        |> List.map (fun p -> p.Name, kind p)
        |> Map.ofList

/// <summary>Nuisance parameters that are counted together in a breakdown.</summary>
type NuisanceGroup = {
    /// What a person calls them.
    Name: string
    /// Their names in the model.
    Parameters: string list
}

/// <summary>How to group nuisance parameters.</summary>
[<RequireQualifiedAccess>]
module NuisanceGroup =

    /// What stands before the first '_', '.', ':' or '[' of a name, without digits at its end.
    let private prefix (name: string) : string =
        let cut = name.IndexOfAny [| '_'; '.'; ':'; '[' |]
        let head = if cut > 0 then name.Substring(0, cut) else name
        let trimmed = head.TrimEnd([| '0' .. '9' |]).TrimEnd()
        if trimmed = "" then head else trimmed

    /// More parameters without a partner than these stand together as others.
    let private mostSingles = 10

    /// <summary>The groups of a model where nobody named any: the factors of bins (MC statistics),
    /// the luminosity, the uncertainty of the networks (finite training samples), the
    /// parameters without constraint (free normalisations), and the others by the
    /// first part of their name; where many are alone with theirs, these together (other).</summary>
    /// <param name="model">the model</param>
    /// <param name="names">the parameters to group; those that no fit moves are left out</param>
    let standard (model: ValidModel) (names: string list) : NuisanceGroup list =
        let kinds = NuisanceKind.ofModel model

        let ofKind kind =
            names |> List.filter (fun name -> kinds.TryFind name = Some kind)

        let group name members =
            if List.isEmpty members then
                []
            else
                [ { Name = name; Parameters = members } ]

        let alone, families =
            ofKind NuisanceKind.Systematic
            |> List.groupBy prefix
            |> List.partition (fun (_, members) -> members.Length = 1)

        let singles = alone |> List.collect snd

        [
            for name, members in families do
                yield! group name members
            if singles.Length <= mostSingles then
                for name in singles do
                    yield! group name [ name ]
            else
                yield! group "other systematics" singles
            yield! group "luminosity" (ofKind NuisanceKind.Luminosity)
            yield! group "MC statistics" (ofKind NuisanceKind.Simulation)
            yield! group "finite training samples" (ofKind NuisanceKind.Network)
            yield! group "free normalisations" (ofKind NuisanceKind.Free)
        ]
