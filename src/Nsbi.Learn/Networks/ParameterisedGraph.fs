namespace Nsbi.Learn.Networks

open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Losses

/// The programs of a parameterised network: one network of the F features and P parameters side by side.
[<RequireQualifiedAccess>]
module internal ParameterisedGraph =
    /// α = 0 as the network is given it.
    let private origin (standardisation: Standardisation) (features: int) =
        let s = standardisation

        constantRow [
            for k in features .. s.Shift.Length - 1 -> (0.0 - float s.Shift[k]) * float s.Scale[k]
        ]

    /// The logit of each row, out of standardised features and parameters, relative to α = 0 or not.
    let logit
        (architecture: Architecture)
        (layers: (Node * Node) list)
        (standardisation: Standardisation)
        (relative: bool)
        (x: Node)
        (parameters: Node)
        : Node =
        let features, count = x.Shape.Columns, parameters.Shape.Columns

        let at a =
            NetworkGraph.logitsOf architecture layers (concat [ x; a ])

        if relative then
            let zero = broadcastTo (Shape.batch count) (origin standardisation features)
            at parameters - at zero
        else
            at parameters

    /// Columns ln r; ∂/∂α_k (order 1 and 2); ∂²/∂α_k∂α_l, k ≤ l, row by row (order 2), in the inputs "x"
    /// (standardised features) and "a" (parameters as they are).
    let derivatives
        (loss: Loss)
        (output: OutputMap)
        (architecture: Architecture)
        (standardisation: Standardisation)
        (relative: bool)
        (features: int)
        (count: int)
        (order: int)
        : Node =
        let s = standardisation

        let row (values: float32[]) =
            constantRow [ for k in features .. s.Shift.Length - 1 -> float values[k] ]

        let a = input "a" count
        let standardised = (a - row s.Shift) * row s.Scale
        let layers = NetworkGraph.parameters architecture (features + count) 1

        let value =
            logit architecture layers s relative (input "x" features) standardised
            |> LogitLoss.logRatioOfRows loss output

        let along k (node: Node) =
            jvp node [ a, constantRow [ for l in 0 .. count - 1 -> if l = k then 1.0 else 0.0 ] ]

        let first = lazy ([ for k in 0 .. count - 1 -> along k value ])

        concat [
            value
            if order >= 1 then
                yield! first.Value
            if order >= 2 then
                for k in 0 .. count - 1 do
                    for l in k .. count - 1 do
                        along l first.Value[k]
        ]
