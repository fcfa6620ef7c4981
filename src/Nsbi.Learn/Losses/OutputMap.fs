namespace Nsbi.Learn.Losses

open System
open Nsbi.Learn

/// <summary>How the output f of a loss is made of a network's last number z, its logit.</summary>
[<RequireQualifiedAccess>]
type OutputMap =
    /// <summary>f = 1/(1 + e^−z), a probability.</summary>
    | Sigmoid
    /// <summary>f = ½(tanh z + 1), a probability: the sigmoid of 2z.</summary>
    | Tanh
    /// <summary>f = ½ + atan(z)/π, a probability whose tails fall as 1/|z| only.</summary>
    | Arctan
    /// <summary>f = e^z, a ratio.</summary>
    | Exponential
    /// <summary>f = z², a ratio. Both signs of z mean the same, so trainings can get stuck.</summary>
    | Square
    /// <summary>f = max(z, 0), a ratio.</summary>
    | Rectified

/// <summary>Which output goes with which loss.</summary>
[<RequireQualifiedAccess>]
module OutputMap =
    /// <summary>Whether the outputs are probabilities or ratios.</summary>
    let domain (output: OutputMap) : OutputDomain =
        match output with
        | OutputMap.Sigmoid
        | OutputMap.Tanh
        | OutputMap.Arctan -> OutputDomain.Probability
        | OutputMap.Exponential
        | OutputMap.Square
        | OutputMap.Rectified -> OutputDomain.Ratio

    /// <summary>All outputs that a loss allows, the standard one first.</summary>
    let allowed (loss: Loss) : OutputMap list =
        match Loss.domain loss with
        | OutputDomain.Probability -> [ OutputMap.Sigmoid; OutputMap.Tanh; OutputMap.Arctan ]
        | OutputDomain.Ratio -> [ OutputMap.Exponential; OutputMap.Square; OutputMap.Rectified ]

    /// <summary>The output a loss has where none is asked for: the sigmoid or e^z.</summary>
    let standard (loss: Loss) : OutputMap = List.head (allowed loss)

    /// <summary>f(z), as defined.</summary>
    /// <param name="output">which</param>
    /// <param name="z">the logit</param>
    let value (output: OutputMap) (z: float) : float =
        match output with
        | OutputMap.Sigmoid -> 1.0 / (1.0 + exp -z)
        | OutputMap.Tanh -> 0.5 * (tanh z + 1.0)
        | OutputMap.Arctan -> 0.5 + atan z / Math.PI
        | OutputMap.Exponential -> exp z
        | OutputMap.Square -> z * z
        | OutputMap.Rectified -> max z 0.0

    let internal words: (string * OutputMap) list = [
        "sigmoid", OutputMap.Sigmoid
        "tanh", OutputMap.Tanh
        "arctan", OutputMap.Arctan
        "exp", OutputMap.Exponential
        "square", OutputMap.Square
        "relu", OutputMap.Rectified
    ]

    /// <summary>The name of an output in JSON: sigmoid, tanh, arctan, exp, square, relu.</summary>
    let name (output: OutputMap) : string =
        words |> List.find (fun (_, other) -> other = output) |> fst

    let internal faults (source: string) (loss: Loss) (output: OutputMap) : Fault list =
        if domain output = Loss.domain loss then
            []
        else
            let list = allowed loss |> List.map name |> String.concat ", "

            Fault.create
                source
                "the output does not go with the loss"
                $"the loss '{Loss.name loss}' takes one of {list}"
            |> Fault.withValue (name output)
            |> List.singleton
