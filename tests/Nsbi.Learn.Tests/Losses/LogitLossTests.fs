module Losses.LogitLossTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Losses
open Losses.LossExamples

let private pairs = pairs
let private y = input "y" 1
let private z = input "z" 1

/// Columns of the outputs for rows (y, z), in double precision, or in single precision as trainings run.
let private evaluate precision (rows: (float * float)[]) (outputs: Node list) : float[] list =
    use team = new ThreadTeam(1)
    use plan = Plan.Compile(team, precision, rows.Length, outputs)
    let data = rows |> Array.collect (fun (y, z) -> [| y; z |])

    plan.RunAll(Table.OfDoubles([ "y", 1; "z", 1 ], data))
    |> List.map (fun output -> Array.init rows.Length (fun i -> output[i, 0]))

let private loss' loss output = LogitLoss.ofRows loss output y z

let private slope loss output =
    List.head (grad (loss' loss output |> sum) [ z ])

/// Labels and logits where the definition itself is accurate in double precision.
let private moderate output = [|
    for label in [ 0.0; 0.3; 1.0 ] do
        for i in -60 .. 60 do
            let z = 0.1 * float i + 0.013

            match output with
            | OutputMap.Rectified when z < 0.02 -> ()
            | OutputMap.Square when abs z < 0.15 -> ()
            | OutputMap.Tanh when abs z > 4.0 -> ()
            | _ -> label, z
|]

[<TestCaseSource(nameof pairs)>]
let ``in double precision the program is the definition`` (loss: Loss, output: OutputMap) =
    let rows = moderate output
    let found = evaluate Precision.Double rows [ loss' loss output ] |> List.head

    for (label, z), value in Array.zip rows found do
        let expected = Loss.value loss label (OutputMap.value output z)
        let tolerance = 1e-10 * max 1.0 (abs expected)
        Assert.That(value, Is.EqualTo(expected).Within tolerance, $"z = {z}")

[<TestCaseSource(nameof pairs)>]
let ``the gradient is that of finite differences`` (loss: Loss, output: OutputMap) =
    let rows = moderate output
    let found = evaluate Precision.Double rows [ slope loss output ] |> List.head
    let h = 1e-5

    let at shift =
        evaluate Precision.Double (rows |> Array.map (fun (y, z) -> y, z + shift)) [
            loss' loss output
        ]
        |> List.head

    let above, below = at h, at -h

    for i in 0 .. rows.Length - 1 do
        let expected = (above[i] - below[i]) / (2.0 * h)
        let scale = max 1.0 (max (abs expected) (abs above[i]))
        Assert.That(found[i], Is.EqualTo(expected).Within(1e-6 * scale), $"{rows[i]}")

/// Logits of any size, those far outside of what a trained network says included.
let private wild = [|
    for label in [ 0.0; 0.5; 1.0 ] do
        for size in [ 0.0; 1e-30; 1e-4; 0.5; 3.0; 14.0; 29.0; 60.0; 200.0; 1e4 ] do
            label, size
            label, -size
|]

[<TestCaseSource(nameof pairs)>]
let ``in single precision nothing overflows, and losses are those of double precision``
    (loss: Loss, output: OutputMap)
    =
    let outputs = [ loss' loss output; slope loss output ]
    let single = evaluate Precision.Single wild outputs
    let double = evaluate Precision.Double wild outputs

    for found, expected in List.zip single double do
        for i in 0 .. wild.Length - 1 do
            Assert.That(Double.IsFinite found[i], $"{wild[i]}: {found[i]}")

            // Powers magnify the rounding of the logit itself by its size and theirs.
            let tolerance = 2e-5 * max 1.0 (abs expected[i])
            Assert.That(found[i], Is.EqualTo(expected[i]).Within tolerance, $"{wild[i]}")

[<TestCaseSource(nameof pairs)>]
let ``the slope points from any logit towards equal densities, if both sides weigh the same``
    (loss: Loss, output: OutputMap)
    =
    let rows = wild |> Array.filter (fun (label, _) -> label = 0.5)
    let slopes = evaluate Precision.Single rows [ slope loss output ] |> List.head

    for (_, z), slope in Array.zip rows slopes do
        let isBeyond =
            match output with
            | OutputMap.Square -> sign z * sign (abs z - 1.0)
            | OutputMap.Rectified -> sign (z - 1.0)
            | _ -> sign z

        // Where f is flat in z the slope may round to 0, but it never points away.
        Assert.That(sign slope * isBeyond, Is.Not.Negative, $"z = {z}: {slope}")

        if abs z = 3.0 then
            Assert.That(sign slope, Is.EqualTo isBeyond)

[<TestCaseSource(nameof pairs)>]
let ``the log-ratio is the log of the ratio of the output`` (loss: Loss, output: OutputMap) =
    for _, z in moderate output do
        let expected = OutputMap.value output z |> Loss.ratio loss |> log
        let found = LogitLoss.logRatio loss output z
        Assert.That(found, Is.EqualTo(expected).Within(1e-9 * max 1.0 (abs expected)), $"z = {z}")

    Assert.That(LogitLoss.logRatio loss output nan, Is.NaN)

[<TestCaseSource(nameof pairs)>]
let ``the log-ratio of any logit is finite`` (loss: Loss, output: OutputMap) =
    for _, z in wild do
        Assert.That(Double.IsFinite(LogitLoss.logRatio loss output z), $"z = {z}")

[<TestCaseSource(nameof pairs)>]
let ``the log-ratio as a program is that of the logit`` (loss: Loss, output: OutputMap) =
    match output with
    | OutputMap.Square
    | OutputMap.Rectified ->
        Assert.Throws<ArgumentException>(
            Action(fun () -> LogitLoss.logRatioOfRows loss output z |> ignore)
        )
        |> ignore
    | _ ->
        let found =
            evaluate Precision.Double wild [ LogitLoss.logRatioOfRows loss output z ]
            |> List.head

        for (_, z), value in Array.zip wild found do
            let expected = LogitLoss.logRatio loss output z
            Assert.That(value, Is.EqualTo(expected).Within(1e-10 * max 1.0 (abs expected)))

[<TestCaseSource(nameof pairs)>]
let ``a training starts at equal densities`` (loss: Loss, output: OutputMap) =
    let start = LogitLoss.logitOfOne output
    Assert.That(LogitLoss.logRatio loss output start, Is.EqualTo(0.0).Within 1e-15)

[<Test>]
let ``an output of the other kind is refused`` () =
    Assert.Throws<ArgumentException>(
        Action(fun () -> LogitLoss.ofRows Loss.MaximumLikelihood OutputMap.Sigmoid y z |> ignore)
    )
    |> ignore
