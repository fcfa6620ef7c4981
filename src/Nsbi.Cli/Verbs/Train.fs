namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.Text.Json
open Nsbi.Cli
open Nsbi.Infer

/// The networks of an analysis.
[<RequireQualifiedAccess>]
module TrainVerb =
    let private about = [
        "Trains the networks of an analysis, or finds them trained in the folder of results."
        "Stopped at any moment and run again, it continues and ends with the same networks."
    ]

    let private examples = [ "analysis.json --out results --threads 2" ]

    let private table (networks: TrainedNetwork list) () : string =
        let number (format: string) (value: float) =
            value.ToString(format, CultureInfo.InvariantCulture)

        let width = networks |> List.fold (fun width it -> max width it.Name.Length) 7
        let network, loss, seconds = "network", "loss", "seconds"

        String.Join(
            "\n",
            $"{network.PadRight width}  {loss, 10}  {seconds, 8}"
            :: [
                for it in networks ->
                    let loss, seconds = number "F6" it.Loss, number "F1" it.Seconds
                    $"{it.Name.PadRight width}  {loss, 10}  {seconds, 8}"
            ]
        )

    let private json (networks: TrainedNetwork list) (writer: Utf8JsonWriter) : unit =
        writer.WriteStartArray "networks"

        for it in networks do
            writer.WriteStartObject()
            let numbers = JsonNumbers writer
            writer.WriteString("name", it.Name)
            numbers.Number("loss", it.Loss, (fun () -> "the training diverged"))
            numbers.Number("seconds", it.Seconds, (fun () -> "not measured"))
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()

    let run (call: Call) : Answer =
        Arguments.dispatch<AnalysisOption> call about examples (fun parsed ->
            let options = Options()
            let it = AnalysisCall.read options parsed

            if it.Out.IsNone then
                options.Fault "train: give the folder of results with --out DIR."

            options.Finish(fun () ->
                AnalysisCall.run call it Pipeline.train (fun _ networks ->
                    Answer.Result(Outcome.Done, table networks, json networks))))
