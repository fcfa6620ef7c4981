namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>Results of hypothesis tests as tables for people.</summary>
[<RequireQualifiedAccess>]
module internal AsymptoticText =

    /// A number with six digits; a dash where it is not known.
    let number (value: float) : string =
        if Double.IsNaN value then "-"
        elif Double.IsPositiveInfinity value then "∞"
        else value.ToString("G6", CultureInfo.InvariantCulture)

    /// The deviations of the background, as rows are named.
    let deviations: string list = [
        for deviation in Asymptotics.deviations ->
            if deviation = 0.0 then "median"
            elif deviation < 0.0 then $"−{-deviation}σ"
            else $"+{deviation}σ"
    ]

    /// A row of a name and a number.
    let row (name: string) (value: string) : string = $"{name.PadRight 20}{value, 12}"

    /// Warnings, one line each.
    let warnings (sentences: string list) : string list =
        sentences |> List.map (fun sentence -> $"warning: {sentence}")
