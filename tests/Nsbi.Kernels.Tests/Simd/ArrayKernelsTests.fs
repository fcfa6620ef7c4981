module Nsbi.Kernels.Tests.Simd.ArrayKernelsTests

#nowarn "9" // pointers into pinned arrays

open System
open NUnit.Framework
open FSharp.NativeInterop
open Nsbi.Kernels
open Nsbi.Kernels.Tests.Simd.Arrays

let private allPaths = paths

let private numbers (purpose: string) (count: int) : float[] =
    let mutable stream = RandomStream(1UL, purpose, 0UL)
    Array.init count (fun _ -> 2.0 * stream.NextDouble() - 1.0)

let private close tolerance (expected: float) (actual: float) (message: string) =
    Assert.That(actual, Is.EqualTo(expected).Within(tolerance * max 1.0 (abs expected)), message)

let private binaries: (BinaryKind * (float -> float -> float)) list = [
    BinaryKind.Add, (+)
    BinaryKind.Subtract, (-)
    BinaryKind.Multiply, (*)
    BinaryKind.Divide, (/)
    BinaryKind.Maximum, (fun x y -> if x > y then x else y)
    BinaryKind.Minimum, (fun x y -> if x > y then y else x)
]

[<TestCaseSource(nameof allPaths)>]
let ``functions of two arrays, spread or not, for every length`` (path: string) =
    let kernels = doubles path

    for kind, twin in binaries do
        for length in 0..65 do
            for spreadX, spreadY in List.allPairs [ false; true ] [ false; true ] do
                let x, y = numbers "x" (length + 1), numbers "y" (length + 1)
                let z = Array.create (length + 1) 77.0
                use atX = fixed x
                use atY = fixed y
                use atZ = fixed z
                kernels.Binary(kind, atX, spreadX, atY, spreadY, atZ, int64 length)

                let expected =
                    Array.init (length + 1) (fun i ->
                        if i = length then
                            77.0
                        else
                            twin x[if spreadX then 0 else i] y[if spreadY then 0 else i])

                Assert.That((z = expected), $"{kind}, {length}, {spreadX}, {spreadY}")

[<TestCaseSource(nameof allPaths)>]
let ``a selection and an affine map for every length`` (path: string) =
    let kernels = doubles path

    for length in 0..65 do
        let c, x, y =
            numbers "c" (length + 1), numbers "x" (length + 1), numbers "y" (length + 1)

        let z = Array.create (length + 1) 77.0
        use atC = fixed c
        use atX = fixed x
        use atY = fixed y
        use atZ = fixed z
        kernels.Select(atC, atX, atY, atZ, int64 length)
        let expected = Array.init length (fun i -> if c[i] > 0.0 then x[i] else y[i])
        Assert.That((z = Array.append expected [| 77.0 |]))
        kernels.Affine(2.0, 0.5, atX, atZ, int64 length)
        let expected = Array.init length (fun i -> 2.0 * x[i] + 0.5)
        Assert.That((z = Array.append expected [| 77.0 |]))

[<TestCaseSource(nameof allPaths)>]
let ``sums, products and largest of a row for every length`` (path: string) =
    let kernels = doubles path

    for length in 1..256 do
        let x, y = numbers "x" length, numbers "y" length
        use atX = fixed x
        use atY = fixed y
        close 1e-14 (Array.sum x) (kernels.Sum(atX, length)) $"sum of {length}"

        close
            1e-14
            (Array.map2 (*) x y |> Array.sum)
            (kernels.Dot(atX, atY, length))
            $"dot of {length}"

        Assert.That(kernels.Max(atX, length), Is.EqualTo(Array.max x))

    use withNaN = fixed [| 1.0; nan; 2.0 |]
    Assert.That(kernels.Max(withNaN, 3), Is.NaN)

[<TestCaseSource(nameof allPaths)>]
let ``a tile of a product is eight rows by one panel`` (path: string) =
    let kernels = doubles path
    let width = kernels.PanelWidth

    for depth in [ 0; 1; 2; 3; 7; 16; 33; 100 ] do
        for useBias in [ false; true ] do
            let stride, strideZ = depth + 3, width + 5
            let x = numbers "x" (8 * stride)
            let panel = numbers "panel" (depth * width + 1)
            let bias = numbers "bias" width
            let z = Array.create (8 * strideZ) 77.0
            use atX = fixed x
            use atPanel = fixed panel
            use atBias = fixed bias
            use atZ = fixed z
            let b = if useBias then atBias else NativePtr.ofNativeInt 0n
            kernels.Tile(atX, int64 stride, depth, atPanel, b, atZ, int64 strideZ)

            for row in 0..7 do
                for column in 0 .. strideZ - 1 do
                    let expected =
                        if column >= width then
                            77.0
                        else
                            let start = if useBias then bias[column] else 0.0

                            Seq.init depth (fun k ->
                                x[row * stride + k] * panel[k * width + column])
                            |> Seq.fold (+) start

                    close 1e-13 expected z[row * strideZ + column] $"{depth}: {row}, {column}"

