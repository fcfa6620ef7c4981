module Nsbi.Infer.Tests.RatioShiftTests

open System
open MathNet.Numerics.Statistics
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private exactRatio proc x =
    InterferenceToy.ratio InterferenceToy.reference proc x

/// The exact ratio of a process times a function of x.
let private times (proc: InterferenceProcess) (factor: float -> float) : RatioChange = {
    Channel = "SR"
    Process = InterferenceToy.name proc
    Ratios = nodes |> Array.map (fun x -> exactRatio proc x * factor x)
}

let private tilted = times Total (fun x -> 1.0 + 0.01 * tanh x)
let private waved = times NonInterfering (fun x -> 1.0 + 0.01 * cos (2.0 * x))

let private toy =
    lazy
        (let observation = asimov 1.0
         let best = Fit.run observation
         observation, RatioSensitivity.create observation best "mu")

let private linear scale change =
    (RatioShift.linear scale [ change ] (snd toy.Value)).Total

let private refit scale change =
    let fit = RatioShift.refit Fit.settings scale [ change ] (fst toy.Value) |> ok
    fit["mu"].Value - (snd toy.Value).Best["mu"].Value

[<Test>]
let ``the shifts of the interference toy are those of an independent computation`` () =
    Assert.That(linear RatioScale.Normalised tilted, near 1e-6 -0.010438)
    Assert.That(linear RatioScale.Normalised waved, near 5e-6 0.00911)
    Assert.That(refit RatioScale.Normalised tilted, near 2e-6 -0.010422)
    Assert.That(refit RatioScale.Normalised waved, near 2e-6 0.009062)
    Assert.That(linear RatioScale.Literal tilted, near 5e-6 -0.00884)
    Assert.That(linear RatioScale.Literal waved, near 5e-6 0.00889)

[<Test>]
let ``a literal change is fitted again as it is`` () =
    for change in [ tilted; waved ] do
        let first = linear RatioScale.Literal change
        Assert.That(refit RatioScale.Literal change, near (0.01 * abs first) first)

[<Test>]
let ``the ratios themselves shift nothing, on any scale they are given in`` () =
    for scale in [ RatioScale.Normalised; RatioScale.Literal ] do
        for proc in InterferenceToy.sampled do
            Assert.That(linear scale (times proc (fun _ -> 1.0)), near 1e-13 0.0)

    let doubled = times Background (fun _ -> 2.0)
    Assert.That(linear RatioScale.Normalised doubled, near 1e-13 0.0)
    Assert.That(abs (linear RatioScale.Literal doubled), Is.GreaterThan 0.1)

[<Test>]
let ``the shift of several processes is the sum of their own`` () =
    let both = RatioShift.linear RatioScale.Normalised [ tilted; waved ] (snd toy.Value)

    Assert.That(both.Total, near 1e-15 (both.Parts |> List.sumBy snd))
    Assert.That(snd both.Parts[0], same (linear RatioScale.Normalised tilted))
    Assert.That(fst both.Parts[1], same ("SR", "NI"))

[<Test>]
let ``an event without weight in the observation has no influence`` () =
    let observation, _ = toy.Value

    let weights =
        Array.map2 (*) table.Weights (nodes |> Array.map (InterferenceToy.rateDensity 1.0))

    let kept = weights |> Array.mapi (fun i w -> if i % 3 = 0 then 0.0 else w)

    let sparse =
        Observation.nothing
        |> Observation.withWeights "SR" TableKind.Reference kept
        |> Observation.create observation.Owner
        |> ok

    let found = RatioSensitivity.create sparse (Fit.run sparse) "mu"
    let influence = found.Influence["SR", "S"]
    Assert.That(influence[0], same 0.0)
    Assert.That(influence[1500], same 0.0)
    Assert.That(influence[1501], Is.Not.EqualTo 0.0)

