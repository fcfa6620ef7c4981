namespace Nsbi.Infer

open System.Text.Json
open Nsbi.Learn.Calibration
open Nsbi.Model

/// The keys <c>calibration</c> and <c>summary</c> of <c>analysis.json</c>.
[<RequireQualifiedAccess>]
module internal SummaryParts =

    let private required = AnalysisParts.required
    let private optional = AnalysisParts.optional
    let private some = AnalysisParts.some

    /// The name alone, or an object with the settings of the method.
    let calibration (reader: JsonReader) (place: JsonPlace) : CalibrationSettings option option =
        let method (place: JsonPlace) (bins: int) (monotone: bool) =
            reader.OneOf(
                place,
                [
                    "none", None
                    "histogram", Some(CalibrationMethod.Histogram(bins, monotone))
                    "isotonic", Some CalibrationMethod.Isotonic
                    "platt", Some CalibrationMethod.Platt
                ]
            )

        match place.Element.ValueKind with
        | JsonValueKind.Object ->
            reader.Object(place, [ "method" ], [ "bins"; "monotone"; "renormalise" ])
            |> Option.bind (fun key ->
                match
                    optional key "bins" 40 (AnalysisParts.int reader),
                    optional key "monotone" false reader.Truth,
                    optional key "renormalise" false reader.Truth
                with
                | Some bins, Some monotone, Some renormalise ->
                    required key "method" (fun place -> method place bins monotone)
                    |> Option.map (
                        Option.map (fun method -> {
                            Method = method
                            Renormalise = renormalise
                        })
                    )
                | _ -> None)
        | _ -> method place 40 false |> Option.map (Option.map CalibrationSettings.create)

    let private bins (reader: JsonReader) key : SummaryBins option =
        match key "edges" with
        | Some place -> AnalysisParts.edges reader place |> Option.map GivenEdges
        | None -> optional key "bins" 20 (AnalysisParts.int reader) |> Option.map EqualContent

    /// A sample, or several with their factors.
    let private denominator (reader: JsonReader) (place: JsonPlace) =
        match place.Element.ValueKind with
        | JsonValueKind.Object -> AnalysisParts.shares reader place
        | _ -> reader.Text place |> Option.map (fun name -> [ name, 1.0 ])

    let private axis (reader: JsonReader) (place: JsonPlace) : SummaryAxis option =
        let keys = [ "at"; "numerator"; "denominator"; "bins"; "edges" ]

        reader.Object(place, [ "of" ], keys)
        |> Option.bind (fun key ->
            let variable =
                match required key "of" reader.Text with
                | Some "score" -> Some TwoPointScore
                | Some "localScore" ->
                    optional key "at" None (some reader.Number) |> Option.map LocalScore
                | Some "logRatio" ->
                    match key "numerator", key "denominator" with
                    | Some s, Some b ->
                        match reader.Text s, denominator reader b with
                        | Some s, Some b -> Some(LogRatio(s, b))
                        | _ -> None
                    | _ ->
                        let what = "a log-ratio lacks one of its samples"
                        reader.Report(place.Path, what, "give \"numerator\" and \"denominator\"")
                        None
                | Some other ->
                    let remedy = "choose score, localScore or logRatio"
                    reader.Report($"{place.Path}.of", $"there is no summary '{other}'", remedy)
                    None
                | None -> None

            match variable, bins reader key with
            | Some variable, Some bins -> Some { Variable = variable; Bins = bins }
            | _ -> None)

    /// The plan.
    let read (reader: JsonReader) (place: JsonPlace) : SummaryPlan option =
        let standard = SummaryPlan.standard

        let errors = [
            "none", NoSimulationErrors
            "perSample", ErrorPerSample
            "perBin", ErrorPerBin
        ]

        reader.Object(place, [], [ "axes"; "simulationErrors"; "leastEvents" ])
        |> Option.bind (fun key ->
            match
                optional key "axes" standard.Axes (fun p -> reader.ListOf(p, axis reader)),
                optional key "simulationErrors" standard.SimulationErrors (fun p ->
                    reader.OneOf(p, errors)),
                optional key "leastEvents" standard.LeastEvents reader.Number
            with
            | Some axes, Some errors, Some least ->
                Some {
                    Axes = axes
                    SimulationErrors = errors
                    LeastEvents = least
                }
            | _ -> None)
