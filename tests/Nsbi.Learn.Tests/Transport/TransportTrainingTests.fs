module Transport.TransportTrainingTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport
open Transport.TransportExamples

let private source = {
    Mean = [| 0.0; 0.0 |]
    Covariance = covariance 1UL 2
}

let private target = {
    Mean = [| 1.0; -0.5 |]
    Covariance = covariance 2UL 2
}

let private events () =
    TransportEvents.create
        2
        0
        (sample 2 (draw 1UL source 20_000))
        (sample 2 (draw 2UL target 20_000))
    |> valueOf

[<Test>]
let ``a normal distribution is moved onto another as the closed form says`` () =
    let map = trainWith 1 quick (events ())
    let exact = GaussianTransport.between source target
    let x = draw 3UL source 4000
    let expected = exact.Apply(ReadOnlySpan x)
    let error = meanDistance 2 (apply map x [||]) expected
    Assert.That(error / meanDistance 2 x expected, Is.LessThan 0.05)

[<Test>]
let ``two threads and a resumed training give the bytes of one thread`` () =
    let events = events ()
    let settings = { quick with Epochs = 2; Rounds = 10 }
    let expected = TransportMap.toBytes (trainWith 1 settings events)
    let two = TransportMap.toBytes (trainWith 2 settings events)
    use team = new ThreadTeam(2)
    let mutable saved: byte[] option = None
    use cancellation = new CancellationTokenSource()

    let interrupted = {
        TrainingContext.plain team with
            Cancellation = cancellation.Token
            Save = fun bytes -> saved <- Some bytes
            Progress = {
                new IProgress<TrainingProgress> with
                    member _.Report progress =
                        if progress.Epoch = 1 then
                            cancellation.Cancel()
            }
    }

    Assert.Throws<OperationCanceledException>(
        Action(fun () -> TransportTraining.train interrupted settings events |> ignore)
    )
    |> ignore

    let resumed =
        TransportTraining.train
            {
                TrainingContext.plain team with
                    Checkpoint = saved
            }
            settings
            events
        |> valueOf
        |> TransportMap.toBytes

    Assert.That(two, Is.EqualTo<byte[]> expected)
    Assert.That(resumed, Is.EqualTo<byte[]> expected)

[<Test>]
let ``the inverse of a map leads back, also after its file was read`` () =
    let map = trainWith 1 quick (events ())
    let copy = TransportMap.ofBytes "map" (TransportMap.toBytes map) |> valueOf
    let x = draw 4UL source 500
    let y = apply copy x [||]
    Assert.That(y, Is.EqualTo<float[]>(apply map x [||]))
    use team = new ThreadTeam(1)
    let back = copy.Inverse(team, ReadOnlyMemory y, noConditions)
    Assert.That(Array.map2 (fun a b -> abs (a - b)) x back |> Array.max, Is.LessThan 1e-6)
