namespace Nsbi.Infer.Calibration

open System
open System.Globalization
open Nsbi.Infer
open Nsbi.Learn
open Nsbi.Learn.Events

/// What is wrong with a plan in itself, before any event is read.
[<RequireQualifiedAccess>]
module internal CalibrationFaults =
    let private at file path problem remedy =
        Fault.create file problem remedy |> Fault.inJson file path

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    /// The samples of the toy.
    let toys: (string * JetSample) list = [
        "simulation", JetSample.Simulation
        "data", JetSample.Data
    ]

    let private unknown file path problem name known =
        {
            Fault.unknown file problem name known with
                Column = None
        }
        |> Fault.inJson file path

    let private selection file path (text: string option) = [
        match text |> Option.map Selection.parse with
        | Some(Error fault) -> fault |> Fault.inJson file path
        | _ -> ()
    ]

    let private sample file path (sample: Sample) = [
        yield! selection file $"{path}.selection" sample.Selection

        if sample.Yield.IsSome then
            at file $"{path}.yield" "a calibration knows no yields" "leave it out"

        match sample.Source with
        | SampleFile _ -> ()
        | SampleToy(toy, name, events, shift) ->
            if toy <> FlavourTaggingToy.Name then
                unknown file $"{path}.toy" "there is no such toy" toy [ FlavourTaggingToy.Name ]
            elif not (List.exists (fun (known, _) -> known = name) toys) then
                unknown file $"{path}.process" "the toy has no such sample" name (List.map fst toys)

            if events < 1 then
                at file $"{path}.events" "the number of events is not positive" "give one"
                |> Fault.withValue (string events)

            if shift <> 0.0 || sample.Weight.IsSome then
                at file path "jets of the toy have neither weights nor shifts" "leave them out"
    ]

    /// A quantity without steps: what is computed of it is written in its expression.
    let private plain (text: string) : Result<Feature, Fault> =
        Feature.parse text
        |> Result.bind (fun feature ->
            if feature.Transforms.IsEmpty && feature.Missing.IsNone then
                Ok feature
            else
                Fault.create
                    "quantity"
                    "a quantity that is looked at has no steps"
                    "write log(x) in place of x | log"
                |> Fault.withValue text
                |> Error)

    let private parsed file path read (texts: string list) = [
        for i, text in List.indexed texts do
            match read text with
            | Ok _ -> ()
            | Error fault -> fault |> Fault.inJson file $"{path}[{i}]"
    ]

    let private bins file (plan: CalibrationPlan) = [
        for i, bins in List.indexed plan.Bins do
            match plain bins.Of with
            | Error fault -> fault |> Fault.inJson file $"$.bins[{i}].of"
            | Ok _ -> ()
    ]

    let private repeated file (plan: CalibrationPlan) =
        let names =
            plan.Features @ plan.Condition @ plan.Derived
            |> List.choose (Feature.parse >> Result.toOption)
            |> List.map _.Name

        [
            for name, count in List.countBy id names do
                if count > 1 then
                    at
                        file
                        "$"
                        "the name stands for more than one quantity"
                        "give each a name: name = expression"
                    |> Fault.withValue name
        ]

    let private ranges file (plan: CalibrationPlan) =
        let within path what isRight remedy (value: float) = [
            if not (Double.IsFinite value && isRight value) then
                at file path $"the {what} is out of range" remedy
                |> Fault.withValue (number value)
        ]

        let share = "above 0, below 1"
        let isShare v = v > 0.0 && v < 1.0
        let limits = plan.Limits

        [
            yield! within "$.heldOut" "held-out share" isShare share plan.HeldOut
            yield!
                within
                    "$.limits.area"
                    "limit of the area"
                    (fun v -> v > 0.5 && v <= 1.0)
                    "above 0.5, at most 1"
                    limits.Area
            yield! within "$.limits.pValue" "smallest probability" isShare share limits.PValue
            yield!
                within
                    "$.replicas"
                    "number of bootstraps"
                    (fun v -> v >= 2.0 && v <= 10000.0)
                    "from 2 to 10000"
                    (float plan.Replicas)
        ]

    let private output file (plan: CalibrationPlan) =
        let name = plan.Output.File

        let isFormat =
            [ ".csv"; ".csv.gz"; ".npz" ]
            |> List.exists (fun ending -> name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))

        [
            if not isFormat || name.IndexOfAny [| '/'; '\\' |] >= 0 || name.StartsWith '.' then
                at
                    file
                    "$.output.file"
                    "this is no name of an events file"
                    "give a plain name that ends with .csv, .csv.gz or .npz"
                |> Fault.withValue name
            match plan.Output.Suffix with
            | Some "" ->
                at file "$.output.suffix" "the suffix is empty" "leave it out to replace columns"
            | _ -> ()
        ]

    /// Every fault.
    let find (file: string) (plan: CalibrationPlan) : Fault list = [
        yield! sample file "$.source" plan.Source
        yield! sample file "$.target" plan.Target
        yield! selection file "$.selection" plan.Selection

        if plan.Features.IsEmpty then
            at file "$.features" "nothing is to be moved" "give at least one feature"

        yield! parsed file "$.features" (MovedFeature.parse plan.Coordinates) plan.Features

        yield!
            parsed
                file
                "$.condition"
                (MovedFeature.parse CalibrationCoordinates.Plain)
                plan.Condition

        yield! parsed file "$.derived" plain plan.Derived
        yield! bins file plan
        yield! repeated file plan
        yield! ranges file plan
        yield! output file plan

        match plan.Method with
        | CalibrationBy.Transport it ->
            if it.Members < 1 then
                at file "$.transport.members" "there must be a map" "give a number from 1 on"

            if it.MatchBins < 0 || (it.MatchBins > 0 && plan.Condition.Length <> 1) then
                at
                    file
                    "$.transport.matchBins"
                    "only the spectrum of one condition can be matched in bins"
                    "give one condition and bins, or leave it out"
        | CalibrationBy.Monotone bins ->
            if bins < 1 then
                at file "$.monotone.bins" "there must be a bin" "give a number from 1 on"
                |> Fault.withValue (string bins)

            if plan.Condition.Length > 1 || (bins > 1 && plan.Condition.IsEmpty) then
                at
                    file
                    "$.condition"
                    "quantile maps have bins of one condition"
                    "give one, or none and one bin"
        | CalibrationBy.Reweighting _ -> ()

        match plan.Negative with
        | NegativePlan.Replace(_, SignBy.Bins(quantity, count)) ->
            match plain quantity with
            | Error fault -> fault |> Fault.inJson file "$.negativeWeights.of"
            | Ok _ -> ()

            if count < 1 then
                at file "$.negativeWeights.bins" "there must be a bin" "give a number from 1 on"
                |> Fault.withValue (string count)
        | _ -> ()
    ]
