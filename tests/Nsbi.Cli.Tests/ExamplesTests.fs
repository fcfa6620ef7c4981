module ExamplesTests

open System.Globalization
open System.IO
open System.Text.RegularExpressions
open NUnit.Framework
open CommandLine

let private scripts =
    Directory.GetFiles(Path.Combine(root, "examples"), "*.fsx")
    |> Array.map Path.GetFileName
    |> Array.filter (fun name -> System.Char.IsDigit name[0])

/// Runs a script of a folder with the libraries of this repository.
let runScript (script: string) (arguments: string list) : Run =
    // The scripts load the Release build, whatever this one is.
    let library = Path.Combine(root, "src/Nsbi.Cli/bin/Release/net10.0/Nsbi.Infer.dll")
    Assert.That(File.Exists library, "Build the solution with -c Release first.")
    runProgram "dotnet" root ("fsi" :: script :: arguments)

let private output (script: string) (arguments: string list) : string =
    let run = runScript (Path.Combine("examples", script)) arguments
    shouldExit 0 run
    run.Output

let private numbers (pattern: string) (text: string) : float[][] = [|
    for found in Regex.Matches(text, pattern, RegexOptions.Multiline) ->
        [|
            for group in Seq.tail found.Groups ->
                System.Double.Parse(group.Value, CultureInfo.InvariantCulture)
        |]
|]

[<Test>]
let ``every example script loads the libraries in the one way`` () =
    Assert.That(scripts, Is.Not.Empty)

    for script in scripts do
        let text = File.ReadAllText(Path.Combine(root, "examples", script))
        Assert.That(text, Does.Contain "#load \"Nsbi.fsx\"", script)

[<Test>]
let ``the interference example prints the known numbers`` () =
    let text = output "01-interference.fsx" []

    for part in
        [
            "S        mu - sqrt(mu)  40"
            "mu                    1      0.390034"
            "another minimum"
            "0.00      2.448976      2.448976"
            "4.00     49.142017     49.142017"
            "mu with t ≤ 1: [0.594"
            "t ≤ 2.6: [0 (bound), 0.02"
            "] ∪ [0.27"
            "t ≤ 3.841: [0 (bound), 1.765"
            " 0.0      5       1.358           1.869       2.449"
            " 0.0     20       2.382           2.396       2.449"
        ] do
        Assert.That(text, Does.Contain part)

[<Test>]
let ``the training example learns the exact likelihood`` () =
    let text = output "02-train-ratios.fsx" []
    Assert.That(text, Does.Not.Contain "FAILED")
    Assert.That(text, Does.Contain "mixture identity")
    let table = numbers @"^(\d\.\d\d) +(\d+\.\d{3}) +(\d+\.\d{3})\s*$" text
    Assert.That(table.Length, Is.EqualTo 7)

    for row in table do
        let learned, exact = row[1], row[2]
        Assert.That(learned, Is.EqualTo(exact).Within(0.1 + 0.05 * exact), $"mu = {row[0]}")

    let errors = numbers @"^mu +\S+ +(0\.\d+)\s*$" text |> Array.concat
    Assert.That(errors.Length, Is.EqualTo 2)

    for error in errors do
        Assert.That(error, Is.EqualTo(0.390034).Within(0.03 * 0.390034))

[<Test>]
let ``the example of CMS data gains on the conventional analysis`` () =
    let samples = Path.Combine(root, "../shared/data/hzz4l")

    if not (Directory.Exists samples) then
        Assert.Ignore "The CMS event samples are not in ../shared/data/hzz4l."

    use folder = new Folder()
    let text = output "03-hzz4l.fsx" [ folder.File "results"; "--quick" ]
    Assert.That(text, Does.Contain "checks, 0 failed")
    Assert.That(File.Exists(folder.File "results/report.html"))

    let significance (name: string) =
        numbers $@"^{name} .* (\d\.\d\d)\s*$" text |> Array.concat |> Array.exactlyOne

    Assert.That(significance "expected, Higgs_mass in 25 bins", Is.EqualTo 1.76)
    Assert.That(significance "observed, Higgs_mass in 25 bins", Is.EqualTo 2.29)
    Assert.That(significance "expected, learned ratios", Is.GreaterThan 1.9)
    Assert.That(significance "observed, learned ratios", Is.GreaterThan 2.29)

