namespace Nsbi.Infer.Calibration

open System.IO
open System.Text.Json
open Nsbi.Infer
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport
open Nsbi.Model

/// <summary>Reading <c>calibration.json</c>: every fault at once, with its JSON path.</summary>
[<RequireQualifiedAccess>]
module CalibrationFile =
    /// <summary>The version that is read.</summary>
    [<Literal>]
    let Version = 1

    let private optional key name value read =
        AnalysisParts.optional key name value read |> Option.defaultValue value

    let private some read = AnalysisParts.some read

    /// Settings of networks over their own defaults: what is absent keeps the standard of calibrations.
    let private over (standard: EstimatorSettings) (place: JsonPlace) : JsonElement =
        use defaults = JsonDocument.Parse(EstimatorSettings.toJson standard)
        use buffer = new MemoryStream()

        using (new Utf8JsonWriter(buffer)) (fun writer ->
            writer.WriteStartObject()

            for field in place.Element.EnumerateObject() do
                field.WriteTo writer

            for field in defaults.RootElement.EnumerateObject() do
                if not (fst (place.Element.TryGetProperty field.Name)) then
                    field.WriteTo writer

            writer.WriteEndObject())

        JsonDocument.Parse(buffer.ToArray()).RootElement

    let private networks file (faults: FaultLog) standard (place: JsonPlace) =
        let element =
            if place.Element.ValueKind = JsonValueKind.Object then
                over standard place
            else
                place.Element

        match EstimatorSettings.ofJson file place.Path element with
        | Ok settings -> Some settings
        | Error found ->
            faults.AddRange found
            None

    let private negative file faults (reader: JsonReader) (place: JsonPlace) =
        if place.Element.ValueKind = JsonValueKind.String then
            reader.OneOf(place, [ "refuse", NegativePlan.Refuse ])
        else
            let methods = [
                "resample", WeightReplacement.Resample
                "reweight", WeightReplacement.Reweight
            ]

            reader.Object(place, [ "method" ], [ "networks"; "of"; "bins" ])
            |> Option.bind (fun key ->
                let method =
                    key "method" |> Option.bind (fun place -> reader.OneOf(place, methods))

                let by =
                    match key "of" with
                    | Some place ->
                        reader.Text place
                        |> Option.map (fun name ->
                            SignBy.Bins(name, optional key "bins" 20 (AnalysisParts.int reader)))
                    | None ->
                        optional
                            key
                            "networks"
                            (Some {
                                CalibrationPlan.networks with
                                    Head = Head.Softmax
                            })
                            (some (
                                networks file faults {
                                    CalibrationPlan.networks with
                                        Head = Head.Softmax
                                }
                            ))
                        |> Option.map SignBy.Classifier

                Option.map2 (fun method by -> NegativePlan.Replace(method, by)) method by)

    let private bins (reader: JsonReader) (place: JsonPlace) : CalibrationBins option =
        reader.Object(place, [ "of"; "edges" ], [])
        |> Option.bind (fun key ->
            Option.map2
                (fun name edges -> { Of = name; Edges = edges })
                (key "of" |> Option.bind reader.Text)
                (key "edges" |> Option.bind (AnalysisParts.edges reader)))

    let private limits (reader: JsonReader) (place: JsonPlace) : CalibrationLimits option =
        let standard = CalibrationPlan.limits
        let keys = [ "area"; "pValue"; "effectiveEvents"; "largestShare"; "gap" ]

        reader.Object(place, [], keys)
        |> Option.map (fun key ->
            let read name value = optional key name value reader.Number

            {
                Area = read "area" standard.Area
                PValue = read "pValue" standard.PValue
                EffectiveEvents = read "effectiveEvents" standard.EffectiveEvents
                LargestShare = read "largestShare" standard.LargestShare
                Gap = read "gap" standard.Gap
            })

    let private output (reader: JsonReader) (place: JsonPlace) : CalibrationOutput option =
        let standard = CalibrationPlan.output

        reader.Object(place, [], [ "file"; "suffix"; "keep"; "weight" ])
        |> Option.map (fun key -> {
            File = optional key "file" standard.File reader.Text
            Suffix = optional key "suffix" None (some reader.Text)
            Keep = optional key "keep" None (some (fun p -> reader.ListOf(p, reader.Text)))
            Weight = optional key "weight" standard.Weight reader.Text
        })

    /// The object without some of its keys.
    let private without (names: string list) (element: JsonElement) : JsonElement =
        use buffer = new MemoryStream()

        using (new Utf8JsonWriter(buffer)) (fun writer ->
            writer.WriteStartObject()

            for field in element.EnumerateObject() do
                if not (List.contains field.Name names) then
                    field.WriteTo writer

            writer.WriteEndObject())

        JsonDocument.Parse(buffer.ToArray()).RootElement

    let private transport file (faults: FaultLog) (reader: JsonReader) (place: JsonPlace) =
        if place.Element.ValueKind <> JsonValueKind.Object then
            reader.Object(place, [], []) |> ignore
            None
        else
            let own = [ "members"; "matchBins" ]
            let standard = CalibrationPlan.transport

            let number name value =
                match place.Element.TryGetProperty(name: string) with
                | true, element ->
                    AnalysisParts.int reader {
                        Path = $"{place.Path}.{name}"
                        Element = element
                    }
                    |> Option.defaultValue value
                | _ -> value

            match TransportSettings.ofJson file place.Path (without own place.Element) with
            | Ok settings ->
                Some {
                    Settings = settings
                    Members = number "members" standard.Members
                    MatchBins = number "matchBins" standard.MatchBins
                }
            | Error found ->
                faults.AddRange found
                None

    let private methods file faults (reader: JsonReader) key : CalibrationBy option =
        let known = [ "transport"; "monotone"; "reweighting" ]

        let notFor method name =
            match key name with
            | Some(place: JsonPlace) ->
                reader.Report(place.Path, $"the method {method} has no '{name}'", "leave it out")
            | None -> ()

        key "method"
        |> Option.bind (fun place ->
            reader.OneOf(place, known |> List.map (fun name -> name, name)))
        |> Option.bind (fun method ->
            match method with
            | "monotone" ->
                notFor method "networks"
                notFor method "transport"
                let bins = if (key "condition").IsSome then 10 else 1

                optional key "monotone" (Some bins) (fun place ->
                    reader.Object(place, [], [ "bins" ])
                    |> Option.map (fun key ->
                        Some(optional key "bins" bins (AnalysisParts.int reader))))
                |> Option.map CalibrationBy.Monotone
            | "transport" ->
                notFor method "networks"
                notFor method "monotone"

                optional
                    key
                    "transport"
                    (Some CalibrationPlan.transport)
                    (some (transport file faults reader))
                |> Option.map CalibrationBy.Transport
            | _ ->
                notFor method "transport"
                notFor method "monotone"

                optional
                    key
                    "networks"
                    (Some CalibrationPlan.networks)
                    (some (networks file faults CalibrationPlan.networks))
                |> Option.map CalibrationBy.Reweighting)

    let private root file (faults: FaultLog) (reader: JsonReader) (place: JsonPlace) =
        let wanted = [ "nsbi-calibration"; "name"; "source"; "target"; "features"; "method" ]

        let others = [
            "seed"
            "selection"
            "condition"
            "coordinates"
            "networks"
            "transport"
            "monotone"
            "negativeWeights"
            "heldOut"
            "derived"
            "bins"
            "test"
            "replicas"
            "limits"
            "output"
            "notes"
        ]

        reader.Object(place, wanted, others)
        |> Option.map (fun key ->
            match key "nsbi-calibration" |> Option.bind reader.Number with
            | Some found when found <> float Version ->
                reader.Report(
                    $"{place.Path}.nsbi-calibration",
                    $"the version is {found}",
                    $"this program reads version {Version}"
                )
            | _ -> ()

            let texts place = reader.ListOf(place, reader.Text)
            let empty name = AnalysisParts.source reader name

            let sample name =
                key name
                |> Option.bind (empty name)
                |> Option.defaultValue {
                    Name = name
                    Source = SampleFile name
                    Weight = None
                    Selection = None
                    Yield = None
                }

            let coordinates = [
                "none", CalibrationCoordinates.Plain
                "logits", CalibrationCoordinates.Logits
            ]

            let test = {
                EstimatorSettings.standard with
                    Training = CalibrationPlan.test
                    Head = Head.Separate
            }

            let seed = optional key "seed" 1UL (AnalysisParts.seed reader)

            {
                Name = key "name" |> Option.bind reader.Text |> Option.defaultValue ""
                Seed = seed
                Source = sample "source"
                Target = sample "target"
                Selection = optional key "selection" None (some reader.Text)
                Features = key "features" |> Option.bind texts |> Option.defaultValue [ "unread" ]
                Condition = optional key "condition" [] texts
                Coordinates =
                    optional key "coordinates" CalibrationCoordinates.Plain (fun place ->
                        reader.OneOf(place, coordinates))
                Method =
                    methods file faults reader key
                    |> Option.defaultValue (CalibrationBy.Reweighting CalibrationPlan.networks)
                Negative =
                    optional
                        key
                        "negativeWeights"
                        NegativePlan.Refuse
                        (negative file faults reader)
                HeldOut = optional key "heldOut" 0.5 reader.Number
                Derived = optional key "derived" [] texts
                Bins = optional key "bins" [] (fun place -> reader.ListOf(place, bins reader))
                Test = (optional key "test" test (networks file faults test)).Training
                Replicas = optional key "replicas" 50 (AnalysisParts.int reader)
                Limits = optional key "limits" CalibrationPlan.limits (limits reader)
                Output = optional key "output" CalibrationPlan.output (output reader)
                Notes = optional key "notes" [] texts
            })

    /// <summary>A plan from its JSON text.</summary>
    /// <param name="file">how faults should name the file</param>
    /// <param name="json">the text</param>
    /// <returns>the plan, checked in itself but without a look at its event files; or every fault
    /// </returns>
    let parse (file: string) (json: string) : Result<CalibrationPlan, Fault list> =
        PlanFile.parse file json (root file) (fun plan -> plan, CalibrationFaults.find file plan)

    /// <summary>A plan from a file.</summary>
    /// <returns>or every fault, of the file itself among them</returns>
    let read (path: string) : Result<CalibrationPlan, Fault list> = PlanFile.read path parse