/// Nuisance parameters on rates and on densities of the toy.
let private nuisances (rate: EventRate) : Observation =
    let jes, tail, lumi = nuisance "jes", nuisance "tail", nuisance "lumi"
    let signal, total, background = interference InterferenceToy.mu
    let events proc = yields (InterferenceToy.expected proc)

    let model =
        model "toy" [
            unbinned "SR" (reference "mixture") [
                processOf "S" [ scaledBy signal; events Signal; normSys lumi (0.95, 1.05) ]
                processOf "SBI" [
                    scaledBy total
                    events Total
                    normSys lumi (0.95, 1.05)
                    eventSys jes
                    eventSys tail
                    eventRate rate
                ]
                processOf "B" [ scaledBy background; events Background ]
                processOf "NI" [ events NonInterfering; eventSys jes; eventRate rate ]
            ]
        ]

    let shifted delta =
        let side sign =
            RatioSource.ofFormula (fun x -> sign * delta * x[0] - 0.5 * delta * delta)

        VariationRatios.between (side -1.0, side 1.0)

    let table =
        table
        |> RatioTable.withVariation "SBI" "jes" (shifted 0.2)
        |> RatioTable.withVariation "SBI" "tail" (shifted -0.15)
        |> RatioTable.withVariation "NI" "jes" (shifted 0.1)

    let compiled = compileInterference model table
    let theta = compiled.Parameters |> List.map _.Initial |> List.toArray
    theta[compiled.Index["mu"]] <- 1.2
    // Densities that are not normalised do not fit their own Asimov set far from 0.
    let size = if rate = AsGiven then 0.05 else 1.0
    theta[compiled.Index["jes"]] <- 0.6 * size
    theta[compiled.Index["tail"]] <- -0.4 * size
    theta[compiled.Index["lumi"]] <- 0.3
    (ok (Observation.asimov compiled theta)).Observation

[<Test>]
let ``with profiled nuisance parameters the shift is the derivative of the refit``
    ([<Values("renormalised", "as given", "from events")>] name: string)
    =
    let rate =
        match name with
        | "renormalised" -> Renormalised
        | "as given" -> AsGiven
        | _ -> FromEvents

    let observation = nuisances rate
    let best = Fit.run observation

    let distortion (proc, f: float -> float) size = times proc (fun x -> 1.0 + size * f x)

    for scale in [ RatioScale.Normalised; RatioScale.Literal ] do
        for proc, f in [ Total, tanh; NonInterfering, (fun x -> cos (2.0 * x)); Signal, tanh ] do
            for parameter in [ "mu"; "jes" ] do
                let at size =
                    let changes = [ distortion (proc, f) size ]
                    let fit = RatioShift.refit Fit.settings scale changes observation |> ok
                    fit[parameter].Value

                let slope = (at 1e-3 - at -1e-3) / 2e-3

                let found =
                    RatioSensitivity.create observation best parameter
                    |> RatioShift.linear scale [ distortion (proc, f) 1e-3 ]

                let what = $"{parameter} by {InterferenceToy.name proc}, {scale}"
                // Normalised ratios are of second order in the size too.
                Assert.That(found.Total / 1e-3, near (2e-3 * abs slope + 2e-4) slope, what)

[<Test>]
let ``the spread over replicas is that of the covariance of the ratios`` () =
    let _, sensitivity = toy.Value
    let mutable random = RandomStream(3UL, "replicas")

    let replicas = [
        for _ in 1..30 ->
            let a, b = 0.01 * random.NextGaussian(), 0.02 * random.NextGaussian()

            [
                times Total (fun x -> 1.0 + a * tanh x)
                times NonInterfering (fun x -> 1.0 + b * cos (2.0 * x))
            ]
    ]

    let shifts, sigma = RatioShift.spread RatioScale.Literal replicas sensitivity

    // φᵀ C φ with the sample covariance, process by process and node by node.
    let columns =
        replicas
        |> List.map (List.collect (fun c -> List.ofArray c.Ratios) >> List.toArray)

    let influence =
        Array.append sensitivity.Influence["SR", "SBI"] sensitivity.Influence["SR", "NI"]

    let mean =
        Array.init influence.Length (fun i -> columns |> List.averageBy (fun c -> c[i]))

    let variance =
        columns
        |> List.sumBy (fun c ->
            let d = Array.sum (Array.mapi (fun i f -> f * (c[i] - mean[i])) influence)
            d * d)
        |> fun sum -> sum / 29.0

    Assert.That(sigma, near (1e-9 * sigma) (sqrt variance))
    Assert.That(ArrayStatistics.StandardDeviation shifts, same sigma)

[<Test>]
let ``what cannot be shifted is refused`` () =
    let observation, sensitivity = toy.Value

    let refused (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    let apply change =
        RatioShift.linear RatioScale.Normalised [ change ] sensitivity

    refused (fun () -> apply { tilted with Channel = "CR" })
    refused (fun () -> apply { tilted with Process = "X" })
    refused (fun () -> apply { tilted with Ratios = [| 1.0 |] })
    refused (fun () -> apply (times Total (fun _ -> 0.0)))
    refused (fun () -> RatioShift.spread RatioScale.Literal [ [ tilted ] ] sensitivity)
    let held = Fit.runWith (Fit.fix "mu" 1.0 Fit.settings) observation
    refused (fun () -> RatioSensitivity.create observation held "mu")
