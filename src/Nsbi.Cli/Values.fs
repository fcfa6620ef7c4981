namespace Nsbi.Cli

open System
open System.Globalization

/// Values of options as they are typed: finite numbers, "name=value,…", "name,…".
[<RequireQualifiedAccess>]
module Values =
    let number (what: string) (text: string) : Result<float, string list> =
        match Double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture) with
        | true, value when Double.IsFinite value -> Ok value
        | _ -> Error [ $"{what}: '{text}' is not a finite number; write it like 1.5 or 2e-3." ]

    let whole (what: string) (least: int) (most: int) (text: string) : Result<int, string list> =
        match
            Int64.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        with
        | true, value when value < least ->
            Error [ $"{what}: {value} is too small; it must be at least {least}." ]
        | true, value when value > most ->
            Error [ $"{what}: {value} is too large; it must be at most {most}." ]
        | true, value -> Ok(int value)
        | _ -> Error [ $"{what}: '{text}' is not a whole number of at least {least}." ]

    let seed (what: string) (text: string) : Result<uint64, string list> =
        match UInt64.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture) with
        | true, value -> Ok value
        | _ -> Error [ $"{what}: '{text}' is not a whole number from 0 to 2^64-1." ]

    let private split (what: string) (text: string) : Result<string list, string list> =
        let parts = text.Split(',', StringSplitOptions.TrimEntries) |> Array.toList

        if parts |> List.contains "" then
            Error [ $"{what}: '{text}' has an empty entry; separate entries by single commas." ]
        else
            Ok parts

    let private twice (what: string) (names: string list) : string list =
        names
        |> List.countBy id
        |> List.filter (fun (_, count) -> count > 1)
        |> List.map (fun (name, _) -> $"{what}: '{name}' is named twice; name it once.")

    /// "a,b,…": what each entry stands for, or the faults of all.
    let each
        (read: string -> Result<'a, string list>)
        (text: string)
        : Result<'a list, string list> =
        let read =
            text.Split(',', StringSplitOptions.TrimEntries) |> Array.toList |> List.map read

        let faults =
            read
            |> List.collect (function
                | Ok _ -> []
                | Error faults -> faults)

        if faults.IsEmpty then
            Ok(read |> List.choose Result.toOption)
        else
            Error faults

    /// "p,q": each name once.
    let names (what: string) (text: string) : Result<string list, string list> =
        match split what text with
        | Error faults -> Error faults
        | Ok names ->
            match twice what names with
            | [] -> Ok names
            | faults -> Error faults

    let private assignment (what: string) (part: string) : Result<string * float, string list> =
        match part.Split('=', 2, StringSplitOptions.TrimEntries) with
        | [| name; value |] when name <> "" ->
            number $"{what} {name}" value |> Result.map (fun value -> name, value)
        | _ -> Error [ $"{what}: '{part}' is not of the form name=value." ]

    /// "p=1,q=2.5": each name once.
    let assignments (what: string) (text: string) : Result<(string * float) list, string list> =
        match split what text with
        | Error faults -> Error faults
        | Ok parts ->
            let read = parts |> List.map (assignment what)

            let pairs =
                read
                |> List.choose (function
                    | Ok pair -> Some pair
                    | Error _ -> None)

            let faults =
                read
                |> List.collect (function
                    | Ok _ -> []
                    | Error faults -> faults)

            match faults @ twice what (List.map fst pairs) with
            | [] -> Ok pairs
            | faults -> Error faults
