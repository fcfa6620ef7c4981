module Nsbi.Learn.Tests.Posterior.PriorTests

open System
open System.Text.Json
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Posterior

let private densities = [
    PriorDensity.Uniform(-2.0, 5.0)
    PriorDensity.Normal(1.0, 2.0)
    PriorDensity.TruncatedNormal(0.2, 0.5, 0.0, 1.0)
    PriorDensity.LogNormal(2.0, 0.4)
]

let internal priorOf parameters : Prior =
    match Prior.create parameters with
    | Ok prior -> prior
    | Error faults -> invalidOp (Fault.render faults)

[<Test>]
let ``densities are scipy's`` () =
    // tests/peers/normal_integral.py
    let truncated = PriorDensity.logDensity densities[2] 0.3
    Assert.That(truncated, Is.EqualTo(0.2639973923479575).Within 1e-11)

    Assert.That(
        PriorDensity.logDensity densities[3] 3.0,
        Is.EqualTo(-1.615016195914769).Within 1e-11
    )

    Assert.That(PriorDensity.logDensity densities[0] 0.0, Is.EqualTo(-(log 7.0)).Within 1e-15)

[<Test>]
let ``the density is zero outside the support and at zero of a log-normal`` () =
    for index, outside in [ 0, -2.1; 0, 5.1; 2, -1e-9; 2, 1.0001; 3, 0.0; 3, -1.0 ] do
        Assert.That(PriorDensity.logDensity densities[index] outside, Is.EqualTo -infinity)

    Assert.That(PriorDensity.logDensity densities[0] 5.0, Is.GreaterThan -infinity)
    Assert.That(PriorDensity.logDensity densities[0] nan, Is.NaN)

[<Test>]
let ``quantiles invert the integral of the density`` () =
    for density in densities do
        for share in [ 0.001; 0.1; 0.5; 0.83; 0.999 ] do
            let x0 = PriorDensity.quantile density share
            let x1 = PriorDensity.quantile density (share + 1e-6)
            let slope = 1e-6 / (x1 - x0)
            let expected = exp (PriorDensity.logDensity density (0.5 * (x0 + x1)))
            Assert.That(slope, Is.EqualTo(expected).Within(1e-5 * expected), $"{density} {share}")

    Assert.That(PriorDensity.quantile densities[1] 0.5, Is.EqualTo(1.0).Within 1e-12)
    Assert.That(PriorDensity.quantile densities[3] 0.5, Is.EqualTo(2.0).Within 1e-12)

[<Test>]
let ``draws follow the density`` () =
    let prior = priorOf [ for i, d in List.indexed densities -> $"p{i}", d ]
    let mutable stream = RandomStream(3UL, "draws of a prior", 0UL)
    let count = 4000
    let draws = Array.init count (fun _ -> Array.zeroCreate<float> 0)

    for i in 0 .. count - 1 do
        draws[i] <- prior.Sample(&stream)

    for k, density in List.indexed densities do
        let sorted = draws |> Array.map (fun d -> d[k]) |> Array.sort

        // Kolmogorov's distance; its 99.9 % quantile is 1.95/√n.
        let distance =
            sorted
            |> Array.mapi (fun i x ->
                let grid = [ for s in 0.0005..0.001..0.9995 -> s ]

                let share =
                    match
                        grid |> List.tryFindBack (fun s -> PriorDensity.quantile density s <= x)
                    with
                    | Some s when i % 40 = 0 -> s
                    | _ when i % 40 = 0 -> 0.0
                    | _ -> (float i + 0.5) / float count

                abs (share - (float i + 0.5) / float count))
            |> Array.max

        Assert.That(distance, Is.LessThan(1.95 / sqrt (float count) + 0.001), $"{density}")

        for draw in draws do
            Assert.That(prior.Supports draw)

[<Test>]
let ``the density of several parameters is the product`` () =
    let prior = priorOf [ "a", densities[0]; "b", densities[1] ]

    let expected =
        PriorDensity.logDensity densities[0] 0.3
        + PriorDensity.logDensity densities[1] -1.0

    Assert.That(prior.LogDensity [| 0.3; -1.0 |], Is.EqualTo expected)
    Assert.That(prior.LogDensity [| 9.0; -1.0 |], Is.EqualTo -infinity)

    Assert.Throws<ArgumentException>(Action(fun () -> prior.LogDensity [| 1.0 |] |> ignore))
    |> ignore

[<Test>]
let ``JSON is read back`` () =
    let prior = priorOf [ for i, d in List.indexed densities -> $"p{i}", d ]
    use document = JsonDocument.Parse(Prior.toJson prior)

    match Prior.ofJson "file" "$.prior" document.RootElement with
    | Ok again -> Assert.That((again.Parameters = prior.Parameters), Is.True)
    | Error faults -> Assert.Fail(Fault.render faults)

[<Test>]
let ``every fault of a file is named`` () =
    let text =
        """[{"name": "f", "density": "uniform", "low": 1, "high": 0},
            {"name": "m", "density": "normal", "mean": 0, "standardDeviation": -1, "width": 3},
            {"name": "x", "density": "cauchy"}]"""

    use document = JsonDocument.Parse text

    match Prior.ofJson "p.json" "$.prior" document.RootElement with
    | Ok _ -> Assert.Fail "the prior has faults"
    | Error faults ->
        let text = Fault.render faults
        Assert.That(text, Does.Contain "$.prior[0]: the bounds of a prior do not enclose")

        Assert.That(
            text,
            Does.Contain "$.prior[1]: the standard deviation of a prior is not positive ('-1')"
        )

        Assert.That(text, Does.Contain "$.prior[1].width")
        Assert.That(text, Does.Contain "$.prior[2].density")

[<Test>]
let ``names must differ and there must be one`` () =
    let sentence parameters =
        match Prior.create parameters with
        | Ok _ -> ""
        | Error faults -> Fault.render faults

    Assert.That(sentence [], Does.Contain "no parameter")
    let twice = sentence [ "a", densities[0]; "a", densities[1] ]
    Assert.That(twice, Does.Contain "a parameter is named twice ('a')")
