module Nsbi.Infer.Tests.Power.SummaryPowerTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private ok (result: Result<'a, Fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (faults |> List.map string |> String.concat "\n")

// A width that is known to a quarter: a fit of it and of mu.
let private s = 0.08
let private widthError = 0.02
let private expected = { Signal = 1000.0; Background = 9000.0 }

let private cells = 2000

let private middles =
    Array.init cells (fun k -> (float k + 0.5) / float cells - 0.5)

let private unbinned =
    BumpExperiment.profiledError [| 0 .. cells - 1 |] s widthError expected

[<Test>]
let ``a bin for each cell is the unbinned analysis`` () =
    // Without uncertainty of the width, and with mu alone: the error of the strength.
    let known = BumpExperiment.profiledError [| 0 .. cells - 1 |] s 1e-9 expected

    let exact = BumpExperiment.strengthError s expected 1.0 PowerStrategy.Unbinned
    near (1e-4 * exact) exact known
    Assert.That(unbinned, Is.GreaterThan(1.01 * known))

[<Test>]
let ``bins tell less than all events, and one bin only the count`` () =
    let of' count =
        let bins =
            middles
            |> Array.map (fun y -> min (count - 1) (int (2.0 * abs y * float count)))

        BumpExperiment.profiledError bins s widthError expected

    let errors = [ 1; 2; 4; 16; 64 ] |> List.map of'
    // √(S + B)/S.
    near 1e-9 0.1 errors.Head

    for more, fewer in List.pairwise errors do
        Assert.That(fewer, Is.LessThan more)

    near (0.01 * unbinned) unbinned (List.last errors)

let private classOf name (first: uint64) (total: float) (values: float[]) : ClassEvents = {
    Name = name
    Features = values |> Array.map float32
    Weights = Array.create values.Length (total / float values.Length)
    Groups = Array.init values.Length (fun i -> first + uint64 i)
}

let private features = ReadOnlyMemory(middles |> Array.map float32)

/// The bins of an inference-aware network with the width as a nuisance parameter: signal events move
/// along ∂y/∂s = y/s.
let private aware (n: int) (epochs: int) : int[] =
    use team = new ThreadTeam(2)
    let y = BumpToy.sample 61UL BumpClass.Signal s n
    let signal = classOf "signal" 0UL expected.Signal y

    let background =
        BumpToy.sample 61UL BumpClass.Background s n
        |> classOf "background" 1_000_000_000UL expected.Background

    let tangents =
        Array.init (2 * n) (fun i -> if i < n then float32 (y[i] / s) else 0.0f)

    let standard = InfernoSettings.standard "mu"

    let settings = {
        standard with
            Training = {
                standard.Training with
                    Architecture = {
                        standard.Training.Architecture with
                            Hidden = [ 32; 32 ]
                    }
                    Epochs = epochs
            }
    }

    let summary =
        ResponseEvents.create 1 [ signal; background ] [
            ResponseParameter.scaling "mu" 1.0 [ "signal" ] [ signal; background ]
            ResponseParameter.moving "width" tangents
            |> ResponseParameter.constrainedBy widthError
        ]
        |> Result.bind (InfernoTraining.train (TrainingContext.plain team) settings)
        |> ok

    summary.Bins(team, features)

[<Test>]
let ``an inference-aware summary has the error of the unbinned profile to 5 %`` () =
    let found = BumpExperiment.profiledError (aware 30_000 30) s widthError expected
    TestContext.Out.WriteLine $"{found} for {unbinned}"
    Assert.That(found, Is.InRange(unbinned, 1.05 * unbinned))
