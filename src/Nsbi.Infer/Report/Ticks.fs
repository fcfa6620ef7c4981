namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>A mark on an axis.</summary>
type Tick = {
    /// <summary>Where it stands.</summary>
    Value: float
    /// <summary>What stands beside it; empty for a minor mark.</summary>
    Label: string
}

/// <summary>Round numbers for axes.</summary>
[<RequireQualifiedAccess>]
module Ticks =
    /// An integer as an exponent.
    let internal superscript (n: int) : string =
        string n
        |> String.map (fun c ->
            match c with
            | '-' -> '⁻'
            | '1' -> '¹'
            | '2' -> '²'
            | '3' -> '³'
            | digit -> char (int '⁰' + int digit - int '0'))

    let private requireRange (low: float) (high: float) =
        let least = 1e-10 * max (abs low) (abs high)

        if not (high - low > least && Double.IsFinite(high - low)) then
            invalidArg (nameof high) "The upper end of an axis must lie above the lower one."

    /// The label of k · step, as short as tells neighbours apart.
    let private labelOf (decimals: int) (largest: float) (value: float) : string =
        let format =
            if decimals <= 5 && largest < 1e6 then
                "F" + string (max 0 decimals)
            else
                "0." + String('#', max 0 (int (floor (log10 largest)) + decimals)) + "e0"

        value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−')

    /// <summary>
    /// Multiples of 1, 2, 2.5 or 5 times a power of ten in [low, high]: about as many as wished
    /// for, never less than two.
    /// </summary>
    /// <param name="wished">4 or more</param>
    /// <param name="low">lower end of the axis</param>
    /// <param name="high">upper end of the axis</param>
    let linear (wished: int) (low: float) (high: float) : Tick list =
        requireRange low high
        let rough = (high - low) / float (max 4 wished)
        let exponent = int (floor (log10 rough))

        let mantissa, digits =
            let scaled = rough / Math.Pow(10.0, float exponent)

            if scaled <= 1.0 then 1.0, 0
            elif scaled <= 2.0 then 2.0, 0
            elif scaled <= 2.5 then 2.5, 1
            elif scaled <= 5.0 then 5.0, 0
            else 10.0, -1

        let decimals = digits - exponent

        // Powers of ten above one are exact, those below are not: divide by the exact one.
        let multiple (k: float) =
            if exponent >= 0 then
                k * mantissa * Math.Pow(10.0, float exponent)
            else
                k * mantissa / Math.Pow(10.0, float -exponent)

        let first = ceil (low / multiple 1.0)
        let last = floor (high / multiple 1.0)
        let largest = max (abs low) (abs high)

        [
            for k in first..last do
                let value = multiple k

                if value >= low && value <= high then
                    {
                        Value = if value = 0.0 then 0.0 else value
                        Label = labelOf decimals largest (if value = 0.0 then 0.0 else value)
                    }
        ]

    /// <summary>
    /// Powers of ten in [low, high] with labels, all of them or every second, third, …, and
    /// unlabelled marks at 2, …, 9 where there is room. Within two decades the marks at 2 and 5
    /// have labels too.
    /// </summary>
    /// <param name="low">lower end of the axis, positive</param>
    /// <param name="high">upper end of the axis</param>
    let logarithmic (low: float) (high: float) : Tick list =
        requireRange low high

        if not (low > 0.0) then
            invalidArg (nameof low) "A logarithmic axis begins above zero."

        let first, last = int (floor (log10 low)), int (floor (log10 high))
        let decades = last - first
        let every = max 1 ((decades + 5) / 6)
        let few = log10 high - log10 low < 2.0

        [
            for e in first..last do
                for m in 1..9 do
                    let value =
                        if e >= 0 then
                            float m * Math.Pow(10.0, float e)
                        else
                            float m / Math.Pow(10.0, float -e)

                    let plain () =
                        value.ToString("G6", CultureInfo.InvariantCulture)

                    if value >= low && value <= high then
                        if m = 1 && (e - first) % every = 0 then
                            {
                                Value = value
                                Label = if few && abs e <= 3 then plain () else "10" + superscript e
                            }
                        elif few && (m = 2 || m = 5) && abs e <= 3 then
                            { Value = value; Label = plain () }
                        elif every = 1 && decades <= 4 then
                            { Value = value; Label = "" }
        ]
