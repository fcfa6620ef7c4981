namespace Nsbi.Infer

open System.Text.Json
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks

/// <summary>Studies of ensembles in files.</summary>
[<RequireQualifiedAccess>]
module EnsembleJson =

    let private within (writer: Utf8JsonWriter) (key: string) (write: unit -> unit) =
        writer.WriteStartObject key
        write ()
        writer.WriteEndObject()

    let private writeMeasured (writer: Utf8JsonWriter) (key: string) (found: Measured) =
        within writer key (fun () ->
            let numbers = JsonNumbers writer
            numbers.Number("value", found.Value, (fun () -> "too few fits succeeded"))
            numbers.Number("error", found.Error, (fun () -> "too few fits succeeded"))
            numbers.Close())

    let private writeScaling writer (key: string) (scaling: EnsembleScaling option) =
        match scaling with
        | None -> ()
        | Some scaling ->
            within writer key (fun () ->
                let numbers = JsonNumbers writer
                let unknown () = "it is not known"
                numbers.Number("exponent", scaling.Exponent, unknown)
                numbers.Number("error", scaling.Error, unknown)
                writer.WriteStartArray "points"

                for networks, sigma in scaling.Points do
                    writer.WriteStartObject()
                    writer.WriteNumber("networks", networks)
                    writer.WriteNumber("sigma", sigma)
                    writer.WriteEndObject()

                writer.WriteEndArray()
                numbers.Close())

    let private writeSummary (writer: Utf8JsonWriter) (summary: EnsembleSummary) =
        writeMeasured writer "sigma" summary.Sigma
        writer.WriteString("method", summary.Method)
        writer.WriteBoolean("hasSimulation", summary.HasSimulation)
        summary.Training |> Option.iter (writeMeasured writer "training")
        writeMeasured writer "mean" summary.Mean
        writer.WriteStartArray "estimates"

        for estimate in summary.Estimates do
            writer.WriteStartObject()
            writer.WriteString("letter", estimate.Method.Letter)
            writer.WriteString("name", estimate.Method.Name)
            writeMeasured writer "sigma" estimate.Sigma
            writeMeasured writer "variance" estimate.Variance
            writer.WriteNumber("trainings", estimate.Trainings)
            writer.WriteEndObject()

        writer.WriteEndArray()
        summary.DoubleBootstrap |> Option.iter (writeMeasured writer "doubleBootstrap")
        writeScaling writer "doubleBootstrapScaling" summary.Scaling
        writeScaling writer "nestedScaling" summary.NestedScaling
        writer.WriteNumber("failed", summary.Failed)

    let private writeValues (writer: Utf8JsonWriter) (key: string) (values: EnsembleValues<float>) =
        within writer key (fun () ->
            let numbers = JsonNumbers writer
            let failed _ = "the fit did not succeed"
            writer.WriteStartArray "members"

            for j, members in Array.indexed values.Members do
                writer.WriteStartArray()

                for m, value in Array.indexed members do
                    numbers.Item($"members[{j}][{m}]", value, (fun () -> failed ()))

                writer.WriteEndArray()

            writer.WriteEndArray()
            numbers.Numbers("averages", values.Averages, failed)
            numbers.Close())

    let private writePoint (writer: Utf8JsonWriter) (point: EnsemblePoint) =
        let numbers = JsonNumbers writer
        numbers.Number("value", point.Value, (fun () -> "it is that of the data, unknown"))
        numbers.Number("fitted", point.Fitted, (fun () -> "the fit did not succeed"))
        numbers.Close()
        writeSummary writer point.Summary
        writeValues writer "fits" point.Refits

        match point.Linear, point.LinearFits with
        | Some summary, Some values ->
            within writer "linear" (fun () ->
                writeSummary writer summary
                writeValues writer "fits" values)
        | _ -> ()

    let private writeBreakdown (writer: Utf8JsonWriter) what (found: UncertaintyBreakdown) =
        let numbers = JsonNumbers writer
        let atBound () = "no error at a bound"
        writer.WriteString("of", (what: string))
        numbers.Number("total", found.Total.Mean, atBound)
        numbers.Number("statistical", found.Statistical.Mean, atBound)
        writer.WriteStartArray "parts"

        for part in found.Parts do
            writer.WriteStartObject()
            let own = JsonNumbers writer
            writer.WriteString("group", part.Group)
            own.Number("held", part.Held.Mean, atBound)
            own.Number("quadrature", part.Quadrature.Mean, atBound)
            own.Number("observables", part.Observables, atBound)
            own.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()
        numbers.Close()

    /// <summary>Writes the members of a study into the object that is open: <c>parameter</c>,
    /// <c>bootstraps</c>, <c>members</c>, <c>inner</c>, <c>trainings</c>, <c>sigma</c> (nominal
    /// point), <c>table</c>, <c>points</c>, <c>observed</c>, <c>uncertainty</c>, <c>warnings</c>.</summary>
    let writeMembers (writer: Utf8JsonWriter) (study: EnsembleStudy) : unit =
        let plan = study.Plan.Ensemble
        writer.WriteString("parameter", study.Interest)
        writer.WriteNumber("bootstraps", (if plan.IsNested then plan.Replicas else 0))
        writer.WriteNumber("members", plan.Members)

        writer.WriteString(
            "inner",
            match plan.Inner with
            | Inner.Seeds -> "seeds"
            | Inner.Bootstraps -> "bootstraps"
        )

        writer.WriteNumber("trainings", study.Networks.Length)
        writer.WriteBoolean("nuisance", study.Plan.Nuisance)
        writeMeasured writer "sigma" study.Nominal.Summary.Sigma
        writer.WriteStartArray "table"

        for value, sigma in study.Table do
            writer.WriteStartObject()
            writer.WriteNumber("value", value)
            writeMeasured writer "sigma" sigma
            writer.WriteEndObject()

        writer.WriteEndArray()
        writer.WriteStartArray "points"

        for point in study.Points do
            writer.WriteStartObject()
            writePoint writer point
            writer.WriteEndObject()

        writer.WriteEndArray()

        match study.Observed with
        | Some point -> within writer "observed" (fun () -> writePoint writer point)
        | None -> ()

        match study.Breakdown with
        | Some(what, breakdown) ->
            within writer "uncertainty" (fun () -> writeBreakdown writer what breakdown)
        | None -> ()

        writer.WriteStartArray "warnings"
        study.Warnings |> List.iter writer.WriteStringValue
        writer.WriteEndArray()

    /// <summary>Writes <c>ensemble: {…}</c> into the object that is open.</summary>
    let write (writer: Utf8JsonWriter) (study: EnsembleStudy) : unit =
        within writer "ensemble" (fun () -> writeMembers writer study)
