namespace Nsbi.Model.HistFactory

open Nsbi.Model

/// <summary>Documents into models; <c>HistFactory.model</c> is the door.</summary>
module internal FromDocument =

    let private extras (modifier: ModifierSpec) : Extra list =
        match modifier.Data with
        | ModifierData.NormSys(_, _, extras)
        | ModifierData.HistoSys(_, _, extras) -> extras
        | _ -> []

    let private allExtras (document: Document) : ModifierExtra list = [
        for channel in document.Channels do
            for sample in channel.Samples do
                for modifier in sample.Modifiers do
                    for extra in extras modifier do
                        {
                            Channel = channel.Name
                            Sample = sample.Name
                            Type = modifier.Data.Type
                            Modifier = modifier.Name
                            Extra = extra
                        }
    ]

    /// A modifier over the components of its parameter, those of this channel.
    let private modifier (parameters: Parameter list) (spec: ModifierSpec) : Modifier =
        match spec.Data with
        | ModifierData.NormFactor -> NormFactor parameters.Head
        | ModifierData.Lumi -> Lumi parameters.Head
        | ModifierData.NormSys(low, high, _) ->
            NormSys(parameters.Head, PolynomialExponential, low, high)
        | ModifierData.HistoSys(low, high, _) ->
            HistoSys(parameters.Head, PolynomialLinear, low, high)
        | ModifierData.ShapeFactor -> ShapeFactor parameters
        | ModifierData.ShapeSys uncertainties -> ShapeSys(List.map Some parameters, uncertainties)
        | ModifierData.StatError uncertainties -> StatError(parameters, uncertainties)

    let private channel
        (document: Document)
        (parameters: Map<string, Parameter list>)
        (spec: ChannelSpec)
        : Channel =
        let components (m: ModifierSpec) (bins: int) =
            match m.Data with
            | ModifierData.StatError _ ->
                parameters[m.Name]
                |> List.skip (ParameterSets.offset document.Channels m.Name spec)
                |> List.truncate bins
            | _ -> parameters[m.Name]

        Binned {
            Name = spec.Name
            Processes =
                spec.Samples
                |> List.map (fun sample -> {
                    Process.create sample.Name (Constant 1.0) sample.Data with
                        Modifiers =
                            sample.Modifiers
                            |> List.map (fun m -> modifier (components m sample.Data.Length) m)
                })
        }

    let private model
        (document: Document)
        (measurement: MeasurementSpec)
        parameters
        : DocumentModel =
        let observed = document.Channels |> List.map _.Name |> Set.ofList

        let used, unused =
            document.Observations |> List.partition (fun o -> observed.Contains o.Name)

        {
            Model = {
                Name = measurement.Name
                Channels = document.Channels |> List.map (channel document parameters)
            }
            Counts = used |> List.map (fun o -> o.Name, o.Counts)
            Rest = {
                Version = document.Version
                Measurement = measurement.Name
                Measurements = document.Measurements
                Observations = document.Observations |> List.map _.Name
                Unused = unused
                Extras = allExtras document
            }
        }

    /// The measurement of a name, or the first one, with its path.
    let private choose (name: string option) (document: Document) =
        let named = document.Measurements |> List.tryFindIndex (fun m -> Some m.Name = name)

        match name, named with
        | None, _ -> Ok 0
        | Some _, Some index -> Ok index
        | Some name, None ->
            let known = document.Measurements |> List.map _.Name |> String.concat ", "

            Error [
                {
                    Place = "$.measurements"
                    Fault = $"there is no measurement '{name}'"
                    Remedy = $"there are: {known}"
                }
            ]

    /// The model of a measurement.
    let read (name: string option) (document: Document) : Result<DocumentModel, ModelError list> =
        match DocumentFaults.ofDocument document with
        | [] ->
            choose name document
            |> Result.bind (fun index ->
                let measurement = document.Measurements[index]

                ParameterSets.ofChannels document.Channels
                |> Result.bind (Settings.parameters $"$.measurements[{index}]" measurement)
                |> Result.map (model document measurement))
        | faults -> Error faults
