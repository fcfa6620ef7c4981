namespace Nsbi.Model.HistFactory

open Nsbi.Model

/// <summary>Models from pyhf documents and back.</summary>
/// <remarks>The semantics are those of pyhf 0.7. Rates are interpolated with code 4 (normsys) and
/// bins with code 4p (histosys); the width of a staterror is √Σδ²/Σν over the samples that have it,
/// and the factor of a bin in which that is zero is held; a shapesys has Poisson constraints with
/// τ = (ν/δ)², and the factor of a bin without yield or uncertainty is held under τ = 1. Components
/// of vectors are parameters named <c>staterror_SR[0]</c>, <c>staterror_SR[1]</c>, … A workspace of
/// the background alone may name a parameter of interest that no modifier has: its model has none.
/// </remarks>
[<RequireQualifiedAccess>]
module HistFactory =

    /// <summary>The model of a document under one of its measurements.</summary>
    /// <param name="measurement">the name of the measurement; the first one if none is
    /// given</param>
    /// <param name="document">the document</param>
    /// <returns>the model as written, not yet validated; or every fault: an unknown measurement,
    /// names shared by modifiers that cannot share them, settings that a parameter does not take or
    /// that have not one value per component, a luminosity without settings, a vector of interest
    /// </returns>
    let model
        (measurement: string option)
        (document: Document)
        : Result<DocumentModel, ModelError list> =
        FromDocument.read measurement document

    /// <summary>What stands beside a model that was not made from a document: one measurement,
    /// named as the model, that says nothing.</summary>
    let rest (model: Model) : DocumentRest =
        let name = if model.Name = "" then "measurement" else model.Name

        {
            Version = "1.0.0"
            Measurement = name
            Measurements = [
                {
                    Name = name
                    Poi = ""
                    Parameters = []
                }
            ]
            Observations = []
            Unused = []
            Extras = []
        }

    let private faultsOf (result: Result<'a, ModelError list>) : ModelError list =
        match result with
        | Ok _ -> []
        | Error faults -> faults

    let private poi (model: Model) : Result<string, ModelError list> =
        let ofInterest =
            Model.parameters model
            |> List.filter (fun p -> p.Role = PointOfInterest)
            |> List.map _.Name

        match ofInterest with
        | [] -> Ok ""
        | [ name ] -> Ok name
        | names ->
            let listed = String.concat ", " names

            Error [
                {
                    Place = $"model '{model.Name}'"
                    Fault = $"it has {names.Length} parameters of interest: {listed}"
                    Remedy = "pyhf has one: make the others nuisance parameters"
                }
            ]

    let private observations (counts: Map<string, float list>) (rest: DocumentRest) channels =
        let unused = rest.Unused |> List.map (fun o -> o.Name, o.Counts) |> Map.ofList
        let names = channels |> List.map (fun (c: ChannelSpec) -> c.Name)
        let ordered = rest.Observations @ names |> List.distinct

        let missing = names |> List.filter (fun name -> not (counts.ContainsKey name))

        if missing.IsEmpty then
            ordered
            |> List.choose (fun name ->
                let found =
                    if List.contains name names then
                        counts.TryFind name
                    else
                        unused.TryFind name

                found |> Option.map (fun counts -> { Name = name; Counts = counts }))
            |> Ok
        else
            missing
            |> List.map (fun name -> {
                Place = $"channel '{name}'"
                Fault = "there are no counts for it"
                Remedy = "give its observed counts: pyhf's workspaces have them"
            })
            |> Error

    /// The measurement that the model was made with, with the model's parameter of interest.
    let private current (rest: DocumentRest) (poi: string) (sets: ParameterSet list) =
        // The one component of a vector: pyhf names the vector.
        let poi =
            sets
            |> List.tryFind (fun set -> ParameterSet.names set = [ poi ])
            |> Option.map _.Name
            |> Option.defaultValue poi

        let isSet name =
            sets |> List.exists (fun set -> set.Name = name)

        // With nothing of interest, a name that no modifier has is kept: a patch may add it.
        rest.Measurements
        |> List.tryFind (fun m -> m.Name = rest.Measurement)
        |> Option.map (fun m ->
            if poi = "" && not (isSet m.Poi) then
                m
            else
                { m with Poi = poi })
        |> Option.defaultValue {
            Name = rest.Measurement
            Poi = poi
            Parameters = []
        }

    let private replace (rest: DocumentRest) (measurement: MeasurementSpec) =
        if rest.Measurements |> List.exists (fun m -> m.Name = measurement.Name) then
            rest.Measurements
            |> List.map (fun m -> if m.Name = measurement.Name then measurement else m)
        else
            rest.Measurements @ [ measurement ]

    let private assemble (model: Model) counts rest channels sets poi =
        let parameters =
            Model.parameters model |> List.map (fun p -> p.Name, p) |> Map.ofList

        let measurement =
            SettingsOfModel.measurement (current rest poi sets) sets parameters

        match measurement, observations counts rest channels with
        | Ok measurement, Ok observations ->
            let document = {
                Channels = ToDocument.restoreExtras rest.Extras channels
                Observations = observations
                Measurements = replace rest measurement
                Version = rest.Version
            }

            match DocumentFaults.ofDocument document with
            | [] -> Ok document
            | faults -> Error faults
        | measurement, observations -> Error(faultsOf measurement @ faultsOf observations)

    /// <summary>The document of a model and its counts: the way back of model.</summary>
    /// <param name="rest">what the document said beyond the model: measurements whose settings
    /// agree with the model are kept as they are, and differences are added to the one that the
    /// model was made with; <c>HistFactory.rest</c> for a model from elsewhere</param>
    /// <param name="counts">the counts of every channel</param>
    /// <param name="model">the model; only binned channels, products of parameters as coefficients,
    /// normsys with code 4, histosys with code 4p, and constraints as pyhf has them</param>
    /// <returns>the document; or everything that pyhf cannot say, with its place</returns>
    let document
        (rest: DocumentRest)
        (counts: Map<string, float list>)
        (model: Model)
        : Result<Document, ModelError list> =
        Model.validate model
        |> Result.bind (fun _ ->
            let model = ToDocument.numberedByBin model

            match ToDocument.channels model, poi model with
            | Ok channels, Ok poi ->
                ParameterSets.ofChannels channels
                |> Result.bind (fun sets -> assemble model counts rest channels sets poi)
            | channels, poi -> Error(faultsOf channels @ faultsOf poi))
