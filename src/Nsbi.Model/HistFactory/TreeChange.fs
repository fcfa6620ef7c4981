namespace Nsbi.Model.HistFactory

/// <summary>Changes of JSON trees (RFC 6902, section 4); each gives the new tree, or what is wrong.
/// </summary>
module internal TreeChange =

    let private missing (passed: string list) (token: string) (tree: JsonTree) =
        let place = string { Tokens = List.rev passed }
        let place = if place = "" then "the document" else $"'{place}'"

        match tree with
        | Members _ -> Error $"{place} has no member '{token}'"
        | Items items -> Error $"{place} has {items.Length} items and none at '{token}'"
        | other -> Error $"{place} is {JsonTree.kind other}, in which there is no '{token}'"

    let private place (token: string) (tree: JsonTree) : int option =
        match tree with
        | Members members -> members |> Array.tryFindIndex (fun (name, _) -> name = token)
        | Items items -> JsonPointer.index token |> Option.filter (fun i -> i < items.Length)
        | _ -> None

    let private child (at: int) (tree: JsonTree) : JsonTree =
        match tree with
        | Members members -> snd members[at]
        | Items items -> items[at]
        | other -> other

    let private withChild (at: int) (value: JsonTree) (tree: JsonTree) : JsonTree =
        match tree with
        | Members members -> Members(Array.updateAt at (fst members[at], value) members)
        | Items items -> Items(Array.updateAt at value items)
        | other -> other

    /// Changes the parent of a place, given the last token.
    let private atParent
        (change: string list -> string -> JsonTree -> Result<JsonTree, string>)
        (tokens: string list)
        (root: JsonTree)
        =
        let rec go passed tokens tree =
            match tokens with
            | [] -> Ok tree
            | [ last ] -> change passed last tree
            | token :: rest ->
                match place token tree with
                | None -> missing passed token tree
                | Some at ->
                    go (token :: passed) rest (child at tree)
                    |> Result.map (fun value -> withChild at value tree)

        go [] tokens root

    let find (tokens: string list) (root: JsonTree) : Result<JsonTree, string> =
        let rec go passed tokens tree =
            match tokens with
            | [] -> Ok tree
            | token :: rest ->
                match place token tree with
                | None -> missing passed token tree
                | Some at -> go (token :: passed) rest (child at tree)

        go [] tokens root

    let add (tokens: string list) (value: JsonTree) (root: JsonTree) : Result<JsonTree, string> =
        let insert passed token tree =
            match tree, place token tree with
            | Members _, Some at -> Ok(withChild at value tree)
            | Members members, None -> Ok(Members(Array.append members [| token, value |]))
            | Items items, _ ->
                let at =
                    if token = "-" then
                        Some items.Length
                    else
                        JsonPointer.index token

                match at with
                | Some at when at <= items.Length -> Ok(Items(Array.insertAt at value items))
                | _ -> missing passed token tree
            | other, _ -> missing passed token other

        if tokens.IsEmpty then
            Ok value
        else
            atParent insert tokens root

    let replace (tokens: string list) (value: JsonTree) (root: JsonTree) =
        let put passed token tree =
            match place token tree with
            | Some at -> Ok(withChild at value tree)
            | None -> missing passed token tree

        if tokens.IsEmpty then
            Ok value
        else
            atParent put tokens root

    let remove (tokens: string list) (root: JsonTree) : Result<JsonTree, string> =
        let drop passed token tree =
            match tree, place token tree with
            | Members members, Some at -> Ok(Members(Array.removeAt at members))
            | Items items, Some at -> Ok(Items(Array.removeAt at items))
            | _ -> missing passed token tree

        if tokens.IsEmpty then
            Error "the whole document cannot be removed"
        else
            atParent drop tokens root
