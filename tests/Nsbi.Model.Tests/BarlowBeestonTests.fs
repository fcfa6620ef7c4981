module Nsbi.Model.Tests.BarlowBeestonTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model

[<Test>]
let ``a Gaussian constraint gives the number of Combine`` () =
    // d = 12, n = 10 ± 2, in n + νe: ν̂ = 0.27491722, γ̂ = 1 + ν̂ e/n.
    let gamma = BarlowBeeston.gaussian 12.0 0.0 10.0 1.0 0.2
    Check.close 1e-8 1.05498344 gamma
    Check.close 1e-7 0.27491722 ((gamma - 1.0) * 10.0 / 2.0)

[<Test>]
let ``a Poisson constraint gives the mean of count and simulation`` () =
    Check.close 1e-8 1.05714286 (BarlowBeeston.poisson 12.0 0.0 10.0 25.0 25.0)
    Check.close 1e-15 (37.0 / 35.0) (BarlowBeeston.poisson 12.0 0.0 10.0 25.0 25.0)

[<Test>]
let ``nothing that γ scales leaves it where its constraint is`` () =
    Check.equal 1.1 (BarlowBeeston.gaussian 5.0 3.0 0.0 1.1 0.2)
    Check.equal 0.8 (BarlowBeeston.poisson 5.0 3.0 0.0 20.0 25.0)

[<Test>]
let ``an empty bin pulls γ down to zero and not below`` () =
    Check.close 1e-14 0.6 (BarlowBeeston.gaussian 0.0 0.0 10.0 1.0 0.2)
    Check.equal 0.0 (BarlowBeeston.gaussian 0.0 0.0 100.0 1.0 0.2)

/// The half of −2 ln L that depends on γ: its derivative.
let private slope (count, other, scaled) (term: Constraint) (gamma: float) =
    let struct (_, first, _) = Constraint.derivatives term gamma
    2.0 * scaled * (1.0 - count / (other + scaled * gamma)) + first

[<Property(MaxTest = 500)>]
let ``the slope of −2 ln L is zero at the closed form`` (a: int) (b: int) (c: int) (d: int) =
    let between low high (seed: int) =
        low + (high - low) * float (abs (int64 seed) * 7919L % 1000L) / 1000.0

    let count = Math.Round(between 1.0 500.0 a)
    let other = between 0.0 300.0 b
    let scaled = between 0.1 400.0 c
    let sigma = between 0.01 0.7 d
    let tau = 1.0 / (sigma * sigma)

    let scale = 2.0 * (scaled + tau)
    let data = count, other, scaled
    let gaussian = BarlowBeeston.gaussian count other scaled 1.0 sigma
    let poisson = BarlowBeeston.poisson count other scaled tau tau

    other + scaled * gaussian > 0.0
    && poisson > 0.0
    && abs (slope data (Gaussian(1.0, sigma)) gaussian) < 1e-9 * scale * max 1.0 count
    && abs (slope data (Poisson(tau, tau)) poisson) < 1e-9 * scale * max 1.0 count
