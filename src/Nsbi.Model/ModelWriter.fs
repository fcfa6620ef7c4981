namespace Nsbi.Model

open System.Text.Json

/// <summary>Models into JSON; <c>ModelJson.write</c> is the door.</summary>
module internal ModelWriter =

    /// The version that is written. Version 1 had no modifiers, and is read.
    let version = 2

    let roles = [ "poi", PointOfInterest; "nuisance", Nuisance ]

    let private writeConstraint (writer: Utf8JsonWriter) (term: Constraint) : unit =
        let write (kind: string) (a: float) (name: string) (width: float) =
            writer.WriteStartObject "constraint"
            writer.WriteString("type", kind)
            writer.WriteNumber("observed", a)
            writer.WriteNumber(name, width)
            writer.WriteEndObject()

        match term with
        | Unconstrained -> ()
        | Gaussian(a, sigma) -> write "gaussian" a "sigma" sigma
        | Poisson(a, tau) -> write "poisson" a "tau" tau
        | LogNormal(a, sigma) -> write "log-normal" a "sigma" sigma

    let private writeParameter (writer: Utf8JsonWriter) (p: Parameter) : unit =
        writer.WriteStartObject()
        writer.WriteString("name", p.Name)
        writer.WriteString("role", roles |> List.find (fun (_, role) -> role = p.Role) |> fst)
        writer.WriteNumber("initial", p.Initial)

        if p.Lower <> -infinity then
            writer.WriteNumber("lower", p.Lower)

        if p.Upper <> infinity then
            writer.WriteNumber("upper", p.Upper)

        writeConstraint writer p.Constraint

        if p.Fixed then
            writer.WriteBoolean("fixed", true)

        writer.WriteEndObject()

    let private writeProcess (writer: Utf8JsonWriter) (p: Process) : unit =
        writer.WriteStartObject()
        writer.WriteString("name", p.Name)

        if p.Scale <> Constant 1.0 then
            writer.WriteString("scale", p.Scale.Text)

        writer.WriteStartArray "yields"

        for x in p.Yields do
            writer.WriteNumberValue x

        writer.WriteEndArray()

        if not p.Modifiers.IsEmpty then
            writer.WriteStartArray "modifiers"
            p.Modifiers |> List.iter (ModifierWriter.write writer)
            writer.WriteEndArray()

        if p.EventRate <> Renormalised then
            let name = ModifierWriter.eventRates |> List.find (fun (_, r) -> r = p.EventRate)
            writer.WriteString("eventRate", fst name)

        writer.WriteEndObject()

    let private writeChannel (writer: Utf8JsonWriter) (channel: Channel) : unit =
        writer.WriteStartObject()
        writer.WriteString("name", Channel.name channel)

        match channel with
        | Unbinned c ->
            writer.WriteString("type", "unbinned")
            writer.WriteString("reference", c.Reference)
        | Binned _ -> writer.WriteString("type", "binned")

        writer.WriteStartArray "processes"
        Channel.processes channel |> List.iter (writeProcess writer)
        writer.WriteEndArray()
        writer.WriteEndObject()

    /// Writes a model as the next value; throws where one name has two declarations.
    let write (writer: Utf8JsonWriter) (model: Model) : unit =
        let mentions = Faults.mentions model

        match Faults.conflicts mentions with
        | [] -> ()
        | fault :: _ -> invalidArg (nameof model) (string fault)

        writer.WriteStartObject()
        writer.WriteNumber("nsbi-model", version)
        writer.WriteString("name", model.Name)
        writer.WriteStartArray "parameters"
        mentions |> List.map fst |> List.distinct |> List.iter (writeParameter writer)
        writer.WriteEndArray()
        writer.WriteStartArray "channels"
        List.iter (writeChannel writer) model.Channels
        writer.WriteEndArray()
        writer.WriteEndObject()
