module FitVerbTests

open System.Text.Json
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open CommandLine
open Workspaces

let private number (name: string) (element: JsonElement) : float =
    element.GetProperty(name).GetDouble()

let private fit (folder: Folder) (line: string) : Run =
    runIn folder.Path ("fit" :: "workspace.json" :: words line)

[<Test>]
let ``the keys of a fit may not change`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = fit folder "--json"
    shouldExit 0 run
    Assert.That(run.Log, Is.Empty)
    let result = json run

    Assert.That(
        (keys result = [
            "schemaVersion"
            "verb"
            "version"
            "status"
            "advice"
            "twiceNll"
            "parameters"
            "correlation"
            "minima"
            "edm"
            "evaluations"
            "modelHash"
            "dataHash"
        ])
    )

    let mu = result.GetProperty("parameters")[0]

    Assert.That((keys mu = [ "name"; "value"; "error"; "minos"; "intervals"; "fixed"; "atBound" ]))

    Assert.That((keys (mu.GetProperty "minos") = [ "lower"; "upper" ]))

[<Test>]
let ``the Asimov fit of the interference toy has the known error`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = fit folder "--asimov mu=1 --minos mu --json"
    shouldExit 0 run
    let result = json run
    let mu = result.GetProperty("parameters")[0]
    Assert.That(result.GetProperty("status").GetString(), Is.EqualTo "converged")
    Assert.That(number "value" mu, Is.EqualTo(1.0).Within 1e-6)
    Assert.That(number "error" mu, Is.EqualTo(0.390034).Within 1e-6)
    Assert.That(number "lower" (mu.GetProperty "minos"), Is.EqualTo(-0.406).Within 1.5e-3)
    let correlation = result.GetProperty "correlation"
    let diagonal = correlation[0][0]
    Assert.That(diagonal.GetDouble(), Is.EqualTo 1.0)
    Assert.That(result.GetProperty("minima").GetArrayLength(), Is.EqualTo 2)

[<Test>]
let ``the result does not depend on the threads`` () =
    use folder = new Folder()
    interference folder |> ignore
    let one = fit folder "--json --threads 1"
    let three = fit folder "--json --threads 3"
    shouldExit 0 one
    Assert.That(three.Output, Is.EqualTo one.Output)

[<Test>]
let ``a person sees a table`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 35.0 |> ignore
    let run = fit folder ""
    shouldExit 0 run
    Assert.That(run.Output, Does.Match @"(?m)^mu +1\.5 +0\.59")
    Assert.That(run.Output, Does.Match @"(?m)^mu: 68\.3 % interval \[")

[<Test>]
let ``a held parameter is reported as held`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 35.0 |> ignore
    let run = fit folder "--fix mu=2 --json"
    shouldExit 0 run
    let mu = (json run).GetProperty("parameters")[0]
    Assert.That(number "value" mu, Is.EqualTo 2.0)
    Assert.That(mu.GetProperty("error").ValueKind, Is.EqualTo JsonValueKind.Null)
    Assert.That(mu.GetProperty("reason").GetString(), Does.Contain "the parameter is fixed")

