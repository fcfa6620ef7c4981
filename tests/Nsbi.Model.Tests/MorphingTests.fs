module Nsbi.Model.Tests.MorphingTests

open System
open NUnit.Framework
open FsCheck
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Model.Words

let private a, b = poi "a", poi "b"
let private index = ParameterIndex.OfNames [ "a"; "b" ]
let private quadratic = Morphing.components [ 2; 2 ] 2

let private benchmarks (points: (float * float) list) : Benchmark list =
    points |> List.mapi (fun k (x, y) -> { Name = $"b{k}"; Couplings = [ x; y ] })

// Those of one of MadMiner's samples of Higgs production by vector-boson fusion.
let private points = [
    0.0, 0.0
    10.0, 0.0
    5.136601622881152, -8.260260716217754
    -3.8202546936883515, 9.195960639788069
    -8.508278315200975, 9.683210129231004
    -3.967602613557615, -9.28963987744795
]

let private morphing = Morphing.create [ a; b ] quadratic (benchmarks points)

let private weight (x: float) (y: float) =
    2.0 + 0.3 * x - y + 0.5 * x * x + 0.7 * x * y + 1.1 * y * y

[<Test>]
let ``components of couplings up to a power each and overall`` () =
    Check.equal
        [ [ 0; 0 ]; [ 0; 1 ]; [ 0; 2 ]; [ 1; 0 ]; [ 1; 1 ]; [ 2; 0 ] ]
        (Morphing.components [ 2; 2 ] 2)

    Check.equal [ [ 0; 0 ]; [ 0; 1 ]; [ 1; 0 ]; [ 1; 1 ] ] (Morphing.components [ 1; 1 ] 2)
    Check.equal [ [ 0 ]; [ 1 ]; [ 2 ]; [ 3 ]; [ 4 ] ] (Morphing.components [ 4 ] 4)
    Check.equal [ [ 0; 0 ] ] (Morphing.components [ 2; 2 ] 0)

[<Test>]
let ``d quadratic couplings have (d + 1)(d + 2)/2 components, quartic ones more`` () =
    for d in 1..5 do
        let found = Morphing.components (List.replicate d 2) 2
        Check.equal ((d + 1) * (d + 2) / 2) found.Length
        Check.equal found (List.distinct found)

    // Binomials (4 + 2 over 2) and (4 + 3 over 3).
    Check.equal 15 (Morphing.components [ 4; 4 ] 4).Length
    Check.equal 35 (Morphing.components [ 4; 4; 4 ] 4).Length

[<Test>]
let ``the weights are one at their benchmark and zero at the others, exactly`` () =
    for k, (x, y) in List.indexed points do
        let expected = Array.init 6 (fun l -> if k = l then 1.0 else 0.0)
        Check.equal expected (morphing.Weights [ x; y ])

[<Test>]
let ``the coefficients are the rounded polynomials of the matrix`` () =
    let m = morphing.Matrix

    for x, y in [ 0.3, -0.2; 1.0, 2.0; -9.0, 7.5; 10.0, 0.0 ] do
        let exact = morphing.Weights [ x; y ]

        for k, (name, c) in List.indexed morphing.Coefficients do
            Check.equal morphing.Benchmarks[k].Name name

            let size =
                List.indexed quadratic
                |> List.sumBy (fun (j, n) ->
                    abs (m[j, k] * Math.Pow(x, float n[0]) * Math.Pow(y, float n[1])))

            let value = Coefficient.value index [| x; y |] c
            Assert.That(value, Is.EqualTo(exact[k]).Within(1e-15 * size))
            Check.equal c morphing[name]

[<Property>]
let ``a polynomial is reproduced anywhere`` (x: NormalFloat) (y: NormalFloat) =
    let x, y = x.Get % 20.0, y.Get % 20.0

    let mixture =
        Seq.zip (morphing.Weights [ x; y ]) points
        |> Seq.sumBy (fun (w, (u, v)) -> w * weight u v)

    Check.close 1e-12 (weight x y) mixture

[<Test>]
let ``first and second derivatives agree with finite differences`` () =
    // Central differences of quadratic polynomials have no error but rounding.
    let h = 0.5

    let difference (f: float[] -> float) (theta: float[]) k =
        let moved s =
            f (Array.mapi (fun i x -> if i = k then x + s * h else x) theta)

        (moved 1.0 - moved -1.0) / (2.0 * h)

    for theta in [ [| 0.0; 0.0 |]; [| 0.7; -1.3 |]; [| -4.0; 8.0 |] ] do
        for _, c in morphing.Coefficients do
            let jet = Coefficient.evaluate index theta c

            for k in 0..1 do
                let value theta = Coefficient.value index theta c
                Check.close 1e-14 (difference value theta k) jet.Gradient[k]

                for l in 0..1 do
                    let slope theta =
                        (Coefficient.evaluate index theta c).Gradient[l]

                    Check.close 1e-14 (difference slope theta k) jet.Hessian[k, l]

