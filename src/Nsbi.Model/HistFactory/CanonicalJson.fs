namespace Nsbi.Model.HistFactory

open System
open System.Globalization
open System.Security.Cryptography
open System.Text

/// <summary>The one text of a JSON value over which pyhf takes digests: Python's
/// <c>json.dumps(…, sort_keys=True, ensure_ascii=False)</c>, in UTF-8.</summary>
/// <remarks>Source: pyhf.utils.digest. Whole numbers are written as they stand; others with the
/// fewest digits that give the same double, without exponent from 1e-4 to 1e16, as Python's repr.
/// Members are sorted by the code points of their names.</remarks>
module internal CanonicalJson =

    let private invariant = CultureInfo.InvariantCulture

    /// The digits of a double and the place of the decimal point: 0.d₁d₂… · 10^point.
    let private digits (x: float) : string * int =
        let shortest = x.ToString("R", invariant)
        let mantissa = shortest.Split('E')[0]
        let all = mantissa.Replace("-", "").Replace(".", "").TrimStart('0').TrimEnd('0')

        let exponent =
            if shortest.Contains 'E' then
                let written = int (shortest.Substring(shortest.IndexOf 'E' + 1))
                written + 1
            else
                let whole = mantissa.Replace("-", "").Split('.')[0]

                if whole <> "0" then
                    whole.Length
                else
                    let fraction = mantissa.Substring(mantissa.IndexOf '.' + 1)
                    -(fraction.Length - fraction.TrimStart('0').Length)

        all, exponent

    /// A double as Python's repr writes it.
    let float (x: float) : string =
        let sign = if x < 0.0 || 1.0 / x < 0.0 then "-" else ""

        if x = 0.0 then
            sign + "0.0"
        else
            let all, point = digits x

            let body =
                if point > 16 || point < -3 then
                    let exponent = point - 1
                    let fraction = if all.Length > 1 then "." + all.Substring 1 else ""
                    let mark = if exponent < 0 then "-" else "+"
                    let power = (abs exponent).ToString("00", invariant)
                    $"{all[0]}{fraction}e{mark}{power}"
                elif point <= 0 then
                    "0." + String('0', -point) + all
                elif point >= all.Length then
                    all + String('0', point - all.Length) + ".0"
                else
                    all.Substring(0, point) + "." + all.Substring point

            sign + body

    let private number (text: string) : string =
        if text = "-0" then
            "0"
        elif text |> Seq.exists (fun c -> c = '.' || c = 'e' || c = 'E') then
            float (JsonTree.number text)
        else
            text

    let private quoted (output: StringBuilder) (text: string) : unit =
        output.Append '"' |> ignore

        for c in text do
            match c with
            | '"' -> output.Append "\\\""
            | '\\' -> output.Append "\\\\"
            | '\n' -> output.Append "\\n"
            | '\r' -> output.Append "\\r"
            | '\t' -> output.Append "\\t"
            | '\f' -> output.Append "\\f"
            | '\b' -> output.Append "\\b"
            | c when c < ' ' -> output.Append("\\u").Append((int c).ToString("x4", invariant))
            | c -> output.Append c
            |> ignore

        output.Append '"' |> ignore

    /// In the order of code points, which that of UTF-16 is not.
    let private byCodePoint (a: string, _) (b: string, _) : int =
        let runes (text: string) =
            text.EnumerateRunes() |> Seq.map _.Value |> Seq.toList

        compare (runes a) (runes b)

    let rec private write (output: StringBuilder) (tree: JsonTree) : unit =
        let separated (items: 'a[]) (each: 'a -> unit) =
            items
            |> Array.iteri (fun index item ->
                if index > 0 then
                    output.Append ", " |> ignore

                each item)

        match tree with
        | Null -> output.Append "null" |> ignore
        | Truth value -> output.Append(if value then "true" else "false") |> ignore
        | Number text -> output.Append(number text) |> ignore
        | Text text -> quoted output text
        | Items items ->
            output.Append '[' |> ignore
            separated items (write output)
            output.Append ']' |> ignore
        | Members members ->
            output.Append '{' |> ignore

            separated (Array.sortWith byCodePoint members) (fun (name, value) ->
                quoted output name
                output.Append ": " |> ignore
                write output value)

            output.Append '}' |> ignore

    /// The canonical text.
    let text (tree: JsonTree) : string =
        let output = StringBuilder()
        write output tree
        output.ToString()

    /// The digest by the name of its algorithm, in lower-case hexadecimal; none for other names.
    let digest (algorithm: string) (tree: JsonTree) : string option =
        let bytes () = Encoding.UTF8.GetBytes(text tree)

        match algorithm with
        | "md5" -> Some(MD5.HashData(bytes ()))
        | "sha1" -> Some(SHA1.HashData(bytes ()))
        | "sha256" -> Some(SHA256.HashData(bytes ()))
        | "sha384" -> Some(SHA384.HashData(bytes ()))
        | "sha512" -> Some(SHA512.HashData(bytes ()))
        | _ -> None
        |> Option.map Convert.ToHexStringLower
