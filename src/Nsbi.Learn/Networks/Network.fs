namespace Nsbi.Learn.Networks

open System
open System.Text.Json
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Losses

/// <summary>A trained classifier: features → standardisation → layers → logits. Immutable; may be
/// evaluated from several threads at once, each with a team of its own.</summary>
[<Sealed>]
type Network
    internal
    (
        architecture: Architecture,
        inputs: int,
        outputs: int,
        standardisation: Standardisation,
        values: Values,
        history: TrainingHistory,
        loss: Loss,
        output: OutputMap
    ) =
    static let blockRows = 4096

    /// The layers.
    member _.Architecture: Architecture = architecture
    /// Number of features F.
    member _.InputCount: int = inputs
    /// Number of logits: K for a softmax over K classes, 1 for a binary classifier.
    member _.OutputCount: int = outputs
    /// Shift and scale of the features.
    member _.Standardisation: Standardisation = standardisation
    /// The course of the training.
    member _.History: TrainingHistory = history
    /// What a network of one logit was trained with.
    member _.Loss: Loss = loss
    /// How the output of the loss is made of the logit.
    member _.Output: OutputMap = output

    /// <summary>Weights and biases: <c>w0</c>, <c>b0</c>, <c>w1</c>, … from the input to the output, W of
    /// fan-in x fan-out and b of 1 x fan-out; copies.</summary>
    member _.Parameters: Values = values |> Map.map (fun _ value -> Array2D.copy value)

    member internal _.Values: Values = values

    /// <summary>The logits of events, computed in float32, dropout off.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major, before standardisation</param>
    /// <returns>n x outputs, row-major; NaN where a feature is NaN. A row's logits do not depend on the
    /// other rows or on the number of threads.</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    /// <remarks>A call plans the network anew: give many events at once.</remarks>
    member _.Logits(team: ThreadTeam, features: ReadOnlyMemory<float32>) : float32[] =
        if features.Length % inputs <> 0 then
            invalidArg
                (nameof features)
                $"{features.Length} numbers are not whole rows of {inputs} features."

        let rows = features.Length / inputs
        let result = Array.zeroCreate<float32>(rows * outputs)

        if rows > 0 then
            let capacity = min rows blockRows
            let layers = NetworkGraph.parameters architecture inputs outputs
            let logits = NetworkGraph.logits architecture inputs layers
            use plan = Plan.Compile(team, Precision.Single, capacity, [ logits ])
            plan.SetParameters values
            let block = Array.zeroCreate<float32>(capacity * inputs)
            let table = Table.OfSingles([ "x", inputs ], block)
            let numbers = Array.init capacity id

            for first in 0..capacity .. rows - 1 do
                let count = min capacity (rows - first)
                let span = features.Span

                for i in 0 .. count - 1 do
                    Standardisation.row
                        standardisation
                        (span.Slice((first + i) * inputs, inputs))
                        (Span(block, i * inputs, inputs))

                plan.Run(table, ReadOnlySpan(numbers, 0, count))
                let output = plan.Output 0

                for i in 0 .. count - 1 do
                    for k in 0 .. outputs - 1 do
                        result[(first + i) * outputs + k] <- float32 output[i, k]

        result

    /// <summary>ln r of events, of a network with one logit.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major, before standardisation</param>
    /// <returns>length n, as the loss reads it off the logits (<c>LogitLoss.logRatio</c>)</returns>
    /// <exception cref="T:System.InvalidOperationException">several logits</exception>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    member this.LogRatios(team: ThreadTeam, features: ReadOnlyMemory<float32>) : float[] =
        if outputs <> 1 then
            invalidOp $"A network of {outputs} logits has no one ratio."

        this.Logits(team, features)
        |> Array.map (fun z -> LogitLoss.logRatio loss output (float z))

    /// A line for people.
    override _.ToString() : string =
        let widths =
            inputs :: architecture.Hidden @ [ outputs ]
            |> List.map string
            |> String.concat "-"

        $"network {widths} {architecture.Activation}, best of {history.Epochs.Length} epochs: {history.BestEpoch}"

/// Networks to bytes and back.
[<RequireQualifiedAccess>]
module Network =
    [<Literal>]
    let private Format = "nsbi-network-1"

    let internal write (writer: Utf8JsonWriter) (network: Network) : unit =
        writer.WriteString("format", Format)
        writer.WriteNumber("inputs", network.InputCount)
        writer.WriteNumber("outputs", network.OutputCount)
        Architecture.write writer network.Architecture
        ClassifierSettings.writeLoss writer network.Loss network.Output
        NetworkFile.writeSingles writer "shift" network.Standardisation.Shift
        NetworkFile.writeSingles writer "scale" network.Standardisation.Scale
        NetworkFile.writeValues writer "parameters" network.Values
        NetworkFile.writeEpochs writer network.History.Epochs
        writer.WriteNumber("bestEpoch", network.History.BestEpoch)
        writer.WriteString("ending", NetworkFile.endingName network.History.Ending)

    let internal read (source: string) (root: JsonElement) : Network =
        let inputs = root.GetProperty("inputs").GetInt32()
        let outputs = root.GetProperty("outputs").GetInt32()
        let log = FaultLog()
        let fields = JsonFields(source, "$", root, log)
        let architecture = Architecture.read fields Architecture.standard

        let loss, output =
            ClassifierSettings.readLoss fields Loss.BinaryCrossEntropy OutputMap.Sigmoid

        let standardisation = {
            Shift = NetworkFile.readSingles root "shift"
            Scale = NetworkFile.readSingles root "scale"
        }

        let values = NetworkFile.readValues root "parameters"

        let fits =
            NetworkFile.fits (NetworkGraph.initialValues 0UL architecture inputs outputs) values

        if
            not fits
            || OutputMap.domain output <> Loss.domain loss
            || not log.IsEmpty
            || standardisation.Shift.Length <> inputs
            || standardisation.Scale.Length <> inputs
        then
            raise (FormatException())

        Network(
            architecture,
            inputs,
            outputs,
            standardisation,
            values,
            {
                Epochs = NetworkFile.readEpochs root
                BestEpoch = root.GetProperty("bestEpoch").GetInt32()
                Ending = NetworkFile.readEnding root "ending"
            },
            loss,
            output
        )

    /// <summary>The network as a JSON file, weights as little-endian float32 in base 64: equal networks
    /// give equal bytes.</summary>
    let toBytes (network: Network) : byte[] =
        NetworkFile.bytesOf (fun writer -> write writer network)

    /// <summary>The network of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<Network, Fault list> =
        NetworkFile.parse source Format bytes (read source)
