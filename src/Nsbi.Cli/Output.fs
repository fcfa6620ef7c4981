namespace Nsbi.Cli

open System
open System.IO
open System.Text.Encodings.Web
open System.Text.Json

/// The version of this program.
[<RequireQualifiedAccess>]
module Version =
    let text () : string =
        let assembly = typeof<Outcome>.Assembly
        let attribute = typeof<Reflection.AssemblyInformationalVersionAttribute>

        match Attribute.GetCustomAttribute(assembly, attribute) with
        | :? Reflection.AssemblyInformationalVersionAttribute as version ->
            version.InformationalVersion.Split('+')[0]
        | _ -> string (assembly.GetName().Version)

/// Results on standard output; everything else goes to standard error.
[<RequireQualifiedAccess>]
module Output =
    /// The version of the shape of the JSON results.
    let schemaVersion = 1

    /// One whole JSON object with the members that write adds, as UTF-8 text with a line end.
    let bytes (verb: string) (write: Utf8JsonWriter -> unit) : byte[] =
        use buffer = new MemoryStream()

        let options =
            JsonWriterOptions(
                Indented = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            )

        do
            use writer = new Utf8JsonWriter(buffer, options)
            writer.WriteStartObject()
            writer.WriteNumber("schemaVersion", schemaVersion)
            writer.WriteString("verb", verb)
            writer.WriteString("version", Version.text ())
            write writer
            writer.WriteEndObject()

        buffer.WriteByte(byte '\n')
        buffer.ToArray()

    /// Writes that object to standard output, or nothing if it raises.
    let json (verb: string) (write: Utf8JsonWriter -> unit) : unit =
        let whole = bytes verb write
        use out = Console.OpenStandardOutput()
        out.Write(whole, 0, whole.Length)
        out.Flush()

    /// A text for a person on standard output.
    let text (text: string) : unit = Console.Out.WriteLine(text.TrimEnd())

    /// One line of the log, on standard error.
    let log (line: string) : unit = Console.Error.WriteLine line