[<Test>]
let ``the morphing example measures two coefficients`` () =
    if not (Directory.Exists(Path.Combine(root, "../shared/data/madminer-vbf"))) then
        Assert.Ignore "The MadMiner sample is not in ../shared/data/madminer-vbf."

    let text = output "04-eft-morphing.fsx" []
    Assert.That(text, Does.Contain "6 components, 6 benchmarks, 5840 events")
    Assert.That(text, Does.Contain "largest relative difference of an event: 0.0e+000")

    let errors (name: string) =
        numbers $@"^{name} +(0\.\d+)  \[.*\] +(0\.\d+)  \[" text

    // At the standard model, then at another benchmark: tests/peers/eft_morphing.py.
    let known = [| [| 0.0333; 0.0595 |]; [| 0.0272; 0.0647 |] |]
    Assert.That(errors "cells", Is.EqualTo<float[][]> known)

    for learned, cells, joint in Array.zip3 (errors "learned") known (errors "each event") do
        for k in 0..1 do
            Assert.That(learned[k], Is.EqualTo(cells[k]).Within(0.05 * cells[k]))
            Assert.That(joint[k], Is.LessThan learned[k])

    // Coefficients, events, effective events, then both fits with errors, on events never seen.
    let fits =
        numbers
            @"^ +(-?\d\.\d) +(-?\d\.\d) +(\d+) +(\d+) +(-?\d\.\d+) ± (\S+) +(-?\d\.\d+) ± (\S+)"
            text

    Assert.That(fits.Length, Is.EqualTo 5)

    for fit in fits do
        // The simulation has as many effective events as the data would have.
        let sigmas = 3.0 * sqrt (fit[2] / fit[3])
        Assert.That(fit[4], Is.EqualTo(fit[0]).Within(sigmas * fit[5]))
        Assert.That(fit[6], Is.EqualTo(fit[1]).Within(sigmas * fit[7]))

[<Test>]
let ``the width example prints the intervals of an independent program`` () =
    // By quadrature and profiling: width_reference.py with the expected counts.
    let text = output "05-width.fsx" []

    for part in
        [
            "sqrt(width * mu_on)"
            "68 %: width with t ≤ 1: [0.705104, 1.3267], best 1"
            "95 %: width with t ≤ 3.841: [0.424826, 1.68892], best 1"
            "first order: width = mu_off / mu_on = 1 ± 0.307317"
            "impacts on width (postfit)"
            "mu_off, mu_on with t ≤ 5.991: 2 pieces"
        ] do
        Assert.That(text, Does.Contain part)

[<Test>]
let ``the example of the uncertainty of networks warns of the double bootstrap alone`` () =
    let text = output "06-network-uncertainty.fsx" []
    let lines = text.Split('\n')

    let starts (word: string) =
        lines |> Array.filter (fun line -> line.StartsWith word)

    Assert.That((starts "FAILED").Length, Is.EqualTo 1)
    Assert.That((starts "FAILED")[0], Does.Contain "shrinks with the number of networks")
    Assert.That((starts "passed").Length, Is.EqualTo 1)

    // The errors add up in quadrature: 0.39 by the data, σ by the networks.
    let number (line: string) =
        float (Regex.Match(line, @"\d\.\d+").Value)

    let sigma = starts "σ(μ)" |> Array.exactlyOne |> number
    let total = starts "total" |> Array.exactlyOne |> number
    Assert.That(total, Is.EqualTo(sqrt (0.390 * 0.390 + sigma * sigma)).Within 1e-3)

[<TestCase("03-hzz4l.fsx", "hzz4l/analysis.json")>]
[<TestCase("04-eft-morphing.fsx", "")>]
let ``the examples of real samples say so where these are absent`` (script: string, other: string) =
    use folder = new Folder()

    for part in [ script; other ] |> List.filter ((<>) "") do
        let text = File.ReadAllText(Path.Combine(root, "examples", part))
        let nsbi = Path.Combine(root, "examples", "Nsbi.fsx").Replace("\\", "/")
        folder.Write(part, text.Replace("\"Nsbi.fsx\"", $"\"{nsbi}\"")) |> ignore

    let run = runScript (folder.File script) []
    shouldExit 0 run
    Assert.That(run.Output, Does.StartWith "The event samples are not here")

