module Networks.NetworkTests

open System
open System.Text
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private network =
    lazy (pair 0.5 300 |> problem { smallSettings with Epochs = 1 } |> trainWith 1)

[<Test>]
let ``logits are layers of weighted sums and activations`` () =
    let network = network.Value
    let p = network.Parameters
    let s = network.Standardisation
    let silu x = x / (1.0 + exp -x)

    let layer activation (l: int) (x: float[]) =
        let w, b = p[$"w{l}"], p[$"b{l}"]

        Array.init (Array2D.length2 w) (fun j ->
            let mutable sum = b[0, j]

            for i in 0 .. x.Length - 1 do
                sum <- sum + x[i] * w[i, j]

            activation sum)

    let xs = [| -2.0; -0.3; 0.0; 1.7 |]
    let z = logits network xs

    for i in 0 .. xs.Length - 1 do
        let x = (xs[i] - float s.Shift[0]) * float s.Scale[0]
        let expected = [| x |] |> layer silu 0 |> layer silu 1 |> layer id 2

        for k in 0..1 do
            Assert.That(z[i, k], Is.EqualTo(expected[k]).Within 1e-5)

[<Test>]
let ``the logits of an event do not depend on the events beside it`` () =
    let network = network.Value
    let xs = Array.init 10_000 (fun i -> 1e-3 * float (i - 5000))
    let all = logits network xs

    for i in [ 0; 1; 4095; 4096; 8191; 9999 ] do
        let alone = logits network [| xs[i] |]
        Assert.That(alone[0, 0], Is.EqualTo all[i, 0])
        Assert.That(alone[0, 1], Is.EqualTo all[i, 1])

[<Test>]
let ``no events give no logits, and half a row is refused`` () =
    use team = new ThreadTeam(1)
    let network = network.Value
    Assert.That(network.Logits(team, ReadOnlyMemory.Empty).Length, Is.EqualTo 0)

    let two =
        LabelledEvents.create NegativeWeights.Refuse 2 [
            {
                gaussian "a" 0UL 0.0 1.0 100 with
                    Weights = Array.create 50 1.0
                    Groups = Array.zeroCreate 50
            }
            {
                gaussian "b" 0UL 1.0 1.0 100 with
                    Weights = Array.create 50 1.0
                    Groups = Array.zeroCreate 50
            }
        ]
        |> valueOf
        |> problem { smallSettings with Epochs = 1 }
        |> trainWith 1

    Assert.Throws<ArgumentException>(
        Action(fun () -> two.Logits(team, ReadOnlyMemory [| 1.0f; 2.0f; 3.0f |]) |> ignore)
    )
    |> ignore

[<Test>]
let ``a network written and read again is the same`` () =
    let bytes = Network.toBytes network.Value
    let again = Network.ofBytes "network.json" bytes |> valueOf
    Assert.That((Network.toBytes again = bytes), Is.True)
    Assert.That((logits again grid = logits network.Value grid), Is.True)
    Assert.That((again.History = network.Value.History), Is.True)

[<Test>]
let ``files that are no networks are refused by name`` () =
    let bytes = Network.toBytes network.Value
    let text = Encoding.UTF8.GetString bytes

    for broken in
        [
            "{}"
            "[]"
            "no JSON"
            text[.. text.Length / 2]
            text.Replace("\"w1\"", "\"w9\"")
            text.Replace("\"inputs\":1", "\"inputs\":2")
            text.Replace("\"silu\"", "\"swish\"")
        ] do
        let sentence = Network.ofBytes "n.json" (Encoding.UTF8.GetBytes broken) |> faultsOf
        Assert.That(sentence, Does.StartWith "n.json")

[<Test>]
let ``features are standardised with the weights of training, and constant ones are left alone``
    ()
    =
    let features = [| 1.0f; 5.0f; 3.0f; 5.0f; 100.0f; 5.0f |]
    let s = Standardisation.fit 2 features [| 0; 1 |] [| 3.0; 1.0 |]
    Assert.That(s.Shift, Is.EqualTo<float32[]> [| 1.5f; 5.0f |])
    Assert.That(float s.Scale[0], Is.EqualTo(1.0 / sqrt 0.75).Within 1e-6)
    Assert.That(s.Scale[1], Is.EqualTo 1.0f)
