namespace Nsbi.Model.HistFactory

open System
open Nsbi.Model

/// <summary>Models into the channels of documents: what HistFactory has no word for is a fault with
/// its place. <c>HistFactory.document</c> is the door.</summary>
module internal ToDocument =

    let fault place what remedy : ModelError = {
        Place = place
        Fault = what
        Remedy = remedy
    }

    /// The name of the vector of which this is a component, and the component.
    let private componentOf (name: string) : (string * int) option =
        let at = name.LastIndexOf '['

        if at > 0 && name.EndsWith ']' then
            match Int32.TryParse(name.Substring(at + 1, name.Length - at - 2)) with
            | true, index when BinUncertainty.name (name.Substring(0, at)) index = name ->
                Some(name.Substring(0, at), index)
            | _ -> None
        else
            None

    /// The vector that some parameters are components of, in order.
    let private vector (place: string) (gammas: Parameter list) : Result<string, ModelError list> =
        let names = gammas |> List.map _.Name

        match names |> List.map componentOf with
        | Some(vector, first) :: _ as all when
            all = (all |> List.mapi (fun i _ -> Some(vector, first + i)))
            ->
            Ok vector
        | _ ->
            let listed = String.concat ", " names

            Error [
                fault
                    place
                    $"its parameters are {listed}, which are no components of one vector"
                    "name them NAME[0], NAME[1], … in the order of the bins"
            ]

    let private interpolated (place: string) (wanted: Interpolation) (code: Interpolation) = [
        if code <> wanted then
            fault
                place
                $"it is interpolated with code {Interpolation.name code}"
                $"pyhf has code {Interpolation.name wanted} here: change the model, or keep the \
                  own format"
    ]

    let private spec (name: string) (data: ModifierData) : ModifierSpec = {
        Name = name
        Data = data
    }

    let private unless (faults: ModelError list) (value: 'a) =
        if faults.IsEmpty then Ok value else Error faults

    let private modifier (place: string) (m: Modifier) : Result<ModifierSpec, ModelError list> =
        let subject =
            match Modifier.parameters m with
            | [] -> ""
            | p :: _ -> $" '{p.Name}'"

        let place = $"{place}, {Modifier.kind m}{subject}"

        match m with
        | NormFactor p -> Ok(spec p.Name ModifierData.NormFactor)
        | Lumi p ->
            spec p.Name ModifierData.Lumi
            |> unless [
                if p.Name <> "lumi" then
                    fault
                        place
                        $"the parameter of the luminosity is named '{p.Name}'"
                        "pyhf knows it by the name lumi: rename it"
            ]
        | NormSys(p, code, low, high) ->
            spec p.Name (ModifierData.NormSys(low, high, []))
            |> unless (interpolated place PolynomialExponential code)
        | HistoSys(p, code, low, high) ->
            spec p.Name (ModifierData.HistoSys(low, high, []))
            |> unless (interpolated place PolynomialLinear code)
        | StatError(gammas, uncertainties) ->
            vector place gammas
            |> Result.map (fun name -> spec name (ModifierData.StatError uncertainties))
        | ShapeSys(gammas, uncertainties) ->
            match List.choose id gammas with
            | [] ->
                Error [
                    fault
                        place
                        "none of its bins has a factor"
                        "leave the shapesys out: it does nothing"
                ]
            | first :: _ ->
                match componentOf first.Name with
                | Some(name, _) -> Ok(spec name (ModifierData.ShapeSys uncertainties))
                | None ->
                    vector place [ first ]
                    |> Result.map (fun name -> spec name (ModifierData.ShapeSys uncertainties))
        | ShapeFactor factors ->
            vector place factors
            |> Result.map (fun name -> spec name ModifierData.ShapeFactor)
        | EventSys _
        | EventShape _ ->
            Error [
                fault
                    place
                    "it acts on events, which pyhf does not know"
                    "keep the own format, or restrict the model to its binned channels"
            ]

    let private notAProduct (place: string) (c: Coefficient) =
        Error [
            fault
                place
                $"it is scaled by {c.Text}"
                "pyhf knows products of parameters only: keep the own format"
        ]

    /// A coefficient as normfactors: 1, or a product of different parameters.
    let rec private factors
        (place: string)
        (c: Coefficient)
        : Result<ModifierSpec list, ModelError list> =
        match c with
        | Constant 1.0 -> Ok []
        | Parameter p -> Ok [ spec p.Name ModifierData.NormFactor ]
        | Product(a, b) ->
            match factors place a, factors place b with
            | Ok a, Ok b -> Ok(a @ b)
            | _ -> notAProduct place c
        | _ -> notAProduct place c

    /// All values, or all faults.
    let collect (results: Result<'a, ModelError list> list) : Result<'a list, ModelError list> =
        let faults =
            results
            |> List.collect (function
                | Ok _ -> []
                | Error faults -> faults)

        if faults.IsEmpty then
            results
            |> List.choose (function
                | Ok value -> Some value
                | Error _ -> None)
            |> Ok
        else
            Error faults

    let private repeated (place: string) (modifiers: ModifierSpec list) : ModelError list =
        modifiers
        |> List.countBy (fun m -> m.Data.Type, m.Name)
        |> List.filter (fun (_, count) -> count > 1)
        |> List.map (fun ((kind, name), count) ->
            fault
                place
                $"the {kind} '{name}' acts on it {count} times"
                "pyhf takes each once: keep the own format")

    let private sample (place: string) (p: Process) : Result<SampleSpec, ModelError list> =
        let place = $"{place}, process '{p.Name}'"
        let modifiers = p.Modifiers |> List.map (modifier place) |> collect

        match factors place p.Scale, modifiers with
        | Ok factors, Ok modifiers ->
            {
                Name = p.Name
                Data = p.Yields
                Modifiers = factors @ modifiers
            }
            |> unless (repeated place (factors @ modifiers))
        | factors, modifiers ->
            let faultsOf result =
                match result with
                | Ok _ -> []
                | Error faults -> faults

            Error(faultsOf factors @ faultsOf modifiers)

    let private channel (channel: Channel) : Result<ChannelSpec, ModelError list> =
        let place = $"channel '{Channel.name channel}'"

        match channel with
        | Unbinned _ ->
            Error [
                fault
                    place
                    "it is unbinned, which pyhf does not know"
                    "keep the own format, or restrict the model to its binned channels"
            ]
        | Binned c ->
            c.Processes
            |> List.map (sample place)
            |> collect
            |> Result.map (fun samples -> { Name = c.Name; Samples = samples })

    /// The same model with the factors of each shapesys numbered by bin, as pyhf does; models may
    /// number those that there are.
    let numberedByBin (model: Model) : Model =
        let number (m: Modifier) =
            match m with
            | ShapeSys(gammas, uncertainties) ->
                let renamed =
                    gammas
                    |> List.mapi (fun bin gamma ->
                        gamma
                        |> Option.map (fun p ->
                            match componentOf p.Name with
                            | Some(vector, _) -> {
                                p with
                                    Name = BinUncertainty.name vector bin
                              }
                            | None -> p))

                ShapeSys(renamed, uncertainties)
            | _ -> m

        model
        |> Model.mapProcesses (fun p -> {
            p with
                Modifiers = List.map number p.Modifiers
        })

    /// The channels of a model.
    let channels (model: Model) : Result<ChannelSpec list, ModelError list> =
        model.Channels |> List.map channel |> collect

    let private withExtras (extras: Extra list) (m: ModifierSpec) : ModifierSpec =
        match m.Data with
        | ModifierData.NormSys(low, high, _) -> {
            m with
                Data = ModifierData.NormSys(low, high, extras)
          }
        | ModifierData.HistoSys(low, high, _) -> {
            m with
                Data = ModifierData.HistoSys(low, high, extras)
          }
        | _ -> m

    /// The members that the schema does not name, put back on their modifiers.
    let restoreExtras (extras: ModifierExtra list) (channels: ChannelSpec list) : ChannelSpec list =
        if extras.IsEmpty then
            channels
        else
            let byPlace =
                extras
                |> List.groupBy (fun e -> e.Channel, e.Sample, e.Type, e.Modifier)
                |> Map.ofList

            let restore (c: ChannelSpec) (s: SampleSpec) (m: ModifierSpec) =
                match byPlace.TryFind(c.Name, s.Name, m.Data.Type, m.Name) with
                | Some found -> withExtras (found |> List.map _.Extra) m
                | None -> m

            channels
            |> List.map (fun c -> {
                c with
                    Samples =
                        c.Samples
                        |> List.map (fun s -> {
                            s with
                                Modifiers = s.Modifiers |> List.map (restore c s)
                        })
            })
