module Summaries.InfernoLossTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries
open Summaries.SummaryExamples

let private architecture = {
    Hidden = [ 4 ]
    Activation = Activation.Tanh
    Dropout = 0.0
}

let private settingsOf temperature =
    let standard = settings "s"

    {
        standard with
            Temperature = temperature
            Training = {
                standard.Training with
                    Architecture = architecture
            }
    }

let private values = NetworkGraph.initialValues 9UL architecture 2 3
let private layers = NetworkGraph.parameters architecture 2 3

let private plain = {
    Shift = [| 0.0f; 0.0f |]
    Scale = [| 1.0f; 1.0f |]
}

/// Loss and gradient, in double.
let private run (events: ResponseEvents) (temperature: float) (values: Values) =
    use team = new ThreadTeam(1)
    let set = InfernoSet.create events plain [| 0 .. events.Count - 1 |]
    let loss = InfernoLoss.loss (settingsOf temperature) events layers
    let weights = layers |> List.collect (fun (w, b) -> [ w; b ])
    use plan = Plan.Compile(team, Precision.Double, set.Rows, loss :: grad loss weights)
    plan.SetParameters values
    plan.Run(set.Table, ReadOnlySpan [| 0 .. set.Rows - 1 |])
    (plan.Output 0)[0, 0], [ for k in 1 .. weights.Length -> plan.Output k ]

/// Soft counts by their definition, event by event.
let private counts (temperature: float) (features: float32[]) (weights: float[]) : float[] =
    let sums = Array.zeroCreate<float> 3

    for i in 0 .. weights.Length - 1 do
        let hidden =
            Array.init 4 (fun h ->
                let z =
                    values["b0"][0, h]
                    + float features[2 * i] * values["w0"][0, h]
                    + float features[2 * i + 1] * values["w0"][1, h]

                Math.Tanh z)

        let odds =
            Array.init 3 (fun b ->
                let z = Array.mapi (fun h y -> y * values["w1"][h, b]) hidden |> Array.sum
                exp ((z + values["b1"][0, b]) / temperature))

        for b in 0..2 do
            sums[b] <- sums[b] + weights[i] * odds[b] / Array.sum odds

    sums

let private point = simulatedParameters |> List.map (fun (_, value, _) -> value)
let private widths = simulatedParameters |> List.map (fun (_, _, width) -> width)

/// The variance of s by simulating again at θ ± h and binning again.
let private slow (temperature: float) (n: int) =
    let h = 1e-2

    let at j shift =
        simulatedAt (point |> List.mapi (fun k v -> if k = j then v + shift else v)) n
        ||> counts temperature

    let slopes =
        [| 0..2 |]
        |> Array.map (fun j -> Array.map2 (fun u d -> (u - d) / (2.0 * h)) (at j h) (at j -h))

    CountInformation.error 0 widths (at 0 0.0) slopes ** 2.0

[<TestCase(1.0)>]
[<TestCase(0.3)>]
let ``the loss is the variance that simulation and binning from scratch give``
    (temperature: float)
    =
    let loss, _ = run (simulated 200) temperature values
    let expected = slow temperature 200
    Assert.That(loss, Is.EqualTo(expected).Within(1e-3 * expected))

[<Test>]
let ``the gradient of the loss is its finite difference`` () =
    let events = simulated 60
    let loss, gradients = run events 0.5 values
    let names = [ "w0"; "b0"; "w1"; "b1" ]
    let h = 1e-5

    for name, gradient in List.zip names gradients do
        gradient
        |> Array2D.iteri (fun i k slope ->
            let at shift =
                let moved = Array2D.copy values[name]
                moved[i, k] <- moved[i, k] + shift
                run events 0.5 (Map.add name moved values) |> fst

            let difference = (at h - at -h) / (2.0 * h)
            Assert.That(slope, Is.EqualTo(difference).Within(1e-6 * loss), $"{name} {i} {k}"))

[<Test>]
let ``the order of the bins is of no matter`` () =
    let events = simulated 60

    let permute (array: float[,]) =
        Array2D.init (Array2D.length1 array) 3 (fun i b -> array[i, (b + 1) % 3])

    let moved =
        values
        |> Map.change "w1" (Option.map permute)
        |> Map.change "b1" (Option.map permute)

    let loss, permuted = fst (run events 0.5 values), fst (run events 0.5 moved)
    Assert.That(permuted, Is.EqualTo(loss).Within(1e-10 * loss))

[<Test>]
let ``copies of events tell what their tangents tell`` () =
    let n = 100
    let events = simulated n
    let h = 2e-2

    let copied =
        events.Parameters
        |> List.mapi (fun j parameter ->
            let at shift =
                simulatedAt (point |> List.mapi (fun k v -> if k = j then v + shift else v)) n

            let upX, upW = at h
            let downX, downW = at -h

            {
                ResponseParameter.varied parameter.Name {
                    UpFeatures = upX
                    UpWeights = upW
                    DownFeatures = downX
                    DownWeights = downW
                    Distance = 2.0 * h
                } with
                    Width = parameter.Width
            })

    let samples = [
        for c, name in List.indexed [ "S"; "B" ] ->
            let rows = n * c

            {
                ClassEvents.Name = name
                Features = events.Features.Slice(2 * rows, 2 * n).ToArray()
                Weights = events.Weights.Slice(rows, n).ToArray()
                Groups = Array.init n (fun i -> uint64 (rows + i))
            }
    ]

    let byCopies =
        ResponseEvents.create 2 samples copied |> Networks.TrainingExamples.valueOf

    let expected = fst (run events 0.5 values)
    Assert.That(fst (run byCopies 0.5 values), Is.EqualTo(expected).Within(2e-3 * expected))

[<Test>]
let ``an empty bin tells nothing and breaks nothing`` () =
    let far = values |> Map.add "b1" (array2D [ [ 0.0; 1.0; -1e4 ] ])
    let loss, gradients = run (simulated 60) 0.5 far
    Assert.That(Double.IsFinite loss && loss > 30.0, Is.True)
    Assert.That(gradients |> List.forall (Seq.cast<float> >> Seq.forall Double.IsFinite), Is.True)
