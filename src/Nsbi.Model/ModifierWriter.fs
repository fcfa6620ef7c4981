namespace Nsbi.Model

open System.Text.Json

/// <summary>Modifiers into JSON.</summary>
module internal ModifierWriter =

    /// The name of each choice of the event rate.
    let eventRates = [
        "renormalised", Renormalised
        "as given", AsGiven
        "from events", FromEvents
    ]

    let private numbers (writer: Utf8JsonWriter) (name: string) (values: float list) =
        writer.WriteStartArray name
        List.iter (fun (x: float) -> writer.WriteNumberValue x) values
        writer.WriteEndArray()

    let private names (writer: Utf8JsonWriter) (name: string) (parameters: Parameter list) =
        writer.WriteStartArray name
        parameters |> List.iter (fun p -> writer.WriteStringValue p.Name)
        writer.WriteEndArray()

    /// Writes a modifier as the next value.
    let write (writer: Utf8JsonWriter) (modifier: Modifier) : unit =
        let parameter (p: Parameter) = writer.WriteString("parameter", p.Name)

        let code (c: Interpolation) =
            writer.WriteString("code", Interpolation.name c)

        writer.WriteStartObject()
        writer.WriteString("type", Modifier.kind modifier)

        match modifier with
        | NormFactor p
        | Lumi p -> parameter p
        | NormSys(p, c, low, high) ->
            parameter p
            code c
            writer.WriteNumber("low", low)
            writer.WriteNumber("high", high)
        | HistoSys(p, c, low, high) ->
            parameter p
            code c
            numbers writer "low" low
            numbers writer "high" high
        | StatError(gammas, uncertainties) ->
            names writer "parameters" gammas
            numbers writer "uncertainties" uncertainties
        | ShapeSys(gammas, uncertainties) ->
            writer.WriteStartArray "parameters"

            for gamma in gammas do
                match gamma with
                | Some p -> writer.WriteStringValue p.Name
                | None -> writer.WriteNullValue()

            writer.WriteEndArray()
            numbers writer "uncertainties" uncertainties
        | ShapeFactor factors -> names writer "parameters" factors
        | EventSys v ->
            parameter v.Parameter
            code v.Code

            if v.Variation <> v.Parameter.Name then
                writer.WriteString("variation", v.Variation)

            match v.Symmetrisation with
            | Some s ->
                let name = Symmetrisation.names |> List.find (fun (_, x) -> x = s) |> fst
                writer.WriteString("symmetrised", name)
            | None -> ()
        | EventShape(name, parameters) ->
            writer.WriteString("shape", name)
            names writer "parameters" parameters

        writer.WriteEndObject()
