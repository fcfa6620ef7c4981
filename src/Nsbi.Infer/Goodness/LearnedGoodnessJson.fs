namespace Nsbi.Infer

open System.Text.Json

/// <summary>Learned tests in files.</summary>
[<RequireQualifiedAccess>]
module LearnedGoodnessJson =

    let private family (writer: Utf8JsonWriter) (settings: LearnedGoodnessSettings) =
        let numbers name (values: float list) =
            writer.WriteStartArray(name: string)
            values |> List.iter writer.WriteNumberValue
            writer.WriteEndArray()

        match settings.Family with
        | GoodnessFamily.Kernels k ->
            writer.WriteString("family", "kernels")
            writer.WriteNumber("functions", k.Functions)
            numbers "widths" k.Widths
            writer.WriteNumber("prior", k.Prior)
        | GoodnessFamily.Network n ->
            writer.WriteString("family", "network")
            numbers "hidden" (n.Hidden |> List.map float)
            writer.WriteNumber("clip", n.Clip)
            writer.WriteNumber("starts", n.Starts)

        writer.WriteNumber("reference", settings.Reference)
        writer.WriteBoolean("fluctuating", settings.Fluctuating)

    /// <summary>Writes <c>t, p, error, toys, failed, features, family, …, asymptotic: {scale, degrees, p,
    /// distance, distanceP}, shifts: [{name, fitted, joint}], values: [t of each toy]</c> into the JSON object
    /// that is open.</summary>
    let writeMembers (writer: Utf8JsonWriter) (found: LearnedGoodness) : unit =
        let numbers = JsonNumbers writer
        let noToys () = "there are no toys"
        numbers.Number("t", found.Value, (fun () -> "the statistic is not a number"))
        numbers.Number("p", found.PValue |> Option.map _.Value, noToys)
        numbers.Number("error", found.PValue |> Option.map _.Error, noToys)
        writer.WriteNumber("toys", found.Toys.Length)
        writer.WriteNumber("failed", found.Failed)
        writer.WriteStartArray "features"

        for _, names in found.Features do
            names |> List.iter writer.WriteStringValue

        writer.WriteEndArray()
        family writer found.Settings

        match found.Asymptotic with
        | None -> ()
        | Some form ->
            writer.WriteStartObject "asymptotic"
            let inner = JsonNumbers writer
            inner.Number("scale", form.Scale, noToys)
            inner.Number("degrees", form.Degrees, noToys)
            inner.Number("p", form.PValue, noToys)
            inner.Number("distance", form.Distance, noToys)
            inner.Number("distanceP", form.DistancePValue, noToys)
            inner.Close()
            writer.WriteEndObject()

        writer.WriteStartArray "shifts"

        for shift in found.Shifts do
            writer.WriteStartObject()
            writer.WriteString("name", shift.Name)
            writer.WriteNumber("fitted", shift.Fitted)
            writer.WriteNumber("joint", shift.Joint)
            writer.WriteEndObject()

        writer.WriteEndArray()

        numbers.Numbers(
            "values",
            found.Toys |> Array.map _.Value,
            fun i -> found.Toys[i].Failure |> Option.defaultValue "the statistic is not a number"
        )

        numbers.Close()