[<Test>]
let ``the calibration example measures flavours with calibrated jets alone`` () =
    let text = output "08-calibration.fsx" []

    let number (pattern: string) =
        numbers pattern text |> Array.concat |> Array.exactlyOne

    let missed = number @"^mean distance of the learned map from the exact one: (\S+)"
    let way = number @"^mean way that a jet is moved: +(\S+)"
    Assert.That(missed, Is.LessThan(0.35 * way))
    let before = number @"^D_b, .* before: (\S+),"
    let after = number @"^D_b, .* after: +(\S+),"
    // 2.3 / sqrt 4000 would be one in ten thousand.
    Assert.That(after, Is.LessThan 0.036)
    Assert.That(before, Is.GreaterThan 0.08)

    let shares (name: string) =
        numbers $@"^{name}.* (\d\.\d+)  (\d\.\d+)  (\d\.\d+)\s*$" text
        |> Array.exactlyOne

    let truth = shares "shares"

    let miss (name: string) =
        Array.map2 (fun a b -> abs (a - b)) (shares name) truth |> Array.max

    let wrong, right =
        miss "with the simulation as it is", miss "with the calibrated simulation"

    Assert.That(wrong, Is.GreaterThan 0.012)
    Assert.That(right, Is.LessThan(0.7 * wrong))

[<TestCase("calibration", 0.57)>]
[<TestCase("negative-weights", 0.55)>]
let ``generated lepton pairs move onto those of CMS`` (plan: string, before: float) =
    if not (Directory.Exists(Path.Combine(root, "../shared/data/cms-zmumu"))) then
        Assert.Ignore "The CMS muons are not in ../shared/data/cms-zmumu."

    use folder = new Folder()
    let data = Path.Combine(root, "../shared/data")
    shouldExit 0 (runScript "examples/zmumu/inputs.fsx" [ data; folder.Path ])

    let run =
        runIn folder.Path [ "calibrate"; $"{plan}.json"; "--out"; "out"; "--json" ]

    shouldExit 0 run
    let result = json run

    let area (name: string) =
        result.GetProperty("area").GetProperty(name).GetProperty("value").GetDouble()

    Assert.That(area "before", Is.GreaterThan before)
    Assert.That(area "after", Is.LessThan 0.53)

    for quantity in result.GetProperty("quantities").EnumerateArray() do
        let distance (name: string) =
            quantity.GetProperty(name).GetProperty("ks").GetDouble()

        if quantity.GetProperty("name").GetString() = "mass" then
            Assert.That(distance "before", Is.GreaterThan 0.12)
            Assert.That(distance "after", Is.LessThan(0.5 * distance "before"))

    match result.TryGetProperty "positiveWeights" with
    | true, positive ->
        Assert.That(plan, Is.EqualTo "negative-weights")
        let factor = positive.GetProperty("errorFactor").GetDouble()
        Assert.That(factor, Is.EqualTo(1.0).Within 0.05)
    | _ -> Assert.That(plan, Is.EqualTo "calibration")

[<Test>]
let ``the posterior example is near the exact one, and its update is one of all events`` () =
    let text = output "07-posterior.fsx" []
    let learned = numbers @"^both days, 100 events: f = (\d\.\d+) ± (\d\.\d+)" text
    let exact = numbers @"^exact, 100 events: f = (\d\.\d+) ± (\d\.\d+)" text
    Assert.That(learned.Length, Is.EqualTo 1)
    Assert.That(exact.Length, Is.EqualTo 1)
    Assert.That(learned[0][0], Is.EqualTo(exact[0][0]).Within(exact[0][1]))
    Assert.That(learned[0][1], Is.EqualTo(exact[0][1]).Within(0.5 * exact[0][1]))
    Assert.That(text, Does.Contain("ranks of f").And.Contain "ranks of m")
