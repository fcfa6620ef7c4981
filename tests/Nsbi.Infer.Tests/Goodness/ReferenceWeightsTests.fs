module Nsbi.Infer.Tests.ReferenceWeightsTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.DecayModel

let private prepared () =
    let observation, _ =
        observe true (times "reference" 0 300 1.0) (times "data" 0 50 1.0)

    let compiled = observation.Owner
    compiled, compiled.Unbinned[0]

let private weights copies =
    let compiled, channel = prepared ()
    ReferenceWeights(compiled, channel, [| 0..299 |], copies)

[<Test>]
let ``the weights of the whole table are those of the Asimov set`` () =
    let compiled, channel = prepared ()
    let theta = [| 0.7; -1.2 |]
    let _, _, asimov = AsimovWeights.weights channel theta theta |> ok
    let w, _ = ((weights (Array.create 300 1.0)).At(theta, [||])).Value

    for j in 0..299 do
        Assert.That(w[j], near 1e-10 asimov[j])

    Assert.That(compiled.Index.Count, same 2)

[<Test>]
let ``the weights of another sample add up to the same expectation`` () =
    let other = weights (Array.init 300 (fun j -> float (j % 3)))

    let sum (theta: float[]) =
        Array.sum (fst (other.At(theta, [||]).Value))

    let whole = weights (Array.create 300 1.0)

    for theta in [ [| 0.0; 0.0 |]; [| 1.5; 0.5 |]; [| -1.0; -2.0 |] ] do
        Assert.That(sum theta, near 1e-8 (Array.sum (fst (whole.At(theta, [||]).Value))))

[<Test>]
let ``slopes are those of differences`` () =
    let w = weights (Array.init 300 (fun j -> float (j % 4)))
    let theta = [| 0.3; -0.6 |]
    let _, slopes = w.At(theta, [| 0; 1 |]).Value

    for k in 0..1 do
        let at step =
            let moved = Array.copy theta
            moved[k] <- moved[k] + step
            fst (w.At(moved, [||]).Value)

        let up, down = at 1e-5, at -1e-5

        for j in 0..299 do
            Assert.That(slopes[k][j], near 1e-7 ((up[j] - down[j]) / 2e-5))

[<Test>]
let ``sums have the derivatives of differences`` () =
    let w = weights (Array.init 300 (fun j -> float (j % 4)))
    let e = Array.init 300 (fun j -> sin (float j))

    let jet (theta: float[]) =
        let sum = JetSum 2
        w.Add(2.0, theta, e, sum)
        sum.Result

    let theta = [| 0.3; -0.6 |]
    let found = jet theta
    let direct, _ = w.At(theta, [||]).Value
    Assert.That(found.Value, near 1e-9 (2.0 * Array.sum (Array.map2 (*) direct e)))

    for k in 0..1 do
        let at step =
            let moved = Array.copy theta
            moved[k] <- moved[k] + step
            jet moved

        let up, down = at 1e-5, at -1e-5
        Assert.That(found.Gradient[k], near 1e-6 ((up.Value - down.Value) / 2e-5))

        for l in 0..1 do
            let slope = (up.Gradient[l] - down.Gradient[l]) / 2e-5
            Assert.That(found.Hessian[k, l], near 1e-5 slope)
