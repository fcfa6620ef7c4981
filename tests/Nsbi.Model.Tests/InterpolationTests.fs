module Nsbi.Model.Tests.InterpolationTests

open System
open System.Globalization
open System.IO

open FsCheck.FSharp
open FsCheck
open NUnit.Framework
open Nsbi.Model

let private codes = Interpolation.names |> List.map snd

/// Rows of interpolation.csv, which Reference/interpolation.py worked out with 60 digits.
let private reference: (string * float list) list =
    let assembly = typeof<Nsbi.Model.Tests.Arbitrary>.Assembly
    use stream = assembly.GetManifestResourceStream "interpolation.csv"
    use reader = new StreamReader(stream)

    reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
    |> Array.skip 1
    |> Array.map (fun line ->
        let cells = line.Split ','

        let number (text: string) =
            Double.Parse(text, CultureInfo.InvariantCulture)

        cells[0], cells |> Array.skip 1 |> Array.map number |> Array.toList)
    |> Array.toList

[<Test>]
let ``values and derivatives agree with sixty digits to 1e-12`` () =
    Assert.That(reference.Length, Is.EqualTo 360)

    for name, numbers in reference do
        let code = Interpolation.names |> List.find (fun (n, _) -> n = name) |> snd

        match numbers with
        | [ nominal; low; high; alpha; value; first; second ] ->
            let struct (v, f, s) = Interpolation.evaluate code nominal low high alpha
            // Relative to the largest number in play: sums of terms of that size are rounded.
            let scale = List.max [ nominal; low; high; abs value ]

            for wanted, got in [ value, v; first, f; second, s ] do
                Assert.That(abs (got - wanted) / max scale (abs wanted), Is.LessThan 1e-12, name)
        | _ -> Assert.Fail "seven numbers a row"

// PHYSICS: nominal 100, high 110, low 85; the columns of the published table.
[<TestCase(-1.5, 77.5, 78.36612789, 76.25, 78.36612789, 77.5)>]
[<TestCase(-0.5, 92.5, 92.19544457, 93.125, 92.55473300, 92.75878906)>]
[<TestCase(0.2, 102.0, 101.92448765, 102.4, 102.33323072, 102.31744)>]
[<TestCase(0.5, 105.0, 104.88088482, 105.625, 105.21653199, 105.25878906)>]
[<TestCase(1.5, 115.0, 115.36897330, 113.75, 115.36897330, 115.0)>]
let ``values of pyhf and ROOT`` (alpha: float, c0: float, c1: float, c2, c4, c4p) =
    for code, wanted in List.zip (List.truncate 5 codes) [ c0; c1; c2; c4; c4p ] do
        let struct (value, _, _) = Interpolation.evaluate code 100.0 85.0 110.0 alpha
        Assert.That(value, Is.EqualTo(wanted: float).Within 1e-8)

[<Test>]
let ``the polynomial of code 4 has ROOT's coefficients`` () =
    let wanted = [
        0.173059383152
        0.033533557465
        0.00214949414
        -0.012228309451
        -0.000208877292
        0.003694751985
    ]

    List.iter2 (Check.close 1e-11) wanted (Interpolation.polynomial 1.2 0.85 |> Array.toList)

let private anchors =
    gen {
        let! nominal = Gen.elements [ 1.0; 37.0 ]
        let! low = Gen.choose (20, 300) |> Gen.map (fun k -> float k / 100.0)
        let! high = Gen.choose (20, 300) |> Gen.map (fun k -> float k / 100.0)
        return nominal, low * nominal, high * nominal
    }

[<FsCheck.NUnit.Property(MaxTest = 200)>]
let ``every code meets its anchors`` () =
    Prop.forAll (Arb.fromGen anchors) (fun (nominal, low, high) ->
        codes
        |> List.forall (fun code ->
            [ -1.0, low; 0.0, nominal; 1.0, high ]
            |> List.forall (fun (alpha, wanted) ->
                let struct (value, _, _) = Interpolation.evaluate code nominal low high alpha
                abs (value - wanted) < 1e-12 * nominal)))

[<FsCheck.NUnit.Property(MaxTest = 200)>]
let ``codes 2, 4, 4p and log4p join smoothly at the knots`` () =
    Prop.forAll (Arb.fromGen anchors) (fun (nominal, low, high) ->
        [
            for code in [ QuadraticLinear; PolynomialExponential; PolynomialLinear; LogPolynomial ] do
                for knot in [ -1.0; 1.0 ] do
                    let at alpha =
                        Interpolation.evaluate code nominal low high alpha

                    let struct (v, f, s) = at (knot - 1e-9)
                    let struct (w, g, t) = at (knot + 1e-9)
                    abs (v - w) < 1e-7 * nominal
                    abs (f - g) < 1e-6 * nominal
                    code = QuadraticLinear || abs (s - t) < 1e-5 * nominal
        ]
        |> List.forall id)

[<FsCheck.NUnit.Property(MaxTest = 200)>]
let ``derivatives are those of the value`` () =
    let points = Gen.choose (-300, 300) |> Gen.map (fun k -> float k / 100.0 + 0.005)

    Prop.forAll (Arb.fromGen (Gen.zip anchors points)) (fun ((nominal, low, high), alpha) ->
        codes
        |> List.forall (fun code ->
            let value a =
                let struct (v, _, _) = Interpolation.evaluate code nominal low high a
                v

            let slope a =
                let struct (_, f, _) = Interpolation.evaluate code nominal low high a
                f

            let h = 1e-5
            let struct (_, first, second) = Interpolation.evaluate code nominal low high alpha
            let scale = nominal + abs first + abs second

            abs ((value (alpha + h) - value (alpha - h)) / (2.0 * h) - first) < 1e-7 * scale
            && abs ((slope (alpha + h) - slope (alpha - h)) / (2.0 * h) - second) < 1e-6 * scale))

[<Test>]
let ``log4p is positive where code 4 is not, and equals it outside`` () =
    let at code alpha =
        let struct (value, _, _) = Interpolation.evaluate code 1.0 0.02 30.0 alpha
        value

    let inside = [ for k in -99 .. 99 -> float k / 100.0 ]
    Assert.That(inside |> List.map (at PolynomialExponential) |> List.min, Is.LessThan 0.0)
    Assert.That(inside |> List.map (at LogPolynomial) |> List.min, Is.GreaterThan 0.0)

    for alpha in [ -3.0; -1.0; 1.0; 2.5 ] do
        Check.close 1e-12 (at PolynomialExponential alpha) (at LogPolynomial alpha)

[<Test>]
let ``an increment is the value less the nominal`` () =
    for code in codes do
        for alpha in [ -2.0; -0.3; 0.0; 0.4; 1.0; 1.7 ] do
            let struct (value, first, second) = Interpolation.evaluate code 20.0 15.0 27.0 alpha

            let struct (less, f, s) = Interpolation.increment code 20.0 15.0 27.0 alpha
            Check.close 1e-14 (value - 20.0) less
            Check.equal (first, second) (f, s)
