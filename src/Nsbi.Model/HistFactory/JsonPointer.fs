namespace Nsbi.Model.HistFactory

open System

/// <summary>A place in a JSON document (RFC 6901): the names and indices that lead to it from the
/// root.</summary>
type JsonPointer = internal {
    /// Unescaped, from the root.
    Tokens: string list
} with

    /// The pointer as it is written: <c>/channels/0/name</c>, and the empty text for the root.
    override this.ToString() : string =
        this.Tokens
        |> List.map (fun token -> "/" + token.Replace("~", "~0").Replace("/", "~1"))
        |> String.concat ""

/// <summary>JSON pointers from text.</summary>
[<RequireQualifiedAccess>]
module JsonPointer =

    let private unescape (token: string) : string option =
        let tilde = token.Replace("~0", "").Replace("~1", "").Contains '~'

        if tilde then
            None
        else
            Some(token.Replace("~1", "/").Replace("~0", "~"))

    /// <summary>Reads a pointer.</summary>
    /// <returns>the pointer, or why the text is none: it is neither empty nor begins with /, or
    /// holds a ~ that is not ~0 or ~1</returns>
    let parse (text: string) : Result<JsonPointer, string> =
        if text = "" then
            Ok { Tokens = [] }
        elif text[0] <> '/' then
            Error $"the pointer '{text}' does not begin with /"
        else
            let tokens = text.Split('/') |> Array.skip 1 |> Array.map unescape

            if Array.forall Option.isSome tokens then
                Ok {
                    Tokens = tokens |> Array.choose id |> Array.toList
                }
            else
                Error $"the pointer '{text}' holds a ~ that is not followed by 0 or 1"

    /// The index that a token stands for: digits without a leading zero.
    let internal index (token: string) : int option =
        let digits = token <> "" && Seq.forall Char.IsAsciiDigit token

        if digits && (token = "0" || token[0] <> '0') && token.Length < 10 then
            Some(int token)
        else
            None

    /// Whether a place lies inside of another one, or is the same.
    let rec internal isWithin (outer: string list) (inner: string list) : bool =
        match outer, inner with
        | [], _ -> true
        | a :: outer, b :: inner -> a = b && isWithin outer inner
        | _ -> false
