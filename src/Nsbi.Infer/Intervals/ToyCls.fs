namespace Nsbi.Infer

open System
open System.Globalization
open MathNet.Numerics.Distributions

/// <summary>A number with its Monte Carlo error.</summary>
type Estimated = {
    /// The number.
    Value: float
    /// Its standard error; +∞ where the toys cannot tell.
    Error: float
}

/// <summary>CLs of one value μ of a parameter, from toys of it and of the background alone.</summary>
/// <remarks>Source: Read, J. Phys. G 28, 2693 (2002); Cowan, Cranmer, Gross and Vitells,
/// arXiv:1007.1727, section 3.7 for the expected band.</remarks>
type ToyCls = {
    /// The tested value μ.
    Tested: float
    /// <summary>The statistic on the data.</summary>
    Observed: float
    /// <summary>P(q ≥ q_obs | μ).</summary>
    Clsb: ToyPValue
    /// <summary>P(q ≥ q_obs | 0).</summary>
    Clb: ToyPValue
    /// <summary>CLsb/CLb.</summary>
    Cls: Estimated
    /// <summary>CLs at the quantiles of q under the background that leave Φ(k) above them, for
    /// k = −2, −1, 0, 1, 2: ascending, the first for a background that fluctuated down.</summary>
    Expected: Estimated list
} with

    /// One line for people.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G4", CultureInfo.InvariantCulture)

        let text (e: Estimated) = $"{number e.Value} ± {number e.Error}"
        let band = this.Expected |> List.map text |> String.concat ", "
        $"CLs({number this.Tested}) = {text this.Cls}, expected {band}"

/// <summary>CLs from the values of a statistic on toys.</summary>
[<RequireQualifiedAccess>]
module ToyCls =

    /// <summary>The places of the expected band, in standard deviations.</summary>
    let sigmas: float list = [ -2.0; -1.0; 0.0; 1.0; 2.0 ]

    /// CLsb/CLb of independent toys. Where CLb is as small as its error, the ratio is not known.
    let private ratio (clsb: ToyPValue) (clb: ToyPValue) : Estimated =
        let value = clsb.Value / clb.Value

        let relative =
            sqrt ((clsb.Error / clsb.Value) ** 2.0 + (clb.Error / clb.Value) ** 2.0)

        {
            Value = min 1.0 value
            Error = value * relative
        }

    /// How many of ascending values are at or above one.
    let private above (sorted: float[]) (value: float) : Fraction =
        let value = value - ToyPValue.tie value
        Fraction.create (Ascending.count (fun q -> q >= value) sorted) sorted.Length

    /// <summary>CLs from toys.</summary>
    /// <param name="tested">μ</param>
    /// <param name="observed">q_μ of the data</param>
    /// <param name="signal">q_μ of toys at μ; NaN for failed toys, which do not count</param>
    /// <param name="background">q_μ of toys at 0; the same</param>
    /// <remarks>All p-values are (k + 1)/(n + 1): an observed value beyond all toys has a small CLsb
    /// and a small CLb, of equal size for equal numbers of toys, so that CLs → 1 there and nothing is
    /// excluded where the background toys have no say. The error of an expected CLs is that of CLsb
    /// and that of the quantile of q under the background, in quadrature.</remarks>
    /// <exception cref="T:System.ArgumentException">no toys of one of the two</exception>
    let ofValues
        (tested: float)
        (observed: float)
        (signal: float seq)
        (background: float seq)
        : ToyCls =
        let signal = Ascending.ofValues signal
        let background = Ascending.ofValues background

        if signal.Length = 0 || background.Length = 0 then
            invalidArg (nameof signal) "CLs needs toys of the signal and of the background."

        let p (sorted: float[]) (q: float) = ToyPValue.ofFraction (above sorted q)

        let at q = ratio (p signal q) (p background q)

        let expected (k: float) =
            let q = SampleQuantile.ofSorted background (Normal.CDF(0.0, 1.0, -k))

            // Too few toys for this quantile: their largest value is the best guess.
            let largest = background[background.Length - 1]
            let inside (x: float) = max background[0] (min largest x)
            let middle, low, high = inside q.Value, inside q.Lower, inside q.Upper
            let cls (q: float) = (at q).Value
            let clsb = p signal middle
            let spread = 0.5 * abs (cls high - cls low)
            let counting = cls middle * clsb.Error / clsb.Value

            {
                Value = cls middle
                Error =
                    if Double.IsFinite q.Value then
                        sqrt (spread * spread + counting * counting)
                    else
                        infinity
            }

        let clsb, clb = p signal observed, p background observed

        {
            Tested = tested
            Observed = observed
            Clsb = clsb
            Clb = clb
            Cls = ratio clsb clb
            Expected = sigmas |> List.map expected
        }
