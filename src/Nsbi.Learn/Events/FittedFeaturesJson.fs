namespace Nsbi.Learn.Events

open System
open System.IO
open System.Text
open System.Text.Json
open Nsbi.Learn

/// <summary>Fitted features as JSON; every double comes back bit for bit.</summary>
/// <remarks>
/// <c>[{ "name": …, "expression": …, "transforms": [{ "kind": "log" }, { "kind": "standardise",
/// "mean": …, "deviation": … }, …] }, …]</c>; clip has <c>low</c> and <c>high</c>, minmax those and
/// <c>least</c>, <c>greatest</c>. A feature that may be missing has <c>"missing": { "code": … }</c>,
/// with <c>fill</c> and <c>indicator</c> where it was missing in some events.
/// </remarks>
[<RequireQualifiedAccess>]
module FittedFeaturesJson =
    /// Writes the features as one JSON array.
    let write (writer: Utf8JsonWriter) (fitted: FittedFeatures) : unit =
        let step (kind: string) (numbers: (string * float) list) =
            writer.WriteStartObject()
            writer.WriteString("kind", kind)

            for name, value in numbers do
                writer.WriteNumber(name, value)

            writer.WriteEndObject()

        writer.WriteStartArray()

        for feature in fitted.Features do
            writer.WriteStartObject()
            writer.WriteString("name", feature.Name)
            writer.WriteString("expression", string feature.Expression)

            match feature.Missing with
            | None -> ()
            | Some missing ->
                writer.WriteStartObject "missing"

                match missing with
                | FittedMissing.Never code -> writer.WriteNumber("code", code)
                | FittedMissing.Filled(code, fill, indicator) ->
                    writer.WriteNumber("code", code)
                    writer.WriteNumber("fill", fill)
                    writer.WriteNumber("indicator", indicator)

                writer.WriteEndObject()

            writer.WriteStartArray "transforms"

            for transform in feature.Transforms do
                match transform with
                | FittedTransform.Fixed(FeatureTransform.Clip(low, high)) ->
                    step "clip" [ "low", low; "high", high ]
                | FittedTransform.Fixed other -> step (string other) []
                | FittedTransform.Standardised(mean, deviation) ->
                    step "standardise" [ "mean", mean; "deviation", deviation ]
                | FittedTransform.MinMaxed(least, greatest, low, high) ->
                    step "minmax" [ "least", least; "greatest", greatest; "low", low; "high", high ]

            writer.WriteEndArray()
            writer.WriteEndObject()

        writer.WriteEndArray()

    let private simple =
        [
            FeatureTransform.Log
            FeatureTransform.Log1p
            FeatureTransform.Sqrt
            FeatureTransform.Abs
            FeatureTransform.Cos
            FeatureTransform.Sin
        ]
        |> List.map (fun transform -> string transform, transform)

    let private tryGet (name: string) (element: JsonElement) : JsonElement option =
        match element.ValueKind = JsonValueKind.Object, name with
        | true, name ->
            match element.TryGetProperty name with
            | true, value -> Some value
            | _ -> None
        | _ -> None

    /// <summary>Reads what <c>write</c> wrote.</summary>
    /// <param name="source">the file, for faults</param>
    /// <param name="path">JSON path of the element in the file, such as <c>$.features</c></param>
    /// <param name="element">the array</param>
    /// <returns>or all faults, each with its JSON path</returns>
    let read
        (source: string)
        (path: string)
        (element: JsonElement)
        : Result<FittedFeatures, Fault list> =
        let log = FaultLog()

        let fault path problem remedy value =
            {
                Fault.create source problem remedy with
                    Path = Some path
                    Value = value
            }
            |> log.Add

        let text path name element =
            match tryGet name element with
            | Some value when value.ValueKind = JsonValueKind.String -> value.GetString()
            | other ->
                let found = other |> Option.map _.GetRawText()
                fault $"{path}.{name}" "a text is missing" "write a string" found
                ""

        let number path name element =
            match tryGet name element with
            | Some value when
                value.ValueKind = JsonValueKind.Number && Double.IsFinite(value.GetDouble())
                ->
                value.GetDouble()
            | other ->
                let found = other |> Option.map _.GetRawText()
                fault $"{path}.{name}" "a number is missing" "write a finite number" found
                nan

        let items path (element: JsonElement option) =
            match element with
            | Some element when element.ValueKind = JsonValueKind.Array ->
                element.EnumerateArray()
                |> Seq.mapi (fun i item -> $"{path}[{i}]", item)
                |> Seq.toList
            | _ ->
                fault path "a list is missing" "write an array" None
                []

        let transform (path, element) =
            let number name = number path name element

            match text path "kind" element with
            | "clip" -> FittedTransform.Fixed(FeatureTransform.Clip(number "low", number "high"))
            | "standardise" -> FittedTransform.Standardised(number "mean", number "deviation")
            | "minmax" ->
                FittedTransform.MinMaxed(
                    number "least",
                    number "greatest",
                    number "low",
                    number "high"
                )
            | kind ->
                match List.tryFind (fst >> (=) kind) simple with
                | Some(_, transform) -> FittedTransform.Fixed transform
                | None ->
                    if kind <> "" then
                        let known = List.map fst simple @ [ "clip"; "standardise"; "minmax" ]
                        let remedy = "there are " + String.concat ", " known
                        fault $"{path}.kind" "there is no such transform" remedy (Some kind)

                    FittedTransform.Fixed FeatureTransform.Abs

        let expression path element =
            let parsed =
                ExpressionParser.run
                    "expression"
                    ExpressionParser.expression
                    (text path "expression" element)

            match parsed with
            | Ok expression -> expression
            | Error fault ->
                fault |> Fault.inJson source $"{path}.expression" |> log.Add
                Number 0.0

        let missing path element =
            tryGet "missing" element
            |> Option.map (fun found ->
                let path = $"{path}.missing"
                let code = number path "code" found

                match tryGet "fill" found, tryGet "indicator" found with
                | None, None -> FittedMissing.Never code
                | _, Some place when
                    place.ValueKind = JsonValueKind.Number && fst (place.TryGetInt32())
                    ->
                    FittedMissing.Filled(code, number path "fill" found, place.GetInt32())
                | _, other ->
                    let found = other |> Option.map _.GetRawText()
                    fault $"{path}.indicator" "a number is missing" "write a whole number" found
                    FittedMissing.Never code)

        let feature (path, element) : FittedFeature = {
            Name = text path "name" element
            Expression = expression path element
            Missing = missing path element
            Transforms =
                items $"{path}.transforms" (tryGet "transforms" element) |> List.map transform
        }

        let features = items path (Some element) |> List.map feature

        let indicators =
            features
            |> List.choose (fun feature ->
                match feature.Missing with
                | Some(FittedMissing.Filled(_, _, indicator)) -> Some indicator
                | _ -> None)
            |> List.distinct
            |> List.sort

        if indicators <> [ 0 .. indicators.Length - 1 ] then
            let found = String.Join(", ", indicators)
            let problem = "the indicators of missing values are not numbered from 0 on"
            fault path problem "leave no number out" (Some found)

        if log.IsEmpty then
            Ok { Features = features }
        else
            Error(log.ToList())

    /// The JSON of fitted features as a text.
    let toText (fitted: FittedFeatures) : string =
        use stream = new MemoryStream()
        use writer = new Utf8JsonWriter(stream)
        write writer fitted
        writer.Flush()
        Encoding.UTF8.GetString(stream.ToArray())

    /// <summary>The fitted features of a text.</summary>
    /// <param name="source">the file, for faults</param>
    /// <param name="text">JSON</param>
    /// <returns>or all faults; where the text is not JSON, that</returns>
    let ofText (source: string) (text: string) : Result<FittedFeatures, Fault list> =
        try
            use document = JsonDocument.Parse text
            read source "$" document.RootElement
        with :? JsonException as problem ->
            let line = problem.LineNumber.GetValueOrDefault() + 1L

            Error [
                Fault.create source "this is not JSON" "check commas, quotes and brackets"
                |> Fault.atLine (int line)
            ]
