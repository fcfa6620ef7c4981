namespace Nsbi.Infer.Calibration

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Events


/// One step between a quantity and the coordinate in which it is moved.
[<RequireQualifiedAccess>]
type internal CoordinateStep =
    | Log
    | Log1p
    | Sqrt
    | Logit

/// A quantity that is moved, or that the map depends on.
type internal MovedFeature = {
    Name: string
    Expression: Expression
    /// From the quantity to its coordinate.
    Steps: CoordinateStep list
} with

    /// The column that holds the quantity: its own where it is one.
    member this.Column: string =
        match this.Expression with
        | Column name -> name
        | _ -> this.Name

[<RequireQualifiedAccess>]
module internal MovedFeature =
    let private stepOf (transform: FeatureTransform) : CoordinateStep option =
        match transform with
        | FeatureTransform.Log -> Some CoordinateStep.Log
        | FeatureTransform.Log1p -> Some CoordinateStep.Log1p
        | FeatureTransform.Sqrt -> Some CoordinateStep.Sqrt
        | _ -> None

    /// A feature as text, or what is wrong with it.
    let parse (coordinates: CalibrationCoordinates) (text: string) : Result<MovedFeature, Fault> =
        Feature.parse text
        |> Result.bind (fun feature ->
            match feature.Transforms |> List.tryFind (stepOf >> Option.isNone) with
            | Some transform ->
                Fault.create
                    "feature"
                    "the step cannot be undone after an event was moved"
                    "only log, log1p and sqrt can; maps standardise by themselves"
                |> Fault.withValue (string transform)
                |> Error
            | None when feature.Missing.IsSome ->
                Fault.create
                    "feature"
                    "a missing value cannot be moved"
                    "select events that have it"
                |> Fault.withValue text
                |> Error
            | None ->
                Ok {
                    Name = feature.Name
                    Expression = feature.Expression
                    Steps = [
                        yield! feature.Transforms |> List.choose stepOf
                        if coordinates = CalibrationCoordinates.Logits then
                            CoordinateStep.Logit
                    ]
                })

    let private forward (step: CoordinateStep) (x: float) : float =
        match step with
        | CoordinateStep.Log -> log x
        | CoordinateStep.Log1p -> log (1.0 + x)
        | CoordinateStep.Sqrt -> sqrt x
        | CoordinateStep.Logit -> log (x / (1.0 - x))

    let private backward (step: CoordinateStep) (u: float) : float =
        match step with
        | CoordinateStep.Log -> exp u
        | CoordinateStep.Log1p -> exp u - 1.0
        | CoordinateStep.Sqrt -> (max 0.0 u) * (max 0.0 u)
        | CoordinateStep.Logit -> 1.0 / (1.0 + exp -u)

    /// The coordinate of a value of the quantity.
    let coordinate (feature: MovedFeature) (value: float) : float =
        List.fold (fun x step -> forward step x) value feature.Steps

    /// The value of the quantity at a coordinate.
    let value (feature: MovedFeature) (coordinate: float) : float =
        List.foldBack backward feature.Steps coordinate

    /// The quantity of every event; every event where it or its coordinate is not finite is a fault.
    let evaluate (feature: MovedFeature) (table: EventTable) : Result<float[], Fault list> =
        let log = FaultLog()
        let values = Expression.evaluate feature.Expression table

        values
        |> Array.iteri (fun i value ->
            let single = float32 (coordinate feature value)

            if not (Double.IsFinite value && Single.IsFinite single) then
                let struct (source, row) = table.Origin i

                Fault.create
                    source
                    "the feature has no finite coordinate to be moved in"
                    "cut such events away by the selection"
                |> Fault.atEvent row
                |> Fault.inColumn feature.Name
                |> Fault.withValue (value.ToString("R", CultureInfo.InvariantCulture))
                |> log.Add)

        if log.IsEmpty then Ok values else Error(log.ToList())
