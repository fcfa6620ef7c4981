module Nsbi.Infer.Tests.FractionTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

// Quantiles of the beta distribution from scipy.stats.beta.ppf.
[<TestCase(0.6827, 3, 10, 0.14166978253195195, 0.5082658513353708)>]
[<TestCase(0.95, 0, 20, 0.0, 0.1684334709830853)>]
[<TestCase(0.95, 20, 20, 0.8315665290169147, 1.0)>]
[<TestCase(0.6827, 683, 1000, 0.6676033644702501, 0.698018419150503)>]
[<TestCase(0.99, 50, 60, 0.6764787417283185, 0.9351091742527479)>]
let ``the interval of Clopper and Pearson``
    (level: float)
    (k: int)
    (n: int)
    (low: float)
    (high: float)
    =
    let struct (lower, upper) = Fraction.clopperPearson level (Fraction.create k n)
    Assert.That(lower, near 1e-10 low)
    Assert.That(upper, near 1e-10 high)

[<Test>]
let ``one in a million has a relative accuracy`` () =
    let struct (lower, upper) =
        Fraction.clopperPearson 0.95 (Fraction.create 1 1_000_000)

    Assert.That(lower / 2.53178076637942e-08, near 1e-6 1.0)
    Assert.That(upper / 5.571630655166939e-06, near 1e-6 1.0)

[<Test>]
let ``a fraction of trials`` () =
    let fraction = Fraction.ofSeq (fun x -> x > 2) [ 1; 2; 3; 4 ]
    Assert.That(fraction, same (Fraction.create 2 4))
    Assert.That(fraction.Value, same 0.5)
    Assert.That(fraction.Error, same 0.25)
    Assert.That(string fraction, same "0.5 ± 0.25 (2/4)")

    Assert.Throws<ArgumentException>(Action(fun () -> Fraction.create 5 4 |> ignore))
    |> ignore
