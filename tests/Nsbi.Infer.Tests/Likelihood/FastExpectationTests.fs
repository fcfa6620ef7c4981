module Nsbi.Infer.Tests.FastExpectationTests

open System
open System.Threading.Tasks
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private compiledOptions = {
    LikelihoodOptions.standard with
        Normalisation = Normalisation.Compiled 200
}

/// The unbinned part of −2 ln L by the slow twin, and by the fast way where there is one.
let private both (observation: Observation) (kappa: float[]) =
    let compiled = observation.Owner
    let inner = compiled.Model.InnerCoordinates
    let slow, fast = JetSum kappa.Length, JetSum kappa.Length

    let reasons =
        List.init compiled.Unbinned.Length (fun k ->
            let channel, events = compiled.Unbinned[k], observation.Events[k]
            let spaces = compiled.UnbinnedSpaces[k]

            UnbinnedEvaluation.addByJets AsCompiled None inner kappa slow channel events,
            UnbinnedEvaluation.add AsCompiled None inner spaces kappa fast channel events)

    reasons, slow.Result, fast.Result

let private agree (wanted: Jet) (found: Jet) =
    let n = wanted.Gradient.Length
    Assert.That(found.Value, near (1e-12 * (100.0 + abs wanted.Value)) wanted.Value)

    for k in 0 .. n - 1 do
        let unit = 100.0 + abs wanted.Gradient[k]
        Assert.That(found.Gradient[k], near (1e-11 * unit) wanted.Gradient[k])

        for l in 0 .. n - 1 do
            let unit = 100.0 + abs wanted.Hessian[k, l]
            Assert.That(found.Hessian[k, l], near (1e-9 * unit) wanted.Hessian[k, l])

let private check (seed: int) =
    let case = VariationModels.random seed 70
    let observation = VariationModels.observationWith compiledOptions case

    for step in 0..2 do
        let theta = VariationModels.point (seed + step) case.Model
        let kappa = case.Model.InnerCoordinates.ToInner theta
        let reasons, slow, fast = both observation kappa

        for slow, fast in reasons do
            Assert.That(string fast, same (string slow))

        if reasons |> List.forall (fst >> Option.isNone) then
            agree slow fast

    observation.Owner.UnbinnedSpaces
    |> Array.filter (fun spaces -> spaces.Rent().Plan.IsFast)
    |> Array.length

[<Property(MaxTest = 60)>]
let ``random models by logarithmic derivatives equal those by jets`` (seed: int) =
    check seed |> ignore

[<Test>]
let ``random models are evaluated fast`` () =
    // Else the property above compares a thing with itself.
    Assert.That(Seq.sum (Seq.init 10 check), Is.GreaterThan 5)

let private toyModel () =
    let case = VariationModels.random 12 300
    let observation = VariationModels.observationWith compiledOptions case
    case, observation

let private jetAt (observation: Observation) theta =
    let kappa = observation.Owner.Model.InnerCoordinates.ToInner theta

    match Likelihood.evaluateInner None observation kappa with
    | Finite jet -> jet
    | Infinite reason -> invalidOp (string reason)

let private identical (a: Jet) (b: Jet) =
    a.Value = b.Value && a.Gradient = b.Gradient && a.Hessian = b.Hessian

/// Points at which the model is finite.
let private points (case: VariationModels.Case) (observation: Observation) =
    Seq.initInfinite (fun seed -> VariationModels.point seed case.Model)
    |> Seq.filter (fun theta -> Double.IsFinite(Likelihood.twiceNll observation theta))
    |> Seq.truncate 20
    |> Seq.toArray

[<Test>]
let ``threads that evaluate at the same time get the bits of one thread alone`` () =
    let case, observation = toyModel ()
    let points = points case observation
    let alone = points |> Array.map (jetAt observation)
    let different = Collections.Concurrent.ConcurrentBag<int>()

    Parallel.For(
        0,
        400,
        ParallelOptions(MaxDegreeOfParallelism = 4),
        fun n ->
            let k = n % points.Length

            if not (identical alone[k] (jetAt observation points[k])) then
                different.Add k
    )
    |> ignore

    Assert.That(different.Count, same 0)

[<Test>]
let ``what was evaluated before does not matter, be it impossible or an exception`` () =
    let case, observation = toyModel ()
    let points = points case observation
    let first = jetAt observation points[0]
    let kappa = case.Model.InnerCoordinates.ToInner points[0]

    for theta in points do
        jetAt observation theta |> ignore

    // Not numbers, and too few of them.
    Likelihood.evaluateInner None observation (Array.create kappa.Length nan)
    |> ignore

    Assert.Throws<ArgumentException>(
        Action(fun () -> Likelihood.evaluateInner None observation [| 1.0 |] |> ignore)
    )
    |> ignore

    Assert.That(identical first (jetAt observation points[0]))

[<Test>]
let ``work spaces are used again, and given to one at a time`` () =
    let made = ResizeArray<obj>()

    let spaces =
        WorkSpaces(fun () ->
            made.Add(obj ())
            made[made.Count - 1])

    let a, b = spaces.Rent(), spaces.Rent()
    Assert.That(obj.ReferenceEquals(a, b), Is.False)
    spaces.Return a
    spaces.Return b
    let again = [ spaces.Rent(); spaces.Rent() ]
    Assert.That(made.Count, same 2)
    Assert.That(again |> List.forall (fun s -> s = a || s = b))
