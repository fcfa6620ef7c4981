namespace Nsbi.Model.HistFactory

open System
open Nsbi.Model

/// <summary>The parameters that the modifiers of a document ask for. A name is one parameter
/// wherever it stands, and modifiers of different kinds may share it only if both are normsys or
/// histosys.</summary>
module internal ParameterSets =

    /// A modifier and where it stands.
    type private Use = {
        Channel: ChannelSpec
        Sample: SampleSpec
        Modifier: ModifierSpec
    }

    let private place (item: Use) =
        $"channel '{item.Channel.Name}', sample '{item.Sample.Name}', {item.Modifier.Data.Type} \
          '{item.Modifier.Name}'"

    let private fault (item: Use) what remedy : ModelError = {
        Place = place item
        Fault = what
        Remedy = remedy
    }

    /// normsys and histosys are one kind.
    let private kind (item: Use) =
        match item.Modifier.Data with
        | ModifierData.NormSys _
        | ModifierData.HistoSys _ -> "histosys"
        | data -> data.Type

    let private uncertainties (item: Use) =
        match item.Modifier.Data with
        | ModifierData.ShapeSys values
        | ModifierData.StatError values -> values
        | _ -> []

    let private shapeSys (name: string) (first: Use) (others: Use list) =
        match others with
        | other :: _ ->
            Error [
                fault
                    other
                    $"the same shapesys stands in {place first}"
                    "a shapesys belongs to one sample of one channel: give each a name of its own"
            ]
        | [] -> Ok(ParameterSet.shapeSys name first.Sample.Data (uncertainties first))

    let private shapeFactor (name: string) (first: Use) (others: Use list) =
        let bins (item: Use) = item.Sample.Data.Length

        match others |> List.tryFind (fun other -> bins other <> bins first) with
        | Some other ->
            Error [
                fault
                    other
                    $"it acts on {bins other} bins here and on {bins first} in {place first}"
                    "share a shapefactor between channels of as many bins"
            ]
        | None -> Ok(ParameterSet.shapeFactor name (bins first))

    /// In the order of the channels' names, by which pyhf numbers bins over channels.
    let private sorted (uses: Use list) =
        uses
        |> List.map _.Channel.Name
        |> List.distinct
        |> List.sortWith (fun a b -> String.CompareOrdinal(a, b))

    let private statError (name: string) (first: Use) (others: Use list) =
        let uses = first :: others

        let channelsOf (item: Use) =
            uses |> List.filter (fun u -> u.Sample.Name = item.Sample.Name) |> sorted

        match others |> List.tryFind (fun other -> channelsOf other <> channelsOf first) with
        | Some other ->
            Error [
                fault
                    other
                    $"its sample has this staterror in other channels than the sample of \
                      {place first}"
                    "give each channel a staterror of its own"
            ]
        | None ->
            let channels = sorted uses

            uses
            |> List.groupBy _.Sample.Name
            |> List.map (fun (_, items) ->
                let inOrder =
                    channels
                    |> List.map (fun name ->
                        items |> List.find (fun item -> item.Channel.Name = name))

                List.collect (fun item -> item.Sample.Data) inOrder,
                List.collect uncertainties inOrder)
            |> ParameterSet.statError name
            |> Ok

    let private ofUses (name: string, uses: Use list) : Result<ParameterSet, ModelError list> =
        let first, others = uses.Head, uses.Tail

        match others |> List.tryFind (fun other -> kind other <> kind first) with
        | Some other ->
            Error [
                fault
                    other
                    $"the name is that of a {first.Modifier.Data.Type} in {place first}"
                    "give modifiers of different types different names (normsys and histosys may \
                     share one)"
            ]
        | None ->
            match first.Modifier.Data with
            | ModifierData.NormFactor -> Ok(ParameterSet.normFactor name)
            | ModifierData.Lumi -> Ok(ParameterSet.lumi name)
            | ModifierData.NormSys _
            | ModifierData.HistoSys _ -> Ok(ParameterSet.alpha name)
            | ModifierData.ShapeFactor -> shapeFactor name first others
            | ModifierData.ShapeSys _ -> shapeSys name first others
            | ModifierData.StatError _ -> statError name first others

    let private clashes (sets: ParameterSet list) : ModelError list =
        sets
        |> List.collect (fun set -> ParameterSet.names set |> List.map (fun name -> name, set))
        |> List.groupBy fst
        |> List.filter (fun (_, uses) -> uses.Length > 1)
        |> List.map (fun (name, uses) ->
            let kinds =
                uses
                |> List.map (fun (_, set) -> $"the {set.Kind} '{set.Name}'")
                |> String.concat " and "

            {
                Place = $"parameter '{name}'"
                Fault = $"it is a component of {kinds}"
                Remedy = "give one of them another name"
            })

    let private uses (channels: ChannelSpec list) = [
        for channel in channels do
            for sample in channel.Samples do
                for modifier in sample.Modifiers do
                    {
                        Channel = channel
                        Sample = sample
                        Modifier = modifier
                    }
    ]

    /// The parameters in the order of their first modifier, or every fault.
    let ofChannels (channels: ChannelSpec list) : Result<ParameterSet list, ModelError list> =
        let results = uses channels |> List.groupBy _.Modifier.Name |> List.map ofUses

        let faults =
            results
            |> List.collect (function
                | Ok _ -> []
                | Error faults -> faults)

        if faults.IsEmpty then
            let sets =
                results
                |> List.choose (function
                    | Ok set -> Some set
                    | Error _ -> None)

            match clashes sets with
            | [] -> Ok sets
            | faults -> Error faults
        else
            Error faults

    /// <summary>The first component of a vector that belongs to each channel: 0, but for the later
    /// channels of a staterror that is shared by channels.</summary>
    let offset (channels: ChannelSpec list) (name: string) (channel: ChannelSpec) : int =
        let carries (c: ChannelSpec) =
            c.Samples
            |> List.exists (fun sample ->
                sample.Modifiers
                |> List.exists (fun m ->
                    m.Name = name
                    && match m.Data with
                       | ModifierData.StatError _ -> true
                       | _ -> false))

        channels
        |> List.filter (fun c -> carries c && String.CompareOrdinal(c.Name, channel.Name) < 0)
        |> List.sumBy (fun c ->
            match c.Samples with
            | [] -> 0
            | first :: _ -> first.Data.Length)
