module Nsbi.Kernels.Tests.Simd.ElementaryTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Kernels.Tests.Simd.Arrays

let private allPaths = paths

let private sigmoid x =
    if x >= 0.0 then
        1.0 / (1.0 + Math.Exp -x)
    else
        Math.Exp x / (1.0 + Math.Exp x)

let private log1p x =
    let u = 1.0 + x
    if u = 1.0 then x else Math.Log u * x / (u - 1.0)

let private softplus x =
    Math.Max(x, 0.0) + log1p (Math.Exp -(abs x))

/// The function, its definition, its domain, and its largest error in units of the last place.
type Function = {
    Kind: UnaryKind
    Twin: float -> float
    Low: float
    High: float
    Ulps: float
}

let private f kind twin low high ulps = {
    Kind = kind
    Twin = twin
    Low = low
    High = high
    Ulps = ulps
}

/// Domains inside which no result is subnormal in float32.
let private functions = [
    f UnaryKind.Exp Math.Exp -86.5 88.7 2.0
    f UnaryKind.Log Math.Log 1e-37 1e37 2.0
    f UnaryKind.Sigmoid sigmoid -86.0 90.0 4.0
    f UnaryKind.Tanh Math.Tanh -20.0 20.0 4.0
    f UnaryKind.Softplus softplus -86.0 300.0 4.0
    f UnaryKind.Sqrt Math.Sqrt 0.0 1e30 0.5
    f UnaryKind.Reciprocal (fun x -> 1.0 / x) 1e-30 1e30 0.5
]

/// Numbers between two ends: evenly spaced, and many close to zero or to one.
let private sample (low: float) (high: float) : float[] =
    let n = 20000
    let even = Array.init n (fun i -> low + (high - low) * float i / float (n - 1))

    let small =
        Array.init 4000 (fun i -> Math.Pow(10.0, -30.0 + 30.0 * float i / 3999.0))

    let nearOne = Array.init 2000 (fun i -> 1.0 + (float i - 1000.0) * 3e-5)

    Array.concat [ even; small; Array.map (~-) small; nearOne ]
    |> Array.filter (fun x -> x >= low && x <= high)

let private cases = [
    for path in paths do
        for g in functions -> TestCaseData(path, string g.Kind)
]

let private named (kind: string) =
    functions |> List.find (fun g -> string g.Kind = kind)

[<TestCaseSource(nameof cases)>]
let ``functions of float32 are within their error`` (path: string, kind: string) =
    let g = named kind
    let x = sample g.Low g.High |> Array.map float32
    let y = unarySingle path g.Kind x

    let worst =
        Array.map2 (fun x y -> ulps 23 (g.Twin(float x)) (float y), x) x y
        |> Array.maxBy fst

    Assert.That(fst worst, Is.LessThanOrEqualTo(g.Ulps + 0.01), $"at {snd worst}")

[<TestCaseSource(nameof cases)>]
let ``functions of float64 are within their error`` (path: string, kind: string) =
    let g = named kind
    // The twin itself is off by up to half a unit or so.
    let x = sample g.Low g.High
    let y = unaryDouble path g.Kind x
    let worst = Array.map2 (fun x y -> ulps 52 (g.Twin x) y, x) x y |> Array.maxBy fst
    Assert.That(fst worst, Is.LessThanOrEqualTo(g.Ulps + 1.0), $"at {snd worst}")

[<TestCaseSource(nameof allPaths)>]
let ``sine and cosine are within their absolute error`` (path: string) =
    let x = sample -8192.0 8192.0

    for kind, twin in [ UnaryKind.Sin, Math.Sin; UnaryKind.Cos, Math.Cos ] do
        let single = Array.map float32 x
        let ofSingle = unarySingle path kind single

        let worst =
            Array.map2
                (fun x y -> abs (twin (float (x: float32)) - float (y: float32)))
                single
                ofSingle

        Assert.That(Array.max worst, Is.LessThan 2e-7)
        let ofDouble = unaryDouble path kind x
        let worst = Array.map2 (fun x y -> abs (twin x - y)) x ofDouble
        Assert.That(Array.max worst, Is.LessThan 5e-16)

