module Nsbi.Learn.Tests.Posterior.SetSimulatorTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

[<Test>]
let ``sets are a function of seed and number on any number of threads`` () =
    let draw threads count =
        use team = new ThreadTeam(threads)
        SetSimulator.sets team 7UL count (simulator (SetSize.Uniform(0, 5)))

    let one, three, fewer = draw 1 40, draw 3 40, draw 2 10

    for set in 0..39 do
        Assert.That(three.Values(set).ToArray(), Is.EqualTo<float[]>(one.Values(set).ToArray()))
        Assert.That(three.Set(set).ToArray(), Is.EqualTo<float32[]>(one.Set(set).ToArray()))

    for set in 0..9 do
        Assert.That(fewer.Set(set).ToArray(), Is.EqualTo<float32[]>(one.Set(set).ToArray()))

[<Test>]
let ``sizes lie in their range with their frequencies`` () =
    use team = new ThreadTeam(1)

    let sizes size =
        let sets = SetSimulator.sets team 3UL 4000 (simulator size)
        Array.init sets.Count sets.Size

    Assert.That(sizes (SetSize.Fixed 3) |> Array.distinct, Is.EqualTo<int[]> [| 3 |])
    let uniform = sizes (SetSize.Uniform(0, 3)) |> Array.countBy id

    for _, count in uniform do
        Assert.That(float count, Is.EqualTo(1000.0).Within(4.0 * sqrt 750.0))

    Assert.That(uniform.Length, Is.EqualTo 4)
    let logs = sizes (SetSize.LogUniform(1, 15))
    Assert.That(Array.min logs, Is.EqualTo 1)
    Assert.That(Array.max logs, Is.EqualTo 15)

    // 1, 2–3, 4–7, 8–15 have a quarter each.
    for low in [ 1; 2; 4; 8 ] do
        let count = logs |> Array.filter (fun n -> n >= low && n < 2 * low) |> Array.length
        Assert.That(float count, Is.EqualTo(1000.0).Within(4.0 * sqrt 750.0))

    let drawn =
        SetSize.Drawn(9, DrawSize(fun phi _ -> if phi[0] > 0.0 then 9 else 0)) |> sizes

    Assert.That(drawn |> Array.distinct |> Array.sort, Is.EqualTo<int[]> [| 0; 9 |])

[<Test>]
let ``impossible simulators and what they give are refused`` () =
    let refused action =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    refused (fun () -> simulator (SetSize.Uniform(3, 2)))
    refused (fun () -> simulator (SetSize.LogUniform(0, 2)))
    let draw = DrawEvents(fun _ _ _ -> [| 1.0 |])
    refused (fun () -> SetSimulator.create "s" normal [] (SetSize.Fixed 1) draw)
    refused (fun () -> SetSimulator.create "s" normal [ "x"; "x" ] (SetSize.Fixed 1) draw)
    use team = new ThreadTeam(1)

    let fails words size draw =
        let simulator = SetSimulator.create "wrong" normal [ "x" ] size draw

        let fault =
            Assert.Throws<InvalidOperationException>(
                Action(fun () -> SetSimulator.sets team 1UL 3 simulator |> ignore)
            )

        Assert.That(fault.Message, Does.Contain words)

    fails "gave 1 numbers for 2 events" (SetSize.Fixed 2) draw
    fails "as a feature" (SetSize.Fixed 1) (DrawEvents(fun _ _ _ -> [| nan |]))
    let size = SetSize.Drawn(3, DrawSize(fun _ _ -> 4))
    fails "A set of 4 events" size (DrawEvents(fun _ n _ -> Array.zeroCreate n))
