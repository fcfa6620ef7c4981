namespace Nsbi.Learn.Networks

open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff

/// <summary>The layers of a network: dense layers of any widths with one activation between them,
/// dropout behind each of them in training, and a linear output layer.</summary>
type Architecture = {
    /// Widths of the hidden layers, from the input to the output; empty for a linear classifier.
    Hidden: int list
    /// The activation behind every hidden layer.
    Activation: Activation
    /// Probability with which an output of a hidden layer is set to zero in training, in [0, 1).
    Dropout: float
}

/// Defaults, checks and JSON of architectures.
[<RequireQualifiedAccess>]
module Architecture =
    let private activations: (string * Activation) list = [
        "silu", Activation.Silu
        "relu", Activation.Relu
        "tanh", Activation.Tanh
        "elu", Activation.Elu
        "sigmoid", Activation.Sigmoid
        "softplus", Activation.Softplus
    ]

    /// <summary>Four hidden layers of 64 with SiLU, without dropout.</summary>
    let standard: Architecture = {
        Hidden = [ 64; 64; 64; 64 ]
        Activation = Activation.Silu
        Dropout = 0.0
    }

    let internal faults (source: string) (architecture: Architecture) : Fault list = [
        for width in architecture.Hidden do
            if width < 1 || width > 65536 then
                Fault.create source "the width of a hidden layer is out of range" "from 1 to 65536"
                |> Fault.withValue (string width)
        if architecture.Activation = Activation.Identity then
            Fault.create
                source
                "layers without an activation make a linear classifier"
                "choose silu, relu, tanh or elu; for a linear classifier no hidden layers"
        if not (architecture.Dropout >= 0.0 && architecture.Dropout < 1.0) then
            Fault.create source "the dropout is out of range" "from 0 to below 1"
            |> Fault.withValue (JsonFields.text architecture.Dropout)
    ]

    let internal read (fields: JsonFields) (initial: Architecture) : Architecture = {
        Hidden = fields.Ints("hidden", initial.Hidden)
        Activation = fields.Word("activation", initial.Activation, activations)
        Dropout = fields.Float("dropout", initial.Dropout)
    }

    let internal write (writer: Utf8JsonWriter) (architecture: Architecture) : unit =
        writer.WriteStartArray "hidden"
        architecture.Hidden |> List.iter writer.WriteNumberValue
        writer.WriteEndArray()

        activations
        |> List.tryFind (fun (_, activation) -> activation = architecture.Activation)
        |> Option.iter (fun (name, _) -> writer.WriteString("activation", name))

        writer.WriteNumber("dropout", architecture.Dropout)
