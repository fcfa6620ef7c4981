module Nsbi.Infer.Tests.QuantityTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

[<TestCase(3, 1.2345, "1.23")>]
[<TestCase(3, 123456.0, "123456")>]
[<TestCase(2, -0.00012, "−0.00012")>]
[<TestCase(3, 1.234e-9, "1.23 × 10⁻⁹")>]
[<TestCase(3, Double.NaN, "–")>]
[<TestCase(3, Double.NegativeInfinity, "−∞")>]
[<TestCase(3, 0.0, "0")>]
let ``numbers have their significant digits`` (digits: int) (value: float) (text: string) =
    Assert.That(Quantity.significant digits value, same text)

[<TestCase(0.0001, "0.0001")>]
[<TestCase(100.0, "100")>]
[<TestCase(1e-6, "1 × 10⁻⁶")>]
[<TestCase(0.069, "0.069")>]
let ``brief numbers have no zeros at the end`` (value: float) (text: string) =
    Assert.That(Quantity.brief 3 value, same text)

[<Test>]
let ``a value has the decimals of two digits of its error`` () =
    Assert.That(Quantity.valueFor 0.0391 1.11782, same "1.118")
    Assert.That(Quantity.error 0.0391, same "0.039")
    Assert.That(Quantity.valueFor 12.0 345.6, same "346")
    Assert.That(Quantity.valueFor nan 1.0, same "1.000")
    Assert.That(Quantity.valueFor 0.5 -0.001, same "0.00")

[<Test>]
let ``offsets are signed and unknown ones are dashes`` () =
    Assert.That(Quantity.offset -0.2812, same "−0.28")
    Assert.That(Quantity.offset 0.31, same "+0.31")
    Assert.That(Quantity.offset nan, same "–")

[<Test>]
let ``disjoint sets show all pieces with distinct ends`` () =
    let pieces: ReportPiece list = [ { Low = 0.0; High = 0.012 }; { Low = 0.21; High = 1.765 } ]

    Assert.That(Quantity.interval pieces, same "[0.000, 0.012] ∪ [0.210, 1.765]")
    Assert.That(Quantity.interval [], same "–")
