module Nsbi.Model.Tests.DyadicTests

open System
open NUnit.Framework
open FsCheck
open Nsbi.Tests
open Nsbi.Model

let private back (x: Dyadic) = Dyadic.ratio x Dyadic.one

[<Property>]
let ``a double is read back as itself`` (x: NormalFloat) = back (Dyadic.ofFloat x.Get) = x.Get

[<Test>]
let ``the extremes of doubles are read back as themselves`` () =
    for x in [ 0.0; 1.0; -1.0; 5e-324; 1e-310; Double.MaxValue; -2.2250738585072014e-308 ] do
        Check.equal x (back (Dyadic.ofFloat x))

[<Property>]
let ``products and sums of integers are exact`` (a: int) (b: int) (c: int) =
    let d (x: int) = Dyadic.ofFloat (float x)
    let exact = Dyadic.add (Dyadic.multiply (d a) (d b)) (d c)
    back exact = float (int64 a * int64 b + int64 c)

[<Test>]
let ``a sum keeps what doubles lose`` () =
    let sum = [ 1e300; 1.0; -1e300; 1e-300 ] |> List.map Dyadic.ofFloat |> Dyadic.sum
    Check.equal 1.0 (back sum)
    let rest = Dyadic.add sum (Dyadic.ofFloat -1.0)
    Check.equal 1e-300 (back rest)

[<Test>]
let ``a power is the product`` () =
    let x = Dyadic.ofFloat 0.1
    let cube = Dyadic.multiply x (Dyadic.multiply x x)
    Check.equal (back cube) (back (Dyadic.power 3 x))
    Check.equal 1.0 (back (Dyadic.power 0 x))

[<Property>]
let ``a ratio is the quotient of doubles`` (a: NormalFloat) (b: NormalFloat) =
    let quotient = a.Get / b.Get

    b.Get = 0.0
    || not (Double.IsNormal quotient)
    || abs (Dyadic.ratio (Dyadic.ofFloat a.Get) (Dyadic.ofFloat b.Get) - quotient)
       <= 2.3e-16 * abs quotient
