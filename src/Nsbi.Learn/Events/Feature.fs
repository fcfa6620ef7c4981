namespace Nsbi.Learn.Events

open System
open System.Globalization
open FParsec
open Nsbi.Learn

/// <summary>What is done to a feature after its expression, one step after the other.</summary>
[<RequireQualifiedAccess>]
type FeatureTransform =
    /// ln x, for x > 0.
    | Log
    /// ln(1 + x), for x > −1.
    | Log1p
    /// √x, for x ≥ 0.
    | Sqrt
    /// |x|.
    | Abs
    /// cos x, x in rad.
    | Cos
    /// sin x, x in rad.
    | Sin
    /// min(max(x, low), high).
    | Clip of low: float * high: float
    /// (x − mean) / standard deviation, both learned.
    | Standardise
    /// low + (high − low) (x − least) / (greatest − least), least and greatest learned.
    | MinMax of low: float * high: float

    /// As it is written in a feature.
    override this.ToString() =
        let number (value: float) =
            value.ToString("R", CultureInfo.InvariantCulture)

        match this with
        | Log -> "log"
        | Log1p -> "log1p"
        | Sqrt -> "sqrt"
        | Abs -> "abs"
        | Cos -> "cos"
        | Sin -> "sin"
        | Clip(low, high) -> $"clip({number low}, {number high})"
        | Standardise -> "standardise"
        | MinMax(low, high) -> $"minmax({number low}, {number high})"

/// <summary>One input of a network: a name, an expression of columns, and transforms.</summary>
/// <remarks>
/// Written <c>[name =] expression { | transform }</c>, as in
/// <c>logPt = Higgs_pt / Higgs_mass | log | clip(-3, 3) | standardise</c>. The expression has the
/// grammar of selections; transforms are <c>log log1p sqrt abs cos sin clip(low, high) standardise
/// minmax minmax(low, high)</c>; <c>minmax</c> alone goes to 0 … 1. Without a name the expression
/// is the name.
/// </remarks>
type Feature = {
    /// What tables, faults and reports call it.
    Name: string
    /// What is computed of an event.
    Expression: Expression
    /// What is done to that, first step first.
    Transforms: FeatureTransform list
} with

    /// As it is parsed; the name is left out where it is the expression.
    override this.ToString() =
        let expression = string this.Expression

        let name =
            if this.Name = expression then
                ""
            else
                Expression.PrintName this.Name + " = "

        let steps = this.Transforms |> List.map (fun step -> " | " + string step)
        name + expression + String.concat "" steps

/// Words and texts of features.
[<RequireQualifiedAccess>]
module Feature =
    let private signed: Parser<float, unit> =
        pipe2 (opt (pchar '-' .>> spaces)) ExpressionParser.number (fun sign value ->
            if sign.IsSome then -value else value)

    let private simple = [
        FeatureTransform.Log
        FeatureTransform.Log1p
        FeatureTransform.Sqrt
        FeatureTransform.Abs
        FeatureTransform.Cos
        FeatureTransform.Sin
        FeatureTransform.Standardise
    ]

    let private transformOf name (bounds: float list option) =
        let range make low high =
            if low < high then
                Result.Ok(make (low, high))
            else
                Result.Error $"{name} needs a lower bound below the upper one"

        match name, bounds, List.tryFind (fun step -> string step = name) simple with
        | _, None, Some step -> Result.Ok step
        | _, Some _, Some _ -> Result.Error $"{name} takes no numbers here"
        | "clip", Some [ low; high ], _ -> range FeatureTransform.Clip low high
        | "minmax", Some [ low; high ], _ -> range FeatureTransform.MinMax low high
        | "minmax", None, _ -> Result.Ok(FeatureTransform.MinMax(0.0, 1.0))
        | ("clip" | "minmax"), _, _ -> Result.Error $"{name} takes two numbers: {name}(-3, 3)"
        | _ ->
            let known = (simple |> List.map string) @ [ "clip"; "minmax" ]

            let hint =
                match Fault.nearest name known with
                | Some close -> $"did you mean '{close}'?"
                | None -> "there are " + String.concat ", " known

            Result.Error $"there is no transform '{name}'; {hint}"

    let private transform: Parser<Result<FeatureTransform, int64 * string>, unit> =
        let bounds =
            between
                (pchar '(' .>> spaces)
                (pchar ')' .>> spaces)
                (sepBy signed (pchar ',' .>> spaces))

        let word =
            many1SatisfyL (fun c -> isAsciiLetter c || isDigit c) "a transform" .>> spaces

        ExpressionParser.position .>>. word .>>. opt bounds
        |>> fun ((at, name), bounds) ->
            transformOf name bounds |> Result.mapError (fun reason -> at, reason)

    let private feature: Parser<Result<Feature, int64 * string>, unit> =
        let equals = pchar '=' >>. notFollowedBy (pchar '=') >>. spaces
        let name = opt (attempt (ExpressionParser.name .>> equals))

        pipe3
            name
            ExpressionParser.expression
            (many (pchar '|' >>. spaces >>. transform))
            (fun name expression transforms ->
                let wrong =
                    transforms
                    |> List.tryPick (function
                        | Result.Error e -> Some e
                        | _ -> None)

                match expression, wrong with
                | Result.Error misfit, _
                | _, Some misfit -> Result.Error misfit
                | Result.Ok expression, None ->
                    Result.Ok {
                        Name = name |> Option.defaultValue (string expression)
                        Expression = expression
                        Transforms =
                            transforms
                            |> List.choose (function
                                | Result.Ok t -> Some t
                                | _ -> None)
                    })

    /// <summary>The feature a text stands for.</summary>
    /// <returns>or the first place where it cannot be read, and what was expected there</returns>
    let parse (text: string) : Result<Feature, Fault> =
        ExpressionParser.run "feature" feature text

    /// <summary>All features of a list of texts, or the faults of all of them, repeated names among
    /// them.</summary>
    let parseAll (texts: string list) : Result<Feature list, Fault list> =
        let parsed = texts |> List.map parse

        let features =
            parsed
            |> List.choose (function
                | Result.Ok f -> Some f
                | _ -> None)

        let repeated =
            features
            |> List.countBy _.Name
            |> List.filter (fun (_, copies) -> copies > 1)
            |> List.map (fun (name, _) ->
                Fault.create "feature" "two features have one name" "write name = expression"
                |> Fault.withValue name)

        match
            (parsed
             |> List.choose (function
                 | Result.Error e -> Some e
                 | _ -> None))
            @ repeated
        with
        | [] -> Result.Ok features
        | faults -> Result.Error faults

    /// <summary>The text of a feature, with <c>parse (print f) = Ok f</c>.</summary>
    let print (feature: Feature) : string = string feature

    /// A column as it is.
    let ofColumn (name: string) : Feature = {
        Name = Expression.PrintName name
        Expression = Column name
        Transforms = []
    }

    /// The columns that features read, in the order of their first appearance.
    let columns (features: Feature list) : string list =
        features
        |> List.collect (fun f -> Expression.columns f.Expression)
        |> List.distinct