[<Test>]
let ``powers above two have their derivatives`` () =
    let quartic = Morphing.components [ 4 ] 4

    let at =
        [ -2.0; -1.0; 0.0; 1.0; 2.0 ]
        |> List.mapi (fun k x -> { Name = string k; Couplings = [ x ] })

    let found = Morphing.create [ a ] quartic at
    // The Lagrange polynomial of the middle point: (1 − x²)(1 − x²/4).
    let middle = found["2"]
    let one = ParameterIndex.OfNames [ "a" ]

    for x in [ 0.0; 0.5; -3.0 ] do
        let jet = Coefficient.evaluate one [| x |] middle
        Check.close 1e-14 ((1.0 - x * x) * (1.0 - 0.25 * x * x)) jet.Value
        Check.close 1e-14 (-2.5 * x + x ** 3.0) jet.Gradient[0]
        Check.close 1e-14 (-2.5 + 3.0 * x * x) jet.Hessian[0, 0]

[<Test>]
let ``more benchmarks than components are combined with the least sum of squares`` () =
    let more = points @ [ 1.0, 1.0; -2.0, 3.0 ]
    let found = Morphing.create [ a; b ] quadratic (benchmarks more)
    let squares (weights: float[]) = weights |> Array.sumBy (fun w -> w * w)

    for x, y in [ 0.0, 0.0; 0.5, -0.5; 3.0, 4.0 ] do
        let w = found.Weights [ x; y ]
        let mixture = Seq.zip w more |> Seq.sumBy (fun (w, (u, v)) -> w * weight u v)
        Check.close 1e-12 (weight x y) mixture
        Assert.That(squares w, Is.LessThan(squares (morphing.Weights [ x; y ])))

[<Test>]
let ``the coefficients are those of the general sample basis`` () =
    let monomials = [ Constant 1.0; b; b * b; a; a * b; a * a ]

    let general =
        points
        |> List.map (fun (x, y) -> [ "a", x; "b", y ])
        |> SampleBasis.coefficients monomials

    for theta in [ [| 0.3; -0.7 |]; [| 8.0; 2.0 |] ] do
        for c, (_, d) in List.zip general morphing.Coefficients do
            Check.close 1e-14 (Coefficient.value index theta c) (Coefficient.value index theta d)

[<Test>]
let ``event weights at a benchmark are the given ones, whatever their size`` () =
    let weights = [ for k in 0..5 -> [| 10.0 ** float -k; 10.0 ** float (3 * k - 9) |] ]

    for k, (x, y) in List.indexed points do
        Check.equal weights[k] (Morphing.eventWeights morphing [ x; y ] weights)

[<Test>]
let ``event weights are mixtures of those of the benchmarks`` () =
    let scales = [| 1.0; 2.5; 1e-6 |]

    let weights =
        points |> List.map (fun (x, y) -> scales |> Array.map (fun s -> s * weight x y))

    let found = Morphing.eventWeights morphing [ 1.5; -2.0 ] weights
    Array.iter2 (fun s w -> Check.close 1e-12 (weight 1.5 -2.0) (w / s)) scales found

let private refused (part: string) (make: unit -> 'a) =
    let act = Action(fun () -> make () |> ignore)
    Check.contains [ part ] (Assert.Throws<ArgumentException> act).Message

let private from points =
    fun () -> Morphing.create [ a; b ] quadratic (benchmarks points)

[<Test>]
let ``benchmarks that do not determine the polynomial are refused`` () =
    refused "5 benchmarks for 6 terms" (from (List.take 5 points))
    refused "condition number Infinity" (from ((1.0, 0.0) :: (1.0, 0.0) :: List.skip 2 points))
    // All on one conic, the unit circle.
    let circle = [ for k in 0..5 -> (if k < 3 then 0.6 else 0.8), 0.0 ]
    refused "do not determine" (from circle)

    refused "do not determine" (from ((0.0, 0.0) :: (1e-9, 0.0) :: List.skip 2 points))

[<Test>]
let ``what is not one number per coupling is refused`` () =
    refused "has 1 values: give 2" (fun () ->
        Morphing.create [ a; b ] quadratic [ { Name = "x"; Couplings = [ 1.0 ] } ])

    refused "has the value NaN" (from [ nan, 0.0 ])

    refused "The component (1) does not have 2 exponents" (fun () ->
        Morphing.create [ a; b ] [ [ 1 ] ] (benchmarks points))

    refused "The component (-1, 0)" (fun () ->
        Morphing.create [ a; b ] [ [ -1; 0 ] ] (benchmarks points))

    refused "2 of the components are (0, 0)" (fun () ->
        Morphing.create [ a; b ] [ [ 0; 0 ]; [ 0; 0 ] ] (benchmarks points))

    refused "2 of the couplings are 'a'" (fun () ->
        Morphing.create [ a; a ] quadratic (benchmarks points))

    refused "is an expression" (fun () ->
        Morphing.create [ a; 2.0 * b ] quadratic (benchmarks points))

    refused "2 of the benchmarks are 'b0'" (fun () ->
        Morphing.create [ a; b ] quadratic (benchmarks points @ benchmarks [ 1.0, 1.0 ]))

    refused "powers of 0 or above" (fun () -> Morphing.components [ -1 ] 2)
    refused "There is no benchmark 'z'" (fun () -> morphing["z"])
    refused "Give 2 finite values" (fun () -> morphing.Weights [ 1.0 ])
    refused "Give 2 finite values" (fun () -> morphing.Weights [ 1.0; infinity ])

    refused "Give 6 arrays" (fun () -> Morphing.eventWeights morphing [ 0.0; 0.0 ] [ [||] ])

    refused "different numbers of events" (fun () ->
        Morphing.eventWeights morphing [ 0.0; 0.0 ] [ for k in 0..5 -> Array.zeroCreate k ])
