namespace Nsbi.Learn.Posterior

open System
open System.Buffers
open System.Text
open System.Text.Json
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>The prior p(φ) = Π_k p_k(φ_k) of named parameters, independent of each other.</summary>
/// <remarks>k: parameter, in the order in which they were given. Made by <c>Prior.create</c>.</remarks>
[<Sealed>]
type Prior internal (parameters: (string * PriorDensity) list) =
    let densities = parameters |> List.map snd |> Array.ofList

    let check (values: float[]) =
        if isNull values then
            nullArg "values"

        if values.Length <> densities.Length then
            invalidArg "values" $"{values.Length} values for {densities.Length} parameters."

    /// Names and densities, in order.
    member _.Parameters: (string * PriorDensity) list = parameters

    /// Names, in order.
    member _.Names: string list = parameters |> List.map fst

    /// How many parameters there are.
    member _.Count: int = densities.Length

    /// <summary>ln p(φ); −∞ outside the support.</summary>
    /// <param name="values">one per parameter</param>
    /// <exception cref="T:System.ArgumentException">another number of values</exception>
    member _.LogDensity(values: float[]) : float =
        check values
        Array.fold2 (fun sum d x -> sum + PriorDensity.logDensity d x) 0.0 densities values

    /// <summary>True where every parameter lies in its support, bounds included (0 is not in the support
    /// of a log-normal).</summary>
    member _.Supports(values: float[]) : bool =
        check values

        Array.forall2 (fun d x -> PriorDensity.logDensity d x > -infinity) densities values

    /// <summary>One draw of all parameters, by inversion: one uniform number each.</summary>
    member _.Sample(stream: byref<RandomStream>) : float[] =
        let values = Array.zeroCreate densities.Length

        for k in 0 .. values.Length - 1 do
            values[k] <- PriorDensity.quantile densities[k] (stream.NextDouble())

        values

    /// The parameters in one line.
    override _.ToString() : string =
        let one (name, density: PriorDensity) = $"{name}: {density}"
        parameters |> List.map one |> String.concat ", "

/// Making priors, and their JSON.
[<RequireQualifiedAccess>]
module Prior =
    let private faults source (parameters: (string * PriorDensity) list) = [
        if parameters.IsEmpty then
            Fault.create source "there is no parameter" "at least one parameter with its density"
        for name, density in parameters do
            if String.IsNullOrWhiteSpace name then
                Fault.create source "a parameter has no name" "a name for each parameter"

            yield! PriorDensity.faults source density |> List.map (Fault.inColumn name)
        for name, count in parameters |> List.countBy fst do
            if count > 1 then
                Fault.create source "a parameter is named twice" "a name for each parameter"
                |> Fault.withValue name
    ]

    /// <summary>The prior of named parameters.</summary>
    /// <returns>or every fault: no parameter, names that repeat, bounds in the wrong order, widths that
    /// are not positive</returns>
    let create (parameters: (string * PriorDensity) list) : Result<Prior, Fault list> =
        match faults "prior" parameters with
        | [] -> Ok(Prior parameters)
        | faults -> Error faults

    /// <summary>A prior from a JSON list such as
    /// <c>[{"name": "f", "density": "uniform", "low": 0, "high": 1}]</c>.</summary>
    /// <param name="source">the file, as faults should name it</param>
    /// <param name="path">where the list stands in the file, such as <c>$.prior</c></param>
    /// <param name="element">the list; the densities are uniform (low, high), normal (mean,
    /// standardDeviation), truncatedNormal (all four) and logNormal (median,
    /// logStandardDeviation)</param>
    /// <returns>every fault</returns>
    let ofJson (source: string) (path: string) (element: JsonElement) : Result<Prior, Fault list> =
        let log = FaultLog()

        if element.ValueKind <> JsonValueKind.Array then
            Fault.create source "the prior is not a list" "a list of parameters in brackets"
            |> Fault.inJson source path
            |> log.Add

            Error(log.ToList())
        else
            let parameters = [
                for index, item in Seq.indexed (element.EnumerateArray()) do
                    let at = $"{path}[{index}]"
                    let fields = JsonFields(source, at, item, log)
                    let name = fields.Text("name", "")
                    let density = PriorDensity.read fields
                    fields.Close()

                    PriorDensity.faults source density
                    |> List.map (Fault.inJson source at)
                    |> log.AddRange

                    name, density
            ]

            if log.IsEmpty then
                faults source parameters |> List.map (Fault.inJson source path) |> log.AddRange

            if log.IsEmpty then
                Ok(Prior parameters)
            else
                Error(log.ToList())

    /// <summary>Writes a prior as <c>ofJson</c> reads it.</summary>
    let writeJson (writer: Utf8JsonWriter) (prior: Prior) : unit =
        writer.WriteStartArray()

        for name, density in prior.Parameters do
            writer.WriteStartObject()
            writer.WriteString("name", name)
            PriorDensity.write writer density
            writer.WriteEndObject()

        writer.WriteEndArray()

    /// <summary>The prior as JSON text: equal priors give equal text.</summary>
    let toJson (prior: Prior) : string =
        let buffer = ArrayBufferWriter<byte>()
        use writer = new Utf8JsonWriter(buffer)
        writeJson writer prior
        writer.Flush()
        Encoding.UTF8.GetString buffer.WrittenSpan
