namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

// Axes: row j (events of the reference, then of the data), parameter a of f, inner coordinate k.

/// <summary>What one channel contributes at a point: Σ_j w_j (e^f − 1) − Σ_j n_j f and its derivatives in
/// the parameters of f.</summary>
[<NoComparison; ReferenceEquality>]
type internal RatioEvaluation = {
    Value: float
    Gradient: float[]
    /// Row-major.
    Hessian: float[]
    /// <summary>Σ_j ∂_k w_j e^f ∂_a f at [a, k].</summary>
    Cross: float[,]
    /// f of each row.
    F: float[]
}

/// <summary>Evaluates the loss of one channel on a table of rows; for one thread at a time.</summary>
[<Sealed>]
type internal RatioSpace(shape: RatioShape, inputs: float[], free: int) =
    let rows = inputs.Length / shape.Inputs
    let p = shape.Parameters
    let width = shape.Inputs + 2 + free
    let team = new ThreadTeam(1)
    let all = Array.init rows id

    let data =
        let data = Array.zeroCreate<float>(rows * width)

        for j in 0 .. rows - 1 do
            Array.blit inputs (j * shape.Inputs) data (j * width) shape.Inputs

        data

    let table =
        Table.OfDoubles(
            [
                "z", shape.Inputs
                "w", 1
                "n", 1
                if free > 0 then
                    "dw", free
            ],
            data
        )

    let plan =
        let z, w, n = input "z" shape.Inputs, input "w" 1, input "n" 1
        let parameters = parameter "p" 1 p
        let f = shape.Graph z parameters
        let e = exp f
        let loss = sumRows (w * (e - 1.0) - n * f)
        let gradient = grad loss [ parameters ] |> List.head

        let curvature =
            if shape.IsLinear then
                matmulWith true false z (z * (w * e))
            else
                hessian loss parameters

        let cross =
            if free = 0 then
                []
            elif shape.IsLinear then
                [ matmulWith true false z (input "dw" free * e) ]
            else
                [
                    for k in 0 .. free - 1 do
                        grad (sumRows (column k (input "dw" free) * e)) [ parameters ] |> List.head
                ]

        Plan.Compile(team, Precision.Double, max 1 rows, [ loss; gradient; curvature; f ] @ cross)

    let flat (values: float[,]) =
        let columns = Array2D.length2 values
        Array.init values.Length (fun i -> values[i / columns, i % columns])

    /// Rows of the table.
    member _.Rows: int = rows

    /// The family.
    member _.Shape: RatioShape = shape

    /// <summary>Sets n_j, how often each row was observed.</summary>
    member _.SetCounts(counts: float[]) : unit =
        for j in 0 .. rows - 1 do
            data[j * width + shape.Inputs + 1] <- counts[j]

    /// <summary>The loss at weights of the rows and parameters of f.</summary>
    /// <param name="w">w_j</param>
    /// <param name="dw">∂_k w_j, [k][j]</param>
    /// <param name="parameters">of f</param>
    member _.Evaluate(w: float[], dw: float[][], parameters: float[]) : RatioEvaluation =
        for j in 0 .. w.Length - 1 do
            data[j * width + shape.Inputs] <- w[j]

        for k in 0 .. dw.Length - 1 do
            for j in 0 .. w.Length - 1 do
                data[j * width + shape.Inputs + 2 + k] <- dw[k][j]

        plan.SetParameters(Map.ofList [ "p", Array2D.init 1 p (fun _ a -> parameters[a]) ])
        plan.Run(table, ReadOnlySpan all)

        {
            Value = (plan.Output 0)[0, 0]
            Gradient = flat (plan.Output 1)
            Hessian = flat (plan.Output 2)
            Cross =
                if free = 0 then
                    Array2D.zeroCreate p 0
                elif shape.IsLinear then
                    plan.Output 4
                else
                    let columns = [| for k in 0 .. free - 1 -> flat (plan.Output(4 + k)) |]
                    Array2D.init p free (fun a k -> columns[k][a])
            F = flat (plan.Output 3)
        }
