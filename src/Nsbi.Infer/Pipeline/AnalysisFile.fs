namespace Nsbi.Infer

open System.IO
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Model

/// <summary>Reading <c>analysis.json</c>: every fault at once, with its JSON path.</summary>
[<RequireQualifiedAccess>]
module AnalysisFile =

    /// The version that is read and written.
    [<Literal>]
    let Version = 1

    let private fault (file: string) (error: ModelError) : Fault =
        Fault.create file error.Fault error.Remedy |> Fault.inJson file error.Place

    let private required (key: string -> JsonPlace option) name read = key name |> Option.bind read

    // A key that may be absent: its value or the default; none only where it is there and wrong.
    let private optional (key: string -> JsonPlace option) name (value: 'a) read : 'a option =
        match key name with
        | None -> Some value
        | Some place -> read place

    let private some read place = read place |> Option.map Some

    let private int (reader: JsonReader) (place: JsonPlace) : int option =
        match reader.Number place with
        | Some x when x = floor x && abs x < 2e9 -> Some(int x)
        | Some _ ->
            reader.Report(place.Path, "a whole number is wanted here", "give one below 2e9")
            None
        | None -> None

    let private seed (reader: JsonReader) (place: JsonPlace) : uint64 option =
        match place.Element.ValueKind, place.Element.TryGetUInt64 with
        | JsonValueKind.Number, get ->
            match get () with
            | true, value -> Some value
            | _ ->
                let what = $"{place.Element.GetRawText()} is no seed"
                reader.Report(place.Path, what, "give a whole number from 0 on")
                None
        | _ -> reader.Number place |> Option.map uint64

    let private sample (reader: JsonReader) (place: JsonPlace) : Sample option =
        let keys = [ "file"; "toy"; "process"; "events"; "weight"; "yield" ]

        reader.Object(place, [ "name" ], keys)
        |> Option.bind (fun key ->
            let name = required key "name" reader.Text
            let weight = optional key "weight" None (some reader.Text)
            let expected = optional key "yield" None (some reader.Number)

            let source =
                match key "file", key "toy" with
                | Some file, None -> reader.Text file |> Option.map SampleFile
                | None, Some toy ->
                    match
                        reader.Text toy,
                        required key "process" reader.Text,
                        required key "events" (int reader)
                    with
                    | Some toy, Some name, Some events -> Some(SampleToy(toy, name, events))
                    | _ ->
                        if (key "process").IsNone || (key "events").IsNone then
                            let what = "a sample of a toy lacks its process or its events"
                            reader.Report(place.Path, what, "give \"process\" and \"events\"")

                        None
                | _ ->
                    let what = "it is not said where the events come from"
                    reader.Report(place.Path, what, "give either \"file\" or \"toy\"")
                    None

            match name, source, weight, expected with
            | Some name, Some source, Some weight, Some expected ->
                Some {
                    Name = name
                    Source = source
                    Weight = weight
                    Yield = expected
                }
            | _ -> None)

    let private data (reader: JsonReader) (place: JsonPlace) : DataSource option =
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

    let private edges (reader: JsonReader) (place: JsonPlace) : float list option =
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

    let private conventional (reader: JsonReader) (place: JsonPlace) : Conventional option =
        reader.Object(place, [ "observable"; "edges" ], [])
        |> Option.bind (fun key ->
            match required key "observable" reader.Text, required key "edges" (edges reader) with
            | Some observable, Some edges ->
                Some {
                    Observable = observable
                    Edges = edges
                }
            | _ -> None)

    let private shares (reader: JsonReader) (place: JsonPlace) : (string * float) list option =
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

    let private settings
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

    let private preselection file faults (reader: JsonReader) (place: JsonPlace) =
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
                    (settings file faults EstimatorSettings.ofJson >> Option.map _.Training)

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

    let private limits (reader: JsonReader) (place: JsonPlace) : CheckLimits option =
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
            })

    let private term (reader: JsonReader) lookup (place: JsonPlace) : MixtureTerm option =
        reader.Object(place, [ "name" ], [ "sample"; "scale" ])
        |> Option.bind (fun key ->
            let name = required key "name" reader.Text
            let sample = optional key "sample" None (some reader.Text)

            let scale =
                optional key "scale" (Constant 1.0) (ModelReader.coefficient reader lookup)

            match name, sample, scale with
            | Some name, Some sample, Some scale ->
                Some {
                    Name = name
                    Sample = defaultArg sample name
                    Scale = scale
                }
            | _ -> None)

    let private negativePolicies = [
        "refuse", NegativeWeights.Refuse
        "drop", NegativeWeights.Drop
        "absolute", NegativeWeights.AbsoluteValue
    ]

    let private root file (faults: FaultLog) (reader: JsonReader) (place: JsonPlace) =
        let wanted = [
            "nsbi-analysis"
            "name"
            "samples"
            "features"
            "reference"
            "parameters"
            "terms"
        ]

        let others = [
            "seed"
            "blind"
            "selection"
            "negativeWeights"
            "networks"
            "preselection"
            "interest"
            "null"
            "data"
            "conventional"
            "limits"
            "notes"
        ]

        reader.Object(place, wanted, others)
        |> Option.bind (fun key ->
            required key "nsbi-analysis" reader.Number
            |> Option.iter (fun found ->
                if found <> float Version then
                    let remedy = $"this program reads version {Version}"

                    reader.Report(
                        $"{place.Path}.nsbi-analysis",
                        $"the version is {found}",
                        remedy
                    ))

            let texts place = reader.ListOf(place, reader.Text)

            let parameters, lookup =
                key "parameters"
                |> Option.bind reader.List
                |> Option.defaultValue []
                |> ModelReader.parameters reader

            let terms = required key "terms" (fun p -> reader.ListOf(p, term reader lookup))
            let samples = required key "samples" (fun p -> reader.ListOf(p, sample reader))
            let name = required key "name" reader.Text
            let seed = optional key "seed" 1UL (seed reader)
            let blind = optional key "blind" true reader.Truth
            let selection = optional key "selection" None (some reader.Text)
            let features = required key "features" texts
            let reference = required key "reference" (shares reader)

            let negative =
                optional key "negativeWeights" NegativeWeights.Refuse (fun p ->
                    reader.OneOf(p, negativePolicies))

            let networks =
                optional
                    key
                    "networks"
                    EstimatorSettings.standard
                    (settings file faults EstimatorSettings.ofJson)

            let preselection =
                optional key "preselection" None (some (preselection file faults reader))

            let first =
                parameters
                |> List.tryFind (fun p -> p.Role = PointOfInterest)
                |> Option.map _.Name
                |> Option.defaultValue ""

            let interest = optional key "interest" first reader.Text
            let nullValue = optional key "null" 0.0 reader.Number
            let data = optional key "data" None (some (data reader))
            let conventional = optional key "conventional" None (some (conventional reader))
            let limits = optional key "limits" CheckLimits.standard (limits reader)
            let notes = optional key "notes" [] texts

            match name, samples, features, reference, terms, networks, interest, seed with
            | Some name,
              Some samples,
              Some features,
              Some reference,
              Some terms,
              Some networks,
              Some interest,
              Some seed ->
                Some {
                    Name = name
                    Seed = seed
                    Blind = defaultArg blind true
                    Samples = samples
                    Selection = Option.flatten selection
                    Features = features
                    Reference = reference
                    NegativeWeights = defaultArg negative NegativeWeights.Refuse
                    Networks = { networks with Seed = seed }
                    Preselection = Option.flatten preselection
                    Parameters = parameters
                    Terms = terms
                    Interest = interest
                    Null = defaultArg nullValue 0.0
                    Data = Option.flatten data
                    Conventional = Option.flatten conventional
                    Limits = defaultArg limits CheckLimits.standard
                    Notes = defaultArg notes []
                }
            | _ -> None)

    /// <summary>An analysis from its JSON text.</summary>
    /// <param name="file">how faults should name the file</param>
    /// <param name="json">the text</param>
    /// <returns>the analysis, checked in itself (names, expressions, ranges) but without a look at
    /// its event files; or every fault</returns>
    let parse (file: string) (json: string) : Result<Analysis, Fault list> =
        try
            let options = JsonDocumentOptions(CommentHandling = JsonCommentHandling.Skip)
            use document = JsonDocument.Parse(json, options)
            let reader = JsonReader()
            let faults = FaultLog()

            let analysis =
                root file faults reader {
                    Path = "$"
                    Element = document.RootElement
                }

            reader.Faults |> List.map (fault file) |> faults.AddRange

            match analysis with
            | Some analysis when faults.IsEmpty ->
                match AnalysisFaults.find file analysis with
                | [] -> Ok analysis
                | found -> Error found
            | _ -> Error(faults.ToList())
        with :? JsonException as error ->
            let line = error.LineNumber.GetValueOrDefault() + 1L |> int32
            let remedy = "look for a missing comma, quote or bracket before this place"
            Error [ Fault.create file "the text is no JSON here" remedy |> Fault.atLine line ]

    /// <summary>An analysis from a file.</summary>
    /// <returns>or every fault, of the file itself among them</returns>
    let read (path: string) : Result<Analysis, Fault list> =
        try
            parse path (File.ReadAllText path)
        with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException ->
            Error [ Fault.create path "there is no such file" "check the path" ]
        | :? System.UnauthorizedAccessException
        | :? IOException as error ->
            Error [ Fault.create path "the file cannot be read" error.Message ]
