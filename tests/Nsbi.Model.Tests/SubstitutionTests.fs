module Nsbi.Model.Tests.SubstitutionTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words

let private off, on = poi "off" |> between 0.0 8.0, poi "on" |> between 0.0 8.0
let private width = poi "width" |> between 0.0 8.0
let private lumi = nuisance "lumi"

let private both =
    model "both" [
        counting "off" [
            processOf "S" [ scaledBy (off - sqrt off); yields 5.0; normSys lumi (0.9, 1.1) ]
            processOf "N" [ normFactor off; yields 7.0 ]
        ]
        counting "on" [ processOf "S" [ normFactor on; yields 50.0 ] ]
    ]

let private value (m: Model) (point: (string * float) list) (channel: int) (proc: int) : float =
    let index = ParameterIndex.OfNames(List.map fst point)
    let theta = point |> List.map snd |> List.toArray
    let found = (Channel.processes m.Channels[channel])[proc]
    Coefficient.value index theta (Process.factor found)

[<Test>]
let ``coefficients and factors are those of the expression`` () =
    let derived = Model.substitute "off" (width * on) both
    let point = [ "on", 1.3; "width", 0.7 ]
    let before = [ "off", 0.7 * 1.3; "on", 1.3 ]

    for channel, proc in [ 0, 0; 0, 1; 1, 0 ] do
        Assert.That(
            value derived point channel proc,
            Is.EqualTo(value both before channel proc).Within 1e-15
        )

    let names = Model.parameters derived |> List.map _.Name |> List.sort
    Check.equal [ "lumi"; "on"; "width" ] names

[<Test>]
let ``a root of the product is smooth in the roots of both`` () =
    match Model.substitute "off" (width * on) both |> Model.validate with
    | Ok valid -> Check.equal [ "on"; "width" ] (List.sort valid.InnerCoordinates.Squared)
    | Error faults -> Assert.Fail(string faults.Head)

[<Test>]
let ``a model without a channel of the parameter is as it was`` () =
    let derived = Model.substitute "off" (width * on) both
    Check.equal both.Channels[1] derived.Channels[1]

[<Test>]
let ``what no expression can stand for is refused`` () =
    let refused (name: string) (expression: Coefficient) =
        Assert.Throws<ArgumentException>(
            Action(fun () -> Model.substitute name expression both |> ignore)
        )

    Check.contains [ "contains 'off'" ] (refused "off" (off * on)).Message
    Check.contains [ "constraint" ] (refused "lumi" on).Message
    Check.contains [ "no parameter 'nobody'" ] (refused "nobody" on).Message

    let free =
        model "free" [
            counting "c" [ processOf "S" [ yields 1.0; normSys (freely lumi) (0.9, 1.1) ] ]
        ]

    let message =
        Assert
            .Throws<ArgumentException>(Action(fun () -> Model.substitute "lumi" on free |> ignore))
            .Message

    Check.contains [ "normsys"; "'S'" ] message
