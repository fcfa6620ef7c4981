namespace Nsbi.Infer

open System.Text.Json
open Nsbi.Learn.Networks

/// <summary>Results of posteriors in files.</summary>
[<RequireQualifiedAccess>]
module PosteriorJson =
    let private why () = "it could not be computed"

    let private measured (writer: Utf8JsonWriter) (name: string) (it: Measured) =
        writer.WriteStartObject name
        let numbers = JsonNumbers writer
        numbers.Number("value", it.Value, why)
        numbers.Number("error", it.Error, why)
        numbers.Close()
        writer.WriteEndObject()

    let private list (writer: Utf8JsonWriter) (name: string) (values: float seq) =
        let numbers = JsonNumbers writer
        numbers.Numbers(name, values, (fun _ -> why ()))
        numbers.Close()

    let private rank (writer: Utf8JsonWriter) (it: RankTest) =
        writer.WriteStartObject()
        writer.WriteString("name", it.Parameter)
        list writer "counts" (Seq.map float it.Counts)
        list writer "expected" it.Expected
        writer.WriteNumber("chiSquare", it.ChiSquare)
        writer.WriteNumber("degreesOfFreedom", it.DegreesOfFreedom)
        writer.WriteNumber("p", it.PValue)
        measured writer "mean" it.Mean
        measured writer "spread" it.Spread
        writer.WriteEndObject()

    let private coverage (writer: Utf8JsonWriter) (it: ExpectedCoverage) =
        let region =
            match it.Region with
            | CoverageRegion.HighestDensity -> "highestDensity"
            | CoverageRegion.RandomPoints -> "randomPoints"

        writer.WriteStartObject()
        writer.WriteString("region", region)
        list writer "levels" it.Levels
        list writer "coverage" it.Coverage
        list writer "errors" it.Errors
        writer.WriteNumber("distance", it.Distance)
        writer.WriteNumber("p", it.PValue)
        measured writer "excess" it.Excess
        writer.WriteEndObject()

    let private parameter (writer: Utf8JsonWriter) (it: ParameterPosterior) =
        writer.WriteStartObject()
        let numbers = JsonNumbers writer
        writer.WriteString("name", it.Name)
        numbers.Number("mean", it.Mean.Value, why)
        numbers.Number("meanError", it.Mean.Error, why)
        numbers.Number("standardDeviation", it.StandardDeviation.Value, why)
        numbers.Number("standardDeviationError", it.StandardDeviation.Error, why)
        writer.WriteStartArray "quantiles"

        for level, value in it.Quantiles do
            writer.WriteStartObject()
            writer.WriteNumber("level", level)
            let numbers = JsonNumbers writer
            numbers.Number("value", value.Value, why)
            numbers.Number("error", value.Error, why)
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()
        numbers.Close()
        writer.WriteEndObject()

    let private observed (writer: Utf8JsonWriter) (it: ObservedPosterior) =
        writer.WriteStartObject()
        writer.WriteString("name", it.Name)
        writer.WriteNumber("events", it.Events)
        writer.WriteStartArray "parameters"
        it.Parameters |> List.iter (parameter writer)
        writer.WriteEndArray()
        writer.WriteStartArray "covariance"

        for i in 0 .. it.Parameters.Length - 1 do
            writer.WriteStartArray()

            for j in 0 .. it.Parameters.Length - 1 do
                writer.WriteNumberValue it.Covariance[i, j]

            writer.WriteEndArray()

        writer.WriteEndArray()

        match it.Alarm with
        | None -> ()
        | Some alarm ->
            writer.WriteStartObject "embedding"
            writer.WriteNumber("distance", alarm.Observed)
            writer.WriteNumber("p", alarm.PValue)
            writer.WriteNumber("error", alarm.Error)
            writer.WriteEndObject()

        writer.WriteStartArray "warnings"
        it.Warnings |> List.iter writer.WriteStringValue
        writer.WriteEndArray()
        writer.WriteEndObject()

    /// <summary>Writes <c>name</c>, <c>training</c>, <c>information</c>, <c>ranks</c>, <c>coverage</c> and
    /// <c>posteriors: [{name, events, parameters: [{name, mean, standardDeviation, quantiles}], covariance,
    /// embedding, warnings}]</c> into the open object.</summary>
    let writeMembers (writer: Utf8JsonWriter) (result: PosteriorResult) : unit =
        let history = result.Estimator.History
        writer.WriteString("name", result.Plan.Name)
        writer.WriteNumber("seed", result.Plan.Seed)
        writer.WriteString("estimator", result.Estimator.Identity)
        writer.WriteStartObject "training"
        let numbers = JsonNumbers writer
        writer.WriteNumber("epochs", history.Epochs.Length)
        writer.WriteNumber("bestEpoch", history.BestEpoch)
        numbers.Number("loss", history.BestLoss, (fun () -> "the training diverged"))
        numbers.Close()
        writer.WriteEndObject()
        writer.WriteNumber("checkSets", result.CheckSets)
        result.Information |> Option.iter (measured writer "information")
        writer.WriteStartArray "ranks"
        result.Ranks |> List.iter (rank writer)
        writer.WriteEndArray()
        writer.WriteStartArray "coverage"
        result.Coverage |> List.iter (coverage writer)
        writer.WriteEndArray()
        writer.WriteStartArray "posteriors"
        result.Observed |> List.iter (observed writer)
        writer.WriteEndArray()
