namespace Nsbi.Infer

open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Model

/// The parts of <c>analysis.json</c>: each reader reports its faults and gives none where there are any.
[<RequireQualifiedAccess>]
module internal AnalysisParts =

    /// A key that has to be there, whose absence was reported before.
    let required (key: string -> JsonPlace option) name read = key name |> Option.bind read

    /// A key that may be absent: its value or the default; none only where it is there and wrong.
    let optional (key: string -> JsonPlace option) name (value: 'a) read : 'a option =
        match key name with
        | None -> Some value
        | Some place -> read place

    /// A value that may be absent.
    let some read place = read place |> Option.map Some

    /// A whole number.
    let int (reader: JsonReader) (place: JsonPlace) : int option =
        match reader.Number place with
        | Some x when x = floor x && abs x < 2e9 -> Some(int x)
        | Some _ ->
            reader.Report(place.Path, "a whole number is wanted here", "give one below 2e9")
            None
        | None -> None

    /// A seed.
    let seed (reader: JsonReader) (place: JsonPlace) : uint64 option =
        match place.Element.ValueKind, place.Element.TryGetUInt64 with
        | JsonValueKind.Number, get ->
            match get () with
            | true, value -> Some value
            | _ ->
                let what = $"{place.Element.GetRawText()} is no seed"
                reader.Report(place.Path, what, "give a whole number from 0 on")
                None
        | _ -> reader.Number place |> Option.map uint64

    /// The keys that say where events come from.
    let private sourceKeys = [
        "file"
        "toy"
        "process"
        "events"
        "shift"
        "weight"
        "selection"
        "yield"
    ]

    /// The events of a sample, from a file or from a toy, without the keys that were read before.
    let private eventsOf (reader: JsonReader) key (place: JsonPlace) (name: string option) =
        let weight = optional key "weight" None (some reader.Text)
        let selection = optional key "selection" None (some reader.Text)
        let expected = optional key "yield" None (some reader.Number)

        let source =
            match key "file", key "toy" with
            | Some file, None -> reader.Text file |> Option.map SampleFile
            | None, Some toy ->
                match
                    reader.Text toy,
                    required key "process" reader.Text,
                    required key "events" (int reader),
                    optional key "shift" 0.0 reader.Number
                with
                | Some toy, Some name, Some events, Some shift ->
                    Some(SampleToy(toy, name, events, shift))
                | _ ->
                    if (key "process").IsNone || (key "events").IsNone then
                        let what = "a sample of a toy lacks its process or its events"
                        reader.Report(place.Path, what, "give \"process\" and \"events\"")

                    None
            | _ ->
                let what = "it is not said where the events come from"
                reader.Report(place.Path, what, "give either \"file\" or \"toy\"")
                None

        match name, source, weight, selection, expected with
        | Some name, Some source, Some weight, Some selection, Some expected ->
            Some {
                Name = name
                Source = source
                Weight = weight
                Selection = selection
                Yield = expected
            }
        | _ -> None

    /// A sample.
    let sample (reader: JsonReader) (place: JsonPlace) : Sample option =
        reader.Object(place, [ "name" ], sourceKeys)
        |> Option.bind (fun key -> required key "name" reader.Text |> eventsOf reader key place)

    /// Varied events, which have no name of their own.
    let source (reader: JsonReader) (name: string) (place: JsonPlace) : Sample option =
        reader.Object(place, [], sourceKeys)
        |> Option.bind (fun key -> eventsOf reader key place (Some name))

    /// What is observed.
    let data (reader: JsonReader) (place: JsonPlace) : DataSource option =
        reader.Object(place, [], [ "file"; "toy"; "value" ])
        |> Option.bind (fun key ->
            match key "file", key "toy" with
            | Some file, None -> reader.Text file |> Option.map DataFile
            | None, Some toy ->
                match reader.Text toy, optional key "value" 1.0 reader.Number with
                | Some toy, Some value -> Some(DataToy(toy, value))
                | _ -> None
            | _ ->
                let what = "it is not said where the events come from"
                reader.Report(place.Path, what, "give either \"file\" or \"toy\"")
                None)

    /// Bin edges: a list, or from, to and bins.
    let edges (reader: JsonReader) (place: JsonPlace) : float list option =
        match place.Element.ValueKind with
        | JsonValueKind.Object ->
            reader.Object(place, [ "from"; "to"; "bins" ], [])
            |> Option.bind (fun key ->
                match
                    required key "from" reader.Number,
                    required key "to" reader.Number,
                    required key "bins" (int reader)
                with
                | Some low, Some high, Some bins when bins >= 1 && high > low ->
                    Some [ for b in 0..bins -> low + (high - low) * float b / float bins ]
                | Some _, Some _, Some _ ->
                    let remedy = "give \"to\" above \"from\" and at least one bin"
                    reader.Report(place.Path, "these are no bins", remedy)
                    None
                | _ -> None)
        | _ ->
            reader.ListOf(place, reader.Number)
            |> Option.bind (fun edges ->
                if
                    edges.Length >= 2 && List.forall (fun (a, b) -> a < b) (List.pairwise edges)
                then
                    Some edges
                else
                    let remedy = "give at least two edges in increasing order"
                    reader.Report(place.Path, "these are no bin edges", remedy)
                    None)

    /// The conventional analysis.
    let conventional (reader: JsonReader) (place: JsonPlace) : Conventional option =
        reader.Object(place, [ "observable"; "edges" ], [])
        |> Option.bind (fun key ->
            match required key "observable" reader.Text, required key "edges" (edges reader) with
            | Some observable, Some edges ->
                Some {
                    Observable = observable
                    Edges = edges
                }
            | _ -> None)

    /// The weights of the samples in the reference.
    let shares (reader: JsonReader) (place: JsonPlace) : (string * float) list option =
        match place.Element.ValueKind with
        | JsonValueKind.Object ->
            let read = [
                for item in place.Element.EnumerateObject() ->
                    item.Name,
                    reader.Number {
                        Path = $"{place.Path}.{item.Name}"
                        Element = item.Value
                    }
            ]

            if read |> List.forall (fun (_, share) -> share.IsSome) then
                Some [ for name, share in read -> name, share.Value ]
            else
                None
        | _ ->
            let remedy = "give an object such as {\"S\": 1, \"B\": 1}"
            reader.Report(place.Path, "the weights of the samples are no object", remedy)
            None

    /// Settings whose own reader collects faults.
    let settings
        (file: string)
        (faults: FaultLog)
        (read: string -> string -> JsonElement -> Result<'a, Fault list>)
        (place: JsonPlace)
        : 'a option =
        match read file place.Path place.Element with
        | Ok value -> Some value
        | Error found ->
            faults.AddRange found
            None

    /// Settings of a softmax, whatever head they name.
    let private softmaxOnly file path element =
        EstimatorSettings.ofJson file path element
        |> Result.bind (fun settings ->
            EstimatorSettings.validate { settings with Head = Head.Softmax }
            |> Result.mapError (List.map (Fault.inJson file path)))

    /// The preselection.
    let preselection file faults (reader: JsonReader) (place: JsonPlace) =
        let wanted = [ "classes"; "signal"; "background"; "target" ]

        reader.Object(place, wanted, [ "trainingShare"; "cutShare"; "controlBins"; "network" ])
        |> Option.bind (fun key ->
            let classes =
                required key "classes" (fun place -> reader.ListOf(place, reader.Text))

            let network =
                optional
                    key
                    "network"
                    ClassifierSettings.standard
                    (settings file faults softmaxOnly >> Option.map _.Training)

            match
                classes,
                required key "signal" reader.Text,
                required key "background" reader.Text,
                required key "target" reader.Number,
                optional key "trainingShare" 0.25 reader.Number,
                optional key "cutShare" 0.05 reader.Number,
                optional key "controlBins" 5 (int reader),
                network
            with
            | Some classes,
              Some signal,
              Some background,
              Some target,
              Some training,
              Some cut,
              Some bins,
              Some network ->
                Some {
                    Classes = classes
                    Signal = signal
                    Background = background
                    Target = target
                    TrainingShare = training
                    CutShare = cut
                    ControlBins = bins
                    Network = network
                }
            | _ -> None)

    /// Where the checks fail.
    let limits (reader: JsonReader) (place: JsonPlace) : CheckLimits option =
        let standard = CheckLimits.standard

        let keys = [
            "sigmas"
            "normalisation"
            "pValue"
            "ratioTolerance"
            "largestShare"
            "effectiveEvents"
            "impliedEvents"
            "identity"
            "largestRatio"
            "closure"
            "closureSigmas"
            "scoreTolerance"
            "overtraining"
            "lossGap"
            "stability"
        ]

        reader.Object(place, [], keys)
        |> Option.map (fun key ->
            let read name value =
                optional key name value reader.Number |> Option.defaultValue value

            {
                Sigmas = read "sigmas" standard.Sigmas
                Normalisation = read "normalisation" standard.Normalisation
                PValue = read "pValue" standard.PValue
                RatioTolerance = read "ratioTolerance" standard.RatioTolerance
                LargestShare = read "largestShare" standard.LargestShare
                EffectiveEvents = read "effectiveEvents" standard.EffectiveEvents
                ImpliedEvents = read "impliedEvents" standard.ImpliedEvents
                Identity = read "identity" standard.Identity
                LargestRatio = read "largestRatio" standard.LargestRatio
                Closure = read "closure" standard.Closure
                ClosureSigmas = read "closureSigmas" standard.ClosureSigmas
                ScoreTolerance = read "scoreTolerance" standard.ScoreTolerance
                Overtraining = read "overtraining" standard.Overtraining
                LossGap = read "lossGap" standard.LossGap
                Stability = read "stability" standard.Stability
            })

    /// A term of the mixture.
    let term (reader: JsonReader) lookup (place: JsonPlace) : MixtureTerm option =
        reader.Object(place, [ "name" ], [ "sample"; "scale"; "eventRate" ])
        |> Option.bind (fun key ->
            let name = required key "name" reader.Text
            let sample = optional key "sample" None (some reader.Text)

            let scale =
                optional key "scale" (Constant 1.0) (ModelReader.coefficient reader lookup)

            let rate =
                optional key "eventRate" Renormalised (fun place ->
                    reader.OneOf(place, ModifierWriter.eventRates))

            match name, sample, scale, rate with
            | Some name, Some sample, Some scale, Some rate ->
                Some {
                    Name = name
                    Sample = defaultArg sample name
                    Scale = scale
                    EventRate = rate
                }
            | _ -> None)
