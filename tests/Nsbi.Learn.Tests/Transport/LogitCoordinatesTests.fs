module Transport.LogitCoordinatesTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Tests
open Nsbi.Learn.Transport

let private kinds = [
    LogitCoordinates.Independent
    LogitCoordinates.LogRatio
    LogitCoordinates.Isometric
]

/// Rows of K probabilities that add up to one.
let private rows (seed: uint64) classes n =
    let mutable stream = RandomStream(seed, "probabilities", 0UL)
    let p = Array.zeroCreate<float>(n * classes)

    for i in 0 .. n - 1 do
        let mutable sum = 0.0

        for k in i * classes .. (i + 1) * classes - 1 do
            p[k] <- Math.Exp(2.0 * stream.NextGaussian())
            sum <- sum + p[k]

        for k in i * classes .. (i + 1) * classes - 1 do
            p[k] <- p[k] / sum

    p

[<Property>]
let ``there and back is the identity`` (seed: uint64) =
    let classes = 2 + int (seed % 4UL)
    let p = rows seed classes 20

    kinds
    |> List.forall (fun kind ->
        let values = LogitCoordinates.forwards kind classes p
        let back = LogitCoordinates.backwards kind classes values.Coordinates

        values.Floored = 0
        && values.Coordinates.Length = 20 * LogitCoordinates.count kind classes
        && Array.forall2 (fun a b -> abs (a - b) < 1e-12) p back)

[<Test>]
let ``isometric distances are Aitchison's, whatever the order of the classes`` () =
    let p = rows 4UL 3 2
    let q = (LogitCoordinates.forwards LogitCoordinates.Isometric 3 p).Coordinates
    let own = (q[0] - q[2]) ** 2.0 + (q[1] - q[3]) ** 2.0

    let centred i =
        let logs = Array.init 3 (fun k -> Math.Log p[3 * i + k])
        let mean = Array.average logs
        logs |> Array.map (fun l -> l - mean)

    let expected =
        Array.map2 (fun a b -> (a - b) ** 2.0) (centred 0) (centred 1) |> Array.sum

    Assert.That(own, Is.EqualTo(expected).Within 1e-12)
    let swapped = [| p[2]; p[0]; p[1]; p[5]; p[3]; p[4] |]
    let r = (LogitCoordinates.forwards LogitCoordinates.Isometric 3 swapped).Coordinates
    Assert.That((r[0] - r[2]) ** 2.0 + (r[1] - r[3]) ** 2.0, Is.EqualTo(expected).Within 1e-12)

[<Test>]
let ``zero and one are moved to the floor and counted`` () =
    let p = [| 0.0; 1.0; 0.5; 0.5 |]

    for kind in kinds do
        let values = LogitCoordinates.forwards kind 2 p
        Assert.That(values.Floored, Is.EqualTo 1)
        Assert.That(values.Coordinates |> Array.forall Double.IsFinite, Is.True)
        let back = LogitCoordinates.backwards kind 2 values.Coordinates
        Assert.That(back[0], Is.EqualTo(0.0).Within 2e-9)
        Assert.That(back[1], Is.EqualTo(1.0).Within 2e-9)

    let logit =
        (LogitCoordinates.forwards LogitCoordinates.Independent 1 [| 0.0; 1.0 |]).Coordinates

    Assert.That(logit[0], Is.EqualTo(Math.Log(1e-9 / (1.0 - 1e-9))).Within 1e-6)
    Assert.That(logit[1], Is.EqualTo(-logit[0]).Within 1e-6)

[<Test>]
let ``what is no probability is NaN, and far coordinates stay finite`` () =
    let outside =
        LogitCoordinates.forwards LogitCoordinates.Independent 1 [| -0.1; 1.1; nan |]

    Assert.That(outside.Coordinates |> Array.forall Double.IsNaN, Is.True)

    for kind in kinds do
        let q = Array.create (LogitCoordinates.count kind 3) 800.0
        let p = LogitCoordinates.backwards kind 3 q
        Assert.That(p |> Array.forall (fun p -> p >= 0.0 && p <= 1.0), Is.True)

[<Test>]
let ``rows of other lengths are refused`` () =
    let refuses (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    refuses (fun () -> LogitCoordinates.forwards LogitCoordinates.Independent 2 [| 0.1; 0.2; 0.3 |])
    refuses (fun () -> LogitCoordinates.backwards LogitCoordinates.LogRatio 3 [| 0.1; 0.2; 0.3 |])

    Assert.Throws<ArgumentOutOfRangeException>(
        Action(fun () -> LogitCoordinates.forwards LogitCoordinates.LogRatio 1 [| 0.1 |] |> ignore)
    )
    |> ignore
