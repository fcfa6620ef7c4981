module Nsbi.Model.Tests.BinUncertaintyTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words

let private gammas (channel: Channel) (proc: int) =
    (Channel.processes channel |> List.item proc).Modifiers
    |> List.collect Modifier.parameters

[<Test>]
let ``processes that share a staterror have the width of their sum`` () =
    let channel =
        binned "SR" [
            processOf "S" [ binYields [ 10.0; 20.0 ]; statError "staterror_SR" [ 3.0; 0.0 ] ]
            processOf "B" [ binYields [ 30.0; 20.0 ]; statError "staterror_SR" [ 4.0; 0.0 ] ]
            processOf "data driven" [ binYields [ 100.0; 100.0 ] ]
        ]

    let shared = gammas channel 0
    Check.equal shared (gammas channel 1)
    Check.equal [ "staterror_SR[0]"; "staterror_SR[1]" ] (shared |> List.map _.Name)
    Check.equal (Gaussian(1.0, 5.0 / 40.0)) shared[0].Constraint
    Check.equal false shared[0].Fixed
    // No uncertainty: held at 1 under a constraint that says nothing.
    Check.equal (Gaussian(1.0, 1.0)) shared[1].Constraint
    Check.equal true shared[1].Fixed

[<Test>]
let ``a shapesys counts as many events as its relative uncertainty says`` () =
    let gammas = BinUncertainty.shapeSys "unc" [ 50.0; 0.0; 52.0 ] [ 3.0; 1.0; 7.0 ]
    Check.equal [ Some "unc[0]"; None; Some "unc[2]" ] (gammas |> List.map (Option.map _.Name))
    let tau = 2500.0 / 9.0
    Check.equal (Some(Poisson(tau, tau))) (gammas[0] |> Option.map _.Constraint)

[<Test>]
let ``a shapefactor is free in every bin`` () =
    let channel =
        binned "SR" [ processOf "B" [ binYields [ 5.0; 6.0 ]; shapeFactor "f" ] ]

    Check.equal [ "f[0]"; "f[1]" ] (gammas channel 0 |> List.map _.Name)
    Check.equal true (gammas channel 0 |> List.forall (fun p -> p.Constraint = Unconstrained))
