namespace Nsbi.Infer

open System.Text.Json
open Nsbi.Learn.Networks

/// The numbers of diagnostics in <c>results.json</c>.
[<RequireQualifiedAccess>]
module internal DiagnosticsJson =

    let private list (writer: Utf8JsonWriter) (name: string) (items: 'a list) write =
        writer.WriteStartArray name

        for item in items do
            writer.WriteStartObject()
            let numbers = JsonNumbers writer
            write numbers item
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()

    let private number (numbers: JsonNumbers) name (value: float) =
        numbers.Number(name, value, (fun () -> "it could not be computed"))

    let private row (numbers: JsonNumbers) name (values: float[]) =
        numbers.Numbers(name, values, (fun _ -> "it could not be computed"))

    let private measured (numbers: JsonNumbers) name (m: Measured) =
        number numbers name m.Value
        number numbers $"{name}Error" m.Error

    let private chi (writer: Utf8JsonWriter) (numbers: JsonNumbers) (found: ChiSquare) =
        number numbers "chiSquare" found.Value
        writer.WriteNumber("degreesOfFreedom", found.DegreesOfFreedom)
        number numbers "pValue" found.PValue

    /// <summary>Writes <c>diagnostics: {values, calibration, pairs, twoSample, comparisons, overtraining,
    /// lossGap, stability, parameter, sizes}</c> into the object that is open.</summary>
    let write (writer: Utf8JsonWriter) (found: AnalysisDiagnostics) : unit =
        writer.WriteStartObject "diagnostics"
        let numbers = JsonNumbers writer
        row numbers "values" (List.toArray found.Values)

        list writer "calibration" found.Calibration (fun numbers c ->
            number numbers "value" c.Value
            writer.WriteString("against", c.Against)
            row numbers "predicted" (c.Points |> Array.map _.Predicted)
            row numbers "found" (c.Points |> Array.map _.Found)
            row numbers "error" (c.Points |> Array.map _.Error)
            number numbers "negativeShare" c.NegativeShare
            chi writer numbers c.ChiSquare)

        list writer "pairs" found.Pairs (fun numbers p ->
            writer.WriteString("sample", p.Process)
            number numbers "globalPValue" p.GlobalPValue

            list writer "worst" (List.truncate 10 p.Closures) (fun numbers c ->
                writer.WriteString("first", c.First)

                if c.Second <> "" then
                    writer.WriteString("second", c.Second)

                chi writer numbers c.ChiSquare))

        list writer "twoSample" found.TwoSample (fun numbers t ->
            writer.WriteString("sample", t.Process)
            measured numbers "auc" t.Auc
            number numbers "distortion" t.Distortion
            number numbers "distortedAuc" t.DistortedAuc
            number numbers "sensitivity" t.Sensitivity)

        list writer "comparisons" found.Comparisons (fun numbers c ->
            writer.WriteString("of", c.Of)
            number numbers "value" c.Value
            row numbers "edges" c.Edges
            row numbers "counts" c.Counts
            row numbers "predicted" c.Predicted
            row numbers "simulation" c.Simulation
            row numbers "systematic" c.Systematic
            chi writer numbers c.ChiSquare)

        list writer "overtraining" found.Overtraining (fun numbers o ->
            writer.WriteString("sample", o.Process)
            row numbers "distances" (o.Folds |> List.map _.Distance |> List.toArray)
            row numbers "pValues" (o.Folds |> List.map _.PValue |> List.toArray))

        match found.LossGap with
        | None -> ()
        | Some gap ->
            writer.WriteStartObject "lossGap"
            let numbers = JsonNumbers writer
            measured numbers "training" gap.Seen
            measured numbers "heldOut" gap.Unseen
            number numbers "ignorant" gap.Ignorant
            numbers.Close()
            writer.WriteEndObject()

        list writer "stability" found.Stability (fun numbers s ->
            writer.WriteString("sample", s.Process)
            row numbers "logRatio" s.LogRatio
            row numbers "folds" s.Folds
            row numbers "seeds" s.Members)

        match found.Parameter with
        | None -> ()
        | Some p ->
            writer.WriteStartObject "parameter"
            let numbers = JsonNumbers writer
            row numbers "folds" (p.Folds |> List.map _.Value |> List.toArray)
            row numbers "foldErrors" (p.Folds |> List.map _.Error |> List.toArray)
            row numbers "seeds" (List.toArray p.Members)
            number numbers "expectedError" p.Expected
            numbers.Close()
            writer.WriteEndObject()

        let size (numbers: JsonNumbers) (s: EffectiveSize) =
            writer.WriteString("name", s.Name)
            writer.WriteNumber("events", s.Events)
            number numbers "effective" s.Effective
            number numbers "largestShare" s.LargestShare

        list writer "samples" found.Samples size

        writer.WriteStartArray "notes"

        for note in found.Notes do
            writer.WriteStringValue note

        writer.WriteEndArray()

        list writer "reweighted" found.Reweighted (fun numbers r ->
            number numbers "value" r.Value
            size numbers r.Size
            row numbers "bins" r.Bins)

        numbers.Close()
        writer.WriteEndObject()