[<Test>]
let ``a fit at a bound succeeds without an error`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 5.0 |> ignore
    let run = fit folder "--json"
    shouldExit 0 run
    Assert.That((json run).GetProperty("status").GetString(), Is.EqualTo "atBoundary")

[<Test>]
let ``a fit that does not converge exits with 1 and says what to do`` () =
    use folder = new Folder()
    counting folder (poi "nu" |> between 0.0 10.0) 35.0 |> ignore
    let run = fit folder "--json"
    shouldExit 1 run
    Assert.That((json run).GetProperty("status").GetString(), Is.EqualTo "notConverged")
    Assert.That(run.Log, Does.StartWith "notConverged: ")

[<Test>]
let ``an unbounded likelihood exits with 1 and is an invalid model`` () =
    use folder = new Folder()
    interference folder |> ignore

    replaceColumn folder "*-observed-weights.npy" (fun weights ->
        weights[0] <- -1.0
        Nsbi.Learn.Events.NpyArray.ofVector weights)

    let run = fit folder "--json"
    shouldExit 1 run
    let result = json run
    Assert.That(result.GetProperty("status").GetString(), Is.EqualTo "invalidModel")
    Assert.That(result.GetProperty("twiceNll").ValueKind, Is.EqualTo JsonValueKind.Null)
    Assert.That(result.GetProperty("reason").GetString(), Does.Contain "twiceNll: ")

[<Test>]
let ``a fit with event variations says how large they are and how exact it was`` () =
    use folder = new Folder()
    shifted folder |> ignore
    let run = fit folder "--asimov mu=1 --json"
    shouldExit 0 run
    let result = json run
    let size = result.GetProperty("normalisations")[0]
    Assert.That(size.GetProperty("parameter").GetString(), Is.EqualTo "alpha")
    Assert.That(size.GetProperty("sizes").GetArrayLength(), Is.EqualTo 4)
    Assert.That(number "shift" (result.GetProperty("exact")[0]) |> abs, Is.LessThan 1e-6)

    for check in result.GetProperty("checks").EnumerateArray() do
        Assert.That(check.GetProperty("passed").GetBoolean(), Is.True)

    let exact =
        fit folder "--asimov mu=1 --precision exact --normalisation exact --json"

    shouldExit 0 exact
    Assert.That(keys (json exact) |> List.contains "exact", Is.False)

    Assert.That(
        number "error" ((json exact).GetProperty("parameters")[0]),
        Is.EqualTo(number "error" (result.GetProperty("parameters")[0])).Within 1e-7
    )

[<Test>]
let ``a precision or normalisation that is none is wrong usage`` () =
    use folder = new Folder()
    shifted folder |> ignore

    for option in [ "--precision float"; "--normalisation few" ] do
        shouldExit 2 (fit folder $"--asimov mu=1 {option}")

[<Test>]
let ``derived quantities have values and errors to first order`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    let plain = json (runIn folder.Path (words "fit workspace.json --json"))

    let mu =
        plain.GetProperty("parameters").EnumerateArray()
        |> Seq.find (fun p -> p.GetProperty("name").GetString() = "mu")

    let value, error =
        mu.GetProperty("value").GetDouble(), mu.GetProperty("error").GetDouble()

    let run =
        runIn folder.Path (words "fit workspace.json --derive \"twice=2*mu;square=mu*mu\" --json")

    shouldExit 0 run
    let derived = [ for d in (json run).GetProperty("derived").EnumerateArray() -> d ]
    let number (name: string) (d: System.Text.Json.JsonElement) = d.GetProperty(name).GetDouble()
    Assert.That(number "value" derived[0], Is.EqualTo(2.0 * value).Within 1e-12)
    Assert.That(number "error" derived[0], Is.EqualTo(2.0 * error).Within 1e-12)
    Assert.That(number "error" derived[1], Is.EqualTo(2.0 * value * error).Within 1e-12)
    let wrong = runIn folder.Path (words "fit workspace.json --derive \"a=nobody/2;b\"")
    shouldExit 2 wrong
    Assert.That(wrong.Log, Does.Contain "'b' is not of the form name=expression")
    let unknown = runIn folder.Path (words "fit workspace.json --derive \"a=nobody/2\"")
    shouldExit 2 unknown
    Assert.That(unknown.Log, Does.Contain "'nobody' is not a declared parameter")

[<Test>]
let ``the goodness of a fit comes with toys of it`` () =
    use folder = new Folder()
    interference folder |> ignore

    let run =
        runIn folder.Path (words "fit workspace.json --goodness 20 --seed 3 --json")

    shouldExit 0 run
    let goodness = (json run).GetProperty "goodness"
    Assert.That(goodness.GetProperty("toys").GetInt32(), Is.EqualTo 20)

    let tests = [ for t in goodness.GetProperty("tests").EnumerateArray() -> t ]
    Assert.That(tests.Length, Is.EqualTo 3)

    for test in tests do
        Assert.That(test.GetProperty("p").GetDouble(), Is.GreaterThan 0.04)

    Assert.That(
        tests |> List.map (fun t -> t.GetProperty("name").GetString()),
        Has.Some.EqualTo "Kolmogorov–Smirnov distance in ln p(S)/p(NI) in SR"
    )
