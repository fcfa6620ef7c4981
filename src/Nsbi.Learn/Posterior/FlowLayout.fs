namespace Nsbi.Learn.Posterior

open System
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// A network of a flow and what it does: the splines of the coordinates Changed have knots that depend on
/// the context and on the coordinates Given, as they come into the layer.
type internal FlowBlock = {
    Name: string
    Given: int list
    Changed: int list
}

/// The layers of a flow from the parameters to the base density, and the arrays of their networks.
[<RequireQualifiedAccess>]
module internal FlowLayout =
    /// The blocks of each layer; undone in the same order within a layer, they give back what went in.
    let layers (flow: FlowSettings) (count: int) : FlowBlock list list = [
        for layer in 0 .. flow.Layers - 1 do
            let order =
                if layer % 2 = 0 then
                    [ 0 .. count - 1 ]
                else
                    [ count - 1 .. -1 .. 0 ]

            match flow.Kind with
            | FlowKind.Autoregressive -> [
                for place, i in List.indexed order do
                    {
                        Name = $"head.flow{layer}.{place}"
                        Given = List.truncate place order
                        Changed = [ i ]
                    }
              ]
            | FlowKind.Coupling ->
                let given, changed =
                    if count = 1 then
                        [], [ 0 ]
                    else
                        [ 0 .. count - 1 ] |> List.partition (fun i -> i % 2 = layer % 2)

                [
                    {
                        Name = $"head.flow{layer}"
                        Given = given
                        Changed = changed
                    }
                ]
    ]

    let freeEnds (coordinate: Coordinate) : bool = coordinate.IsUnit

    /// How many numbers a network gives to the splines of its coordinates.
    let outputs (flow: FlowSettings) (coordinates: Coordinate[]) (block: FlowBlock) : int =
        block.Changed
        |> List.sumBy (fun i -> RationalQuadratic.columns (freeEnds coordinates[i]) flow.Bins)

    /// The name of an array of a network: "w0", "b0", "w1", …
    let nameOf (block: FlowBlock) (array: string) : string = $"{block.Name}.{array}"

    /// The layers of a network, rows x columns of their weights.
    let shapes
        (flow: FlowSettings)
        (coordinates: Coordinate[])
        (contextWidth: int)
        (block: FlowBlock)
        : (int * int) list =
        List.pairwise [
            contextWidth + block.Given.Length
            yield! flow.Conditioner.Hidden
            outputs flow coordinates block
        ]

    /// First values: hidden layers as in any network, zeros in the last, so that every spline is the
    /// identity.
    let initialValues
        (seed: uint64)
        (flow: FlowSettings)
        (coordinates: Coordinate[])
        (contextWidth: int)
        : Values =
        let last = flow.Conditioner.Hidden.Length

        layers flow coordinates.Length
        |> List.concat
        |> List.indexed
        |> List.collect (fun (index, block) ->
            let columns = outputs flow coordinates block
            let inputs = contextWidth + block.Given.Length
            let key = seed + 1000003UL * uint64 (index + 1)

            NetworkGraph.initialValues key flow.Conditioner inputs columns
            |> Map.toList
            |> List.map (fun (name, values) ->
                nameOf block name,
                if name = $"w{last}" then
                    Array2D.zeroCreate (Array2D.length1 values) columns
                else
                    values))
        |> Map.ofList
