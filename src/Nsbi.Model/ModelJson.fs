namespace Nsbi.Model

open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json

/// <summary>Models as JSON.</summary>
/// <remarks>
/// <c>{"nsbi-model": 1, "name", "parameters": [{"name", "role": "poi"|"nuisance", "initial",
/// "lower", "upper", "fixed", "constraint": {"type": "gaussian"|"poisson"|"log-normal", "observed",
/// "sigma"|"tau"}}], "channels": [{"name", "type": "unbinned"|"binned", "reference", "processes":
/// [{"name", "scale": "mu - sqrt(mu)", "yields": [40]}]}]}</c>. An absent bound is infinite, an absent
/// constraint is none, an absent scale is 1, an absent "fixed" is false. Coefficients are written as
/// <see cref="T:Nsbi.Model.CoefficientTextModule" /> prints them; numbers as the shortest text that
/// gives the same number.
/// </remarks>
[<RequireQualifiedAccess>]
module ModelJson =

    /// <summary>Writes a model as the next value of a JSON writer; see
    /// <see cref="M:Nsbi.Model.ModelJson.write" />.</summary>
    /// <exception cref="T:System.ArgumentException">as of write</exception>
    let writeTo (writer: Utf8JsonWriter) (model: Model) : unit = ModelWriter.write writer model

    /// <summary>The JSON text of a model, from which <see cref="M:Nsbi.Model.ModelJson.read" /> makes
    /// the same model again. The model need not be valid.</summary>
    /// <exception cref="T:System.ArgumentException">a number that JSON has no word for (NaN, an
    /// infinite yield), or one name with two declarations</exception>
    let write (model: Model) : string =
        use stream = new MemoryStream()

        let options =
            JsonWriterOptions(
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            )

        using (new Utf8JsonWriter(stream, options)) (fun writer -> writeTo writer model)
        Encoding.UTF8.GetString(stream.ToArray()) + "\n"

    /// <summary>Reads a model from a parsed JSON value at a path, for files that hold a model among
    /// other things.</summary>
    /// <returns>the model as written, not yet validated; or every fault with its JSON path</returns>
    let readElement (path: string) (element: JsonElement) : Result<Model, ModelError list> =
        let reader = JsonReader()
        let model = ModelReader.read reader { Path = path; Element = element }

        match model, reader.Faults with
        | Some model, [] -> Ok model
        | _, faults -> Error faults

    /// <summary>Reads a model from JSON text.</summary>
    /// <returns>the model as written, not yet validated; or every fault: where the text is no JSON
    /// its line and column, otherwise the JSON path of each value that is wrong</returns>
    let read (json: string) : Result<Model, ModelError list> =
        JsonText.parse json
        |> Result.bind (fun document ->
            use document = document
            readElement "$" document.RootElement)
