namespace Nsbi.Infer

open System.Text.Json
open Nsbi.Model

/// The key <c>diagnostics</c> of <c>analysis.json</c>.
[<RequireQualifiedAccess>]
module internal DiagnosticsParts =

    let private optional = AnalysisParts.optional

    let private pair (reader: JsonReader) (place: JsonPlace) : (string * string) option =
        match reader.ListOf(place, reader.Text) with
        | Some [ first; second ] -> Some(first, second)
        | Some _ ->
            let remedy = "give two features such as [\"m4l\", \"pt\"]"
            reader.Report(place.Path, "this is no pair", remedy)
            None
        | None -> None

    /// True, false, or an object with settings.
    let private twoSample (reader: JsonReader) (place: JsonPlace) : TwoSamplePlan option option =
        let standard = DiagnosticsPlan.twoSample

        match place.Element.ValueKind with
        | JsonValueKind.Object ->
            reader.Object(place, [], [ "events"; "epochs"; "distortion" ])
            |> Option.bind (fun key ->
                match
                    optional key "events" standard.Events (AnalysisParts.int reader),
                    optional key "epochs" standard.Epochs (AnalysisParts.int reader),
                    optional key "distortion" standard.Distortion reader.Number
                with
                | Some events, Some epochs, Some distortion ->
                    Some {
                        Events = events
                        Epochs = epochs
                        Distortion = distortion
                    }
                | _ -> None)
            |> Option.map Some
        | _ ->
            reader.Truth place
            |> Option.map (fun wanted -> if wanted then Some standard else None)

    /// The plan.
    let read (reader: JsonReader) (place: JsonPlace) : DiagnosticsPlan option =
        let standard = DiagnosticsPlan.standard

        reader.Object(place, [], [ "values"; "pairs"; "c2st" ])
        |> Option.bind (fun key ->
            match
                optional key "values" [] (fun p -> reader.ListOf(p, reader.Number)),
                optional key "pairs" [] (fun p -> reader.ListOf(p, pair reader)),
                optional key "c2st" standard.TwoSample (twoSample reader)
            with
            | Some values, Some pairs, Some twoSample ->
                Some {
                    Values = values
                    Pairs = pairs
                    TwoSample = twoSample
                }
            | _ -> None)