[<TestCaseSource(nameof allPaths)>]
let ``a tile of a transposed product sums over the rows`` (path: string) =
    let kernels = doubles path
    let width = kernels.PanelWidth

    for rows in [ 0; 1; 2; 5; 64; 200 ] do
        let strideX, strideY = 11, width + 3
        let x = numbers "x" (rows * strideX + 1)
        let y = numbers "y" (rows * strideY + 1)
        let g = Array.zeroCreate (8 * width)
        let sums = Array.zeroCreate width
        use atX = fixed x
        use atY = fixed y
        use atG = fixed g
        use atSums = fixed sums
        kernels.TransposedTile(atX, int64 strideX, atY, int64 strideY, rows, atG)
        kernels.SumRows(atY, int64 strideY, rows, atSums)

        for column in 0 .. width - 1 do
            let total f = Seq.init rows f |> Seq.fold (+) 0.0
            let expected = total (fun m -> y[m * strideY + column])
            close 1e-13 expected sums[column] $"{rows}: {column}"

            for k in 0..7 do
                let expected = total (fun m -> x[m * strideX + k] * y[m * strideY + column])
                close 1e-13 expected g[k * width + column] $"{rows}: {k}, {column}"

[<TestCaseSource(nameof allPaths)>]
let ``sums by group add the rows of each group in their order`` (path: string) =
    let kernels = doubles path
    let width = kernels.PanelWidth
    let strideX, strideY, groups = width + 3, width + 5, 4

    for rows in [ 0; 1; 2; 31 ] do
        for sorted in [ false; true ] do
            let numbers = Array.init rows (fun m -> float (m * 7 % 6 - 1))
            let index = if sorted then Array.sort numbers else numbers
            let index = Array.append index [| 0.0 |]
            let x = Array.init ((rows + 1) * strideX) (fun i -> float i + 0.25)
            let y = Array.init (groups * strideY) (fun i -> float (i % 5))
            let before = Array.copy y
            use atIndex = fixed index
            use atX = fixed x
            use atY = fixed y

            kernels.SumGroups(atIndex, 1L, atX, int64 strideX, rows, groups, atY, int64 strideY)

            for group in 0 .. groups - 1 do
                for column in 0 .. strideY - 1 do
                    let at = group * strideY + column

                    let expected =
                        Seq.init rows id
                        |> Seq.filter (fun m -> column < width && index[m] = float group)
                        |> Seq.fold (fun sum m -> sum + x[m * strideX + column]) before[at]

                    Assert.That(y[at], Is.EqualTo expected)

[<TestCaseSource(nameof allPaths)>]
let ``an optimiser's step is its formula, for every length`` (path: string) =
    let kernels = doubles path
    let rule = UpdateRule(0.9, 0.99, 1e-8, 0.999, 0.02, 0.003, 1.7)

    for length in 0..40 do
        let g, theta = numbers "g" (length + 1), numbers "theta" (length + 1)
        let m, v = numbers "m" (length + 1), numbers "v" (length + 1) |> Array.map abs
        let before = Array.copy theta, Array.copy m, Array.copy v
        use atG = fixed g
        use atTheta = fixed theta
        use atM = fixed m
        use atV = fixed v
        let mutable rule = rule
        kernels.Update(&rule, atG, atTheta, atM, atV, int64 length)
        let theta0, m0, v0 = before

        for i in 0 .. length - 1 do
            let m1 = 0.9 * m0[i] + 0.1 * g[i]
            let v1 = 0.99 * v0[i] + 0.01 * g[i] * g[i]
            let along = 0.02 * m1 + 0.003 * g[i]
            close 1e-14 m1 m[i] "m"
            close 1e-14 v1 v[i] "v"
            close 1e-13 (0.999 * theta0[i] - along / (sqrt v1 * 1.7 + 1e-8)) theta[i] "theta"

        Assert.That(
            (theta[length], m[length], v[length]) = (theta0[length], m0[length], v0[length])
        )

[<TestCaseSource(nameof allPaths)>]
let ``an activation with its slope is both functions`` (path: string) =
    let pairs = [
        UnaryKind.Relu, UnaryKind.ReluSlope
        UnaryKind.Silu, UnaryKind.SiluSlope
        UnaryKind.Tanh, UnaryKind.TanhSlope
        UnaryKind.Sigmoid, UnaryKind.SigmoidSlope
        UnaryKind.Elu, UnaryKind.EluSlope
    ]

    for activation, slope in pairs do
        for length in 0..70 do
            let x = Array.init length (fun i -> 0.3f * float32 (i - 30))
            let z, d = Array.copy x, Array.zeroCreate length
            use atZ = fixed z
            use atD = fixed d
            (singles path).ActivateWithSlope(activation, atZ, atD, int64 length)
            Assert.That((z = unarySingle path activation x), $"{activation}")
            Assert.That((d = unarySingle path slope x), $"{slope}")
