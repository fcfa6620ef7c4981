namespace Nsbi.Model

open System
open System.Numerics

/// <summary>An exact number m·2^e: every finite double is one, and so are sums and products of
/// them.</summary>
[<Struct; NoEquality; NoComparison>]
type internal Dyadic = { Mantissa: BigInteger; Exponent: int }

/// Exact arithmetic on doubles.
[<RequireQualifiedAccess>]
module internal Dyadic =

    /// The number zero.
    let zero: Dyadic = {
        Mantissa = BigInteger.Zero
        Exponent = 0
    }

    /// The number one.
    let one: Dyadic = {
        Mantissa = BigInteger.One
        Exponent = 0
    }

    /// A finite double, exactly.
    let ofFloat (x: float) : Dyadic =
        let bits = BitConverter.DoubleToInt64Bits x
        let field = int ((bits >>> 52) &&& 0x7FFL)
        let fraction = bits &&& 0xFFFFFFFFFFFFFL

        let magnitude =
            if field = 0 then
                fraction
            else
                fraction ||| 0x10000000000000L

        if magnitude = 0L then
            zero
        else
            // An odd mantissa, so that products stay short.
            let zeros = BitOperations.TrailingZeroCount magnitude
            let odd = magnitude >>> zeros

            {
                Mantissa = BigInteger(if bits < 0L then -odd else odd)
                Exponent = max field 1 - 1075 + zeros
            }

    /// a·b.
    let multiply (a: Dyadic) (b: Dyadic) : Dyadic = {
        Mantissa = a.Mantissa * b.Mantissa
        Exponent = a.Exponent + b.Exponent
    }

    /// a + b.
    let add (a: Dyadic) (b: Dyadic) : Dyadic =
        if a.Mantissa.IsZero then
            b
        elif b.Mantissa.IsZero then
            a
        else
            let low = min a.Exponent b.Exponent

            {
                Mantissa = (a.Mantissa <<< (a.Exponent - low)) + (b.Mantissa <<< (b.Exponent - low))
                Exponent = low
            }

    /// Σ a.
    let sum (numbers: Dyadic seq) : Dyadic = Seq.fold add zero numbers

    /// x^n for n ≥ 0.
    let power (n: int) (x: Dyadic) : Dyadic = {
        Mantissa = BigInteger.Pow(x.Mantissa, n)
        Exponent = n * x.Exponent
    }

    /// a/b to within one unit in the last place; exact where a double is.
    let ratio (a: Dyadic) (b: Dyadic) : float =
        let bits (m: BigInteger) = int ((BigInteger.Abs m).GetBitLength())
        // 64 bits or more of quotient, and one that says whether there is a remainder.
        let shift = max 0 (66 - bits a.Mantissa + bits b.Mantissa)
        let mutable rest = BigInteger.Zero

        let quotient = BigInteger.DivRem(a.Mantissa <<< shift, b.Mantissa, &rest)

        let sticky =
            (quotient <<< 1)
            + (if rest.IsZero then
                   BigInteger.Zero
               else
                   BigInteger quotient.Sign)

        let excess = max 0 (bits sticky - 128)
        let value = float (sticky >>> excess)
        Math.ScaleB(value, a.Exponent - b.Exponent - shift - 1 + excess)
