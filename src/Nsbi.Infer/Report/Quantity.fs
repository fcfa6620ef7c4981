namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>Numbers as people read them; a number that is not known is a dash.</summary>
[<RequireQualifiedAccess>]
module Quantity =
    /// <summary>What stands for a number that is not known.</summary>
    let unknown: string = "–"

    let private withMinus (text: string) = text.Replace('-', '−')

    /// <summary>A number with so many significant digits; scientific where it is huge or tiny.</summary>
    let significant (digits: int) (value: float) : string =
        if Double.IsNaN value then
            unknown
        elif Double.IsInfinity value then
            if value > 0.0 then "∞" else "−∞"
        elif value = 0.0 then
            "0"
        else
            let exponent = int (floor (log10 (abs value)))

            if exponent < -4 || exponent > 6 then
                let mantissa = value / Math.Pow(10.0, float exponent)

                let text =
                    mantissa.ToString(
                        "F" + string (max 0 (digits - 1)),
                        CultureInfo.InvariantCulture
                    )

                withMinus text + " × 10" + Ticks.superscript exponent
            else
                let decimals = Math.Clamp(digits - 1 - exponent, 0, 12)
                value.ToString("F" + string decimals, CultureInfo.InvariantCulture) |> withMinus

    /// <summary>As <c>significant</c>, without zeros at the end of the decimals: 0.0001, 2 × 10⁻⁹.</summary>
    let brief (digits: int) (value: float) : string =
        let text = significant digits value

        let mantissa, power =
            match text.IndexOf " ×" with
            | -1 -> text, ""
            | at -> text.Substring(0, at), text.Substring at

        if mantissa.Contains '.' then
            mantissa.TrimEnd('0').TrimEnd('.') + power
        else
            text

    /// Decimals that show an error with two significant digits.
    let private decimalsFor (error: float) =
        if Double.IsFinite error && error > 0.0 then
            Math.Clamp(1 - int (floor (log10 error)), 0, 9)
        else
            3

    /// <summary>With so many decimals.</summary>
    let decimals (count: int) (value: float) : string =
        if Double.IsFinite value then
            let text = value.ToString("F" + string count, CultureInfo.InvariantCulture)
            // A negative number that rounds to zero has no sign.
            if text.TrimStart('-').Trim('0', '.') = "" then
                text.TrimStart('-')
            else
                withMinus text
        else
            significant 3 value

    /// <summary>A value with as many decimals as its error has at two significant digits.</summary>
    let valueFor (error: float) (value: float) : string = decimals (decimalsFor error) value

    /// <summary>An error with two significant digits.</summary>
    let error (error: float) : string = decimals (decimalsFor error) error

    /// <summary>A signed offset, +0.31 or −0.28, with two significant digits.</summary>
    let offset (value: float) : string =
        if not (Double.IsFinite value) then
            unknown
        else
            (if value < 0.0 then "−" else "+") + error (abs value)

    /// <summary>A confidence set: [0.59, 1.39], with ∪ between its pieces.</summary>
    let interval (pieces: ReportPiece list) : string =
        match pieces with
        | [] -> unknown
        | _ ->
            // Two digits of the shortest piece, but at most one decimal beyond those of the longest.
            let needed =
                pieces |> List.map (fun piece -> decimalsFor (0.3 * (piece.High - piece.Low)))

            let precision = Math.Clamp(List.max needed, 2, max 2 (List.min needed + 1))

            pieces
            |> List.map (fun piece ->
                $"[{decimals precision piece.Low}, {decimals precision piece.High}]")
            |> String.concat " ∪ "
