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
/// Written <c>[name =] expression [| missing(code)] { | transform }</c>, as in
/// <c>logPt = Higgs_pt / Higgs_mass | log | clip(-3, 3) | standardise</c>. The expression has the
/// grammar of selections; transforms are <c>log log1p sqrt abs cos sin clip(low, high) standardise
/// minmax minmax(low, high)</c>; <c>minmax</c> alone goes to 0 … 1. Without a name the expression
/// is the name. With <c>missing(-999)</c> an event lacks the feature where a column that the
/// expression reads is −999: see <see cref="T:Nsbi.Learn.Events.FittedMissing" />.
/// </remarks>
type Feature = {
    /// What tables, faults and reports call it.
    Name: string
    /// What is computed of an event.
    Expression: Expression
    /// The number that stands in the columns for a value that is not there, if any does.
    Missing: float option
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

        let missing =
            match this.Missing with
            | Some code -> String.Format(CultureInfo.InvariantCulture, " | missing({0:R})", code)
            | None -> ""

        let steps = this.Transforms |> List.map (fun step -> " | " + string step)
        name + expression + missing + String.concat "" steps

/// A step as it is written: a transform, or the word on missing values.
[<RequireQualifiedAccess>]
type private Step =
    | Transform of FeatureTransform
    | Missing of code: float

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
                Result.Ok(Step.Transform(make (low, high)))
            else
                Result.Error $"{name} needs a lower bound below the upper one"

        match name, bounds, List.tryFind (fun step -> string step = name) simple with
        | _, None, Some step -> Result.Ok(Step.Transform step)
        | _, Some _, Some _ -> Result.Error $"{name} takes no numbers here"
        | "clip", Some [ low; high ], _ -> range FeatureTransform.Clip low high
        | "minmax", Some [ low; high ], _ -> range FeatureTransform.MinMax low high
        | "minmax", None, _ -> Result.Ok(Step.Transform(FeatureTransform.MinMax(0.0, 1.0)))
        | "missing", Some [ code ], _ -> Result.Ok(Step.Missing code)
        | "missing", _, _ -> Result.Error "missing takes one number: missing(-999)"
        | ("clip" | "minmax"), _, _ -> Result.Error $"{name} takes two numbers: {name}(-3, 3)"
        | _ ->
            let known = (simple |> List.map string) @ [ "clip"; "minmax"; "missing" ]

            let hint =
                match Fault.nearest name known with
                | Some close -> $"did you mean '{close}'?"
                | None -> "there are " + String.concat ", " known

            Result.Error $"there is no transform '{name}'; {hint}"

    let private step: Parser<int64 * Result<Step, string>, unit> =
        let bounds =
            between
                (pchar '(' .>> spaces)
                (pchar ')' .>> spaces)
                (sepBy signed (pchar ',' .>> spaces))

        let word =
            many1SatisfyL (fun c -> isAsciiLetter c || isDigit c) "a transform" .>> spaces

        ExpressionParser.position .>>. word .>>. opt bounds
        |>> fun ((at, name), bounds) -> at, transformOf name bounds

    let private feature: Parser<Result<Feature, int64 * string>, unit> =
        let equals = pchar '=' >>. notFollowedBy (pchar '=') >>. spaces
        let name = opt (attempt (ExpressionParser.name .>> equals))

        pipe3
            name
            ExpressionParser.expression
            (many (pchar '|' >>. spaces >>. step))
            (fun name expression steps ->
                let wrong =
                    steps
                    |> List.indexed
                    |> List.tryPick (fun (place, (at, step)) ->
                        match step with
                        | Result.Error reason -> Some(at, reason)
                        | Result.Ok(Step.Missing _) when place > 0 ->
                            Some(at, "missing is about the columns: it stands before all else")
                        | Result.Ok _ -> None)

                match expression, wrong with
                | Result.Error misfit, _
                | _, Some misfit -> Result.Error misfit
                | Result.Ok expression, None ->
                    Result.Ok {
                        Name = name |> Option.defaultValue (string expression)
                        Expression = expression
                        Missing =
                            steps
                            |> List.tryPick (fun (_, step) ->
                                match step with
                                | Result.Ok(Step.Missing code) -> Some code
                                | _ -> None)
                        Transforms =
                            steps
                            |> List.choose (fun (_, step) ->
                                match step with
                                | Result.Ok(Step.Transform transform) -> Some transform
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
        Missing = None
        Transforms = []
    }

    /// <summary>The feature with a number that stands for missing values in its columns; a feature
    /// that names its own keeps that.</summary>
    /// <exception cref="T:System.ArgumentException">the code is not finite</exception>
    let missing (code: float) (feature: Feature) : Feature =
        if not (Double.IsFinite code) then
            invalidArg (nameof code) $"{code} stands for nothing: NaN and infinities are refused"

        {
            feature with
                Missing = Some(defaultArg feature.Missing code)
        }

    /// The columns that features read, in the order of their first appearance.
    let columns (features: Feature list) : string list =
        features
        |> List.collect (fun f -> Expression.columns f.Expression)
        |> List.distinct
