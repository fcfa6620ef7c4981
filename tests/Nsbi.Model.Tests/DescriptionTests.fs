module Nsbi.Model.Tests.DescriptionTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words

[<Test>]
let ``a model is printed as tables`` () =
    let mu = poi "mu" |> between 0.0 8.0
    let lumi = nuisance "lumi" |> fixedAt 0.0

    let written =
        model "off-shell" [
            unbinned "SR" (reference "mixture") [
                processOf "S" [ scaledBy (mu - sqrt mu); yields 40.0 ]
                processOf "NI" [ scaledBy (1.0 + 0.1 * lumi); yields 200.0 ]
            ]
            binned "CR" [ processOf "B" [ binYields [ 1.0 .. 7.0 ] ] ]
        ]

    let expected =
        [
            "model off-shell"
            ""
            "  parameter  role         initial  bounds  constraint"
            "  mu         of interest  1        0 … 8   none"
            "  lumi       nuisance     0 fixed  −∞ … ∞  Gaussian(0, 1)"
            ""
            "unbinned channel SR, ratios to mixture"
            "  process  coefficient     yield  expected"
            "  S        mu - sqrt(mu)   40     0"
            "  NI       1 + 0.1 * lumi  200    200"
            "  total                           200"
            ""
            "binned channel CR, 7 bins"
            "  process  coefficient  yield                 expected"
            "  B        1            1 2 3 4 5 … (7 bins)  28"
            "  total                                       28"
        ]
        |> String.concat "\n"

    Check.equal expected (Model.describe written)

[<Test>]
let ``an empty model can be printed`` () =
    Check.equal "model none" (Model.describe (model "none" []))
