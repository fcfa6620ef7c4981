module Nsbi.Learn.Tests.Posterior.DensityHeadTests

open System.Text.Json
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.HeadExamples

let private headNames = HeadExamples.headNames

[<TestCaseSource(nameof headNames)>]
let ``JSON is read back`` (name: string) =
    let head = heads[name]
    use document = JsonDocument.Parse(DensityHead.toJson head)

    match DensityHead.ofJson "file" "$.head" document.RootElement with
    | Ok again -> Assert.That((again = head), Is.True)
    | Error faults -> Assert.Fail(Fault.render faults)

[<Test>]
let ``every fault of a file is named`` () =
    use document =
        JsonDocument.Parse
            """{"kind": "flow", "transform": "coupling", "layers": 1, "bins": 1, "bound": -2,
                "dropout": 0.5, "components": 3}"""

    match DensityHead.ofJson "p.json" "$.head" document.RootElement with
    | Ok _ -> Assert.Fail "the head has faults"
    | Error faults ->
        let text = Fault.render faults

        for sentence in
            [
                "number of layers of the flow is out of range ('1'); from 2 to 64"
                "number of bins of the splines is out of range ('1')"
                "bound of the splines is out of range ('-2')"
                "network of the knots has dropout ('0.5')"
                "$.head.components"
            ] do
            Assert.That(text, Does.Contain sentence)

[<Test>]
let ``an empty object is one full Gaussian`` () =
    use document = JsonDocument.Parse "{}"
    let head = DensityHead.ofJson "file" "$" document.RootElement
    Assert.That((head = Ok(DensityHead.Gaussian Covariance.Full)), Is.True)
