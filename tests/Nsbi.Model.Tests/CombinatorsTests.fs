module Nsbi.Model.Tests.CombinatorsTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words

let private mu = poi "mu" |> between 0.0 8.0
let private lumi = nuisance "lumi"

let private channel name =
    counting name [
        processOf "S" [ scaledBy (mu * (1.0 + 0.1 * lumi)); yields 5.0 ]
        processOf "B" [ scaledBy (nuisance "norm" |> freely); yields 50.0 ]
    ]

let private one = model "one" [ channel "a" ]

let private names m = Model.parameters m |> List.map _.Name

[<Test>]
let ``a renamed parameter has its new name everywhere`` () =
    let renamed = Model.rename "lumi" "luminosity" one
    Check.equal [ "mu"; "luminosity"; "norm" ] (names renamed)
    Check.equal one (Model.rename "luminosity" "lumi" renamed)

[<Test>]
let ``renaming into a parameter that is declared otherwise makes the model invalid`` () =
    match Model.rename "lumi" "mu" one |> Model.validate with
    | Ok _ -> Assert.Fail "was accepted"
    | Error faults -> Check.contains [ "'mu'"; "declared" ] (string faults.Head)

[<Test>]
let ``a fixed parameter keeps its place and constraint`` () =
    let p =
        Model.fix "lumi" 0.5 one
        |> Model.parameters
        |> List.find (fun p -> p.Name = "lumi")

    Check.equal (true, 0.5, Gaussian(0.0, 1.0)) (p.Fixed, p.Initial, p.Constraint)

[<Test>]
let ``statistical only fixes what is constrained`` () =
    let fixedNames =
        Model.statisticalOnly one
        |> Model.parameters
        |> List.filter _.Fixed
        |> List.map _.Name

    Check.equal [ "lumi" ] fixedNames

[<Test>]
let ``a name that is not there is refused with the names that are`` () =
    let acts = [ Model.rename "jes" "x"; Model.fix "jes" 0.0; Model.restrictToChannel "jes" ]

    for act in acts do
        let thrown = Assert.Throws<ArgumentException>(Action(fun () -> act one |> ignore))
        Check.contains [ "'jes'"; "it has: " ] thrown.Message

[<Test>]
let ``a channel is added last and found again`` () =
    let two = Model.addChannel (channel "b") one
    Check.equal [ "a"; "b" ] (two.Channels |> List.map Channel.name)
    Check.equal one (Model.restrictToChannel "a" two)

[<Test>]
let ``models are combined by parameter name`` () =
    match Model.combine "both" [ one; model "two" [ channel "b" ] ] with
    | Error faults -> Assert.Fail(string faults)
    | Ok both ->
        Check.equal "both" both.Name
        Check.equal [ "mu"; "lumi"; "norm" ] (names both)
        Assert.That((Model.validate both).IsOk)

[<Test>]
let ``conflicting declarations are refused with both places and equal channel names too`` () =
    let other =
        model "other" [ channel "a" ]
        |> Model.mapParameters (fun p -> { p with Upper = 9.0 })

    match Model.combine "both" [ one; Model.addChannel (channel "b") other ] with
    | Ok _ -> Assert.Fail "was accepted"
    | Error faults ->
        let text = faults |> List.map string |> String.concat "\n"
        Check.contains [ "'mu'"; "channel 'a', process 'S'"; "channels are named 'a'" ] text
