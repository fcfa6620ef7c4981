/// Kernels of every instruction path, called on managed arrays.
module Nsbi.Kernels.Tests.Simd.Arrays

#nowarn "9" // pointers into pinned arrays

open Nsbi.Kernels
open Nsbi.Kernels.Simd

/// The paths this processor has: tests run on each.
let paths: string list = List.ofSeq Isa.Supported

let singles (path: string) : ArrayKernels<float32> = ArrayKernels<float32>.For path
let doubles (path: string) : ArrayKernels<float> = ArrayKernels<float>.For path

/// Distance in units of the last place of the reference, an infinity where only one is special.
let ulps (mantissaBits: int) (expected: float) (actual: float) : float =
    if
        expected = actual
        || (System.Double.IsNaN expected && System.Double.IsNaN actual)
    then
        0.0
    elif System.Double.IsFinite expected && System.Double.IsFinite actual then
        let exponent = System.Math.ILogB expected
        abs (actual - expected) / System.Math.ScaleB(1.0, exponent - mantissaBits)
    else
        infinity

let unarySingle (path: string) (kind: UnaryKind) (x: float32[]) : float32[] =
    let y = Array.create (x.Length + 1) 77.0f
    use atX = fixed x
    use atY = fixed y
    (singles path).Unary(kind, atX, atY, int64 x.Length)

    if y[x.Length] <> 77.0f then
        invalidOp "Written beyond the end."

    Array.truncate x.Length y

let unaryDouble (path: string) (kind: UnaryKind) (x: float[]) : float[] =
    let y = Array.create (x.Length + 1) 77.0
    use atX = fixed x
    use atY = fixed y
    (doubles path).Unary(kind, atX, atY, int64 x.Length)

    if y[x.Length] <> 77.0 then
        invalidOp "Written beyond the end."

    Array.truncate x.Length y