/// Arguments where a formula could go wrong, with the limit there.
let private limits: (UnaryKind * (float * float) list) list = [
    UnaryKind.Exp, [ 0.0, 1.0; 1e4, infinity; infinity, infinity; -1e4, 0.0; -infinity, 0.0 ]
    UnaryKind.Log, [ 1.0, 0.0; 0.0, -infinity; -1.0, nan; infinity, infinity; -infinity, nan ]
    UnaryKind.Sigmoid, [ 0.0, 0.5; 1e4, 1.0; -1e4, 0.0; infinity, 1.0; -infinity, 0.0 ]
    UnaryKind.Tanh, [ 0.0, 0.0; 1e4, 1.0; -1e4, -1.0; infinity, 1.0; -infinity, -1.0 ]
    UnaryKind.Softplus, [ 1e4, 1e4; -1e4, 0.0; infinity, infinity; -infinity, 0.0 ]
    UnaryKind.Relu, [ 2.0, 2.0; -2.0, 0.0; infinity, infinity; -infinity, 0.0 ]
    UnaryKind.Elu, [ 2.0, 2.0; -1e4, -1.0; infinity, infinity; -infinity, -1.0 ]
    UnaryKind.Silu, [ 0.0, 0.0; 1e4, 1e4; -1e4, 0.0; infinity, infinity ]
    UnaryKind.Sin, [ 0.0, 0.0; infinity, nan; -infinity, nan; 1e12, nan ]
    UnaryKind.Cos, [ 0.0, 1.0; infinity, nan; -infinity, nan ]
    UnaryKind.Sqrt, [ 4.0, 2.0; -1.0, nan; infinity, infinity ]
    UnaryKind.Reciprocal, [ 0.0, infinity; infinity, 0.0 ]
    UnaryKind.Abs, [ -2.0, 2.0; -infinity, infinity ]
    UnaryKind.SiluSlope, [ 0.0, 0.5; 1e4, 1.0; -1e4, 0.0 ]
    UnaryKind.EluSlope, [ 2.0, 1.0; -1e4, 0.0 ]
]

[<TestCaseSource(nameof allPaths)>]
let ``limits and infinities have their values and NaN stays`` (path: string) =
    for kind, points in limits do
        for x, expected in (nan, nan) :: points do
            let single = (unarySingle path kind [| float32 x |])[0]
            let double = (unaryDouble path kind [| x |])[0]
            Assert.That(single, Is.EqualTo(float32 expected), $"{kind} of {x} in float32")
            Assert.That(double, Is.EqualTo expected, $"{kind} of {x} in float64")

[<TestCaseSource(nameof allPaths)>]
let ``a step is one above zero alone`` (path: string) =
    let x = [| 1.0; 0.0; -1.0; nan; infinity; -infinity |]
    Assert.That((unaryDouble path UnaryKind.Step x = [| 1.0; 0.0; 0.0; 0.0; 1.0; 0.0 |]))
    Assert.That((unaryDouble path UnaryKind.ReluSlope x = [| 1.0; 0.0; 0.0; 0.0; 1.0; 0.0 |]))

[<TestCaseSource(nameof allPaths)>]
let ``subnormal arguments of the logarithm are exact powers`` (path: string) =
    let x = [| 1e-310; 5e-324; 2.2e-308 |]

    Array.iter2
        (fun x y -> Assert.That(ulps 52 (Math.Log x) y, Is.LessThan 2.0))
        x
        (unaryDouble path UnaryKind.Log x)

[<TestCaseSource(nameof allPaths)>]
let ``an element's value does not depend on its place or on the length`` (path: string) =
    let x = Array.init 256 (fun i -> 0.11f * float32 (i - 128))

    for kind in Enum.GetValues<UnaryKind>() do
        let whole = unarySingle path kind x

        for length in 0..256 do
            let part = unarySingle path kind (Array.truncate length x)

            Assert.That(
                ReadOnlySpan(part).SequenceEqual(ReadOnlySpan(whole, 0, length)),
                $"{kind}, {length}"
            )
