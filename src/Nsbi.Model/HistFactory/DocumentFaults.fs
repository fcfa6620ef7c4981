namespace Nsbi.Model.HistFactory

open Nsbi.Model

/// <summary>Whether the parts of a document fit together: names that occur twice and numbers of
/// bins. Places are JSON paths.</summary>
module internal DocumentFaults =

    let private fault place what remedy : ModelError = {
        Place = place
        Fault = what
        Remedy = remedy
    }

    /// Each name that stands at several places of a list, at its second one.
    let private repeated (path: string) (what: string) (names: string list) : ModelError list =
        names
        |> List.indexed
        |> List.groupBy snd
        |> List.choose (fun (name, places) ->
            match places with
            | (first, _) :: (second, _) :: _ ->
                fault
                    $"{path}[{second}]"
                    $"the {what} '{name}' stands at {path}[{first}] already"
                    "give each a name of its own"
                |> Some
            | _ -> None)

    let private lengths (bins: int) (path: string) (values: float list) : ModelError list =
        if values.Length = bins then
            []
        else
            [
                fault
                    path
                    $"it has {values.Length} numbers, and its channel has {bins} bins"
                    "give one number per bin"
            ]

    let private modifierFaults
        (bins: int)
        (path: string)
        (modifier: ModifierSpec)
        : ModelError list = [
        match modifier.Data with
        | ModifierData.NormFactor
        | ModifierData.Lumi
        | ModifierData.ShapeFactor
        | ModifierData.NormSys _ -> ()
        | ModifierData.HistoSys(low, high, _) ->
            yield! lengths bins $"{path}.data.lo_data" low
            yield! lengths bins $"{path}.data.hi_data" high
        | ModifierData.ShapeSys uncertainties
        | ModifierData.StatError uncertainties ->
            yield! lengths bins $"{path}.data" uncertainties

            for index, x in List.indexed uncertainties do
                if x < 0.0 then
                    fault $"{path}.data[{index}]" "an uncertainty is negative" "give 0 or more"
    ]

    let private sampleFaults (bins: int) (path: string) (sample: SampleSpec) : ModelError list = [
        yield! lengths bins $"{path}.data" sample.Data

        yield!
            sample.Modifiers
            |> List.map (fun m -> $"{m.Data.Type} {m.Name}")
            |> repeated $"{path}.modifiers" "modifier"

        for index, modifier in List.indexed sample.Modifiers do
            yield! modifierFaults bins $"{path}.modifiers[{index}]" modifier
    ]

    /// The number of bins, that of the first sample.
    let private bins (channel: ChannelSpec) : int =
        match channel.Samples with
        | [] -> 0
        | first :: _ -> first.Data.Length

    let private channelFaults (path: string) (channel: ChannelSpec) : ModelError list = [
        if channel.Samples.IsEmpty then
            fault path "the channel has no samples" "give it one at least"

        yield! channel.Samples |> List.map _.Name |> repeated $"{path}.samples" "sample"
        let bins = bins channel

        for index, sample in List.indexed channel.Samples do
            yield! sampleFaults bins $"{path}.samples[{index}]" sample
    ]

    let private observationFaults (document: Document) : ModelError list = [
        yield!
            document.Observations
            |> List.map _.Name
            |> repeated "$.observations" "observation"

        for index, channel in List.indexed document.Channels do
            match document.Observations |> List.tryFindIndex (fun o -> o.Name = channel.Name) with
            | None ->
                fault
                    $"$.channels[{index}]"
                    $"there is no observation of the channel '{channel.Name}'"
                    "give its counts in 'observations'"
            | Some place ->
                yield!
                    document.Observations[place].Counts
                    |> lengths (bins channel) $"$.observations[{place}].data"
    ]

    let private measurementFaults (path: string) (measurement: MeasurementSpec) : ModelError list =
        measurement.Parameters
        |> List.map _.Name
        |> repeated $"{path}.config.parameters" "parameter"

    /// Every fault of a document that was read.
    let ofDocument (document: Document) : ModelError list = [
        yield! document.Channels |> List.map _.Name |> repeated "$.channels" "channel"

        for index, channel in List.indexed document.Channels do
            yield! channelFaults $"$.channels[{index}]" channel

        yield! observationFaults document

        yield!
            document.Measurements
            |> List.map _.Name
            |> repeated "$.measurements" "measurement"

        for index, measurement in List.indexed document.Measurements do
            yield! measurementFaults $"$.measurements[{index}]" measurement
    ]
