namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Calibration

/// What is wrong with the calibration and the summary that an analysis asks for.
[<RequireQualifiedAccess>]
module internal SummaryFaults =

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private at file path problem remedy =
        Fault.create file problem remedy |> Fault.inJson file path

    let private calibration file (settings: CalibrationSettings) = [
        match settings.Method with
        | CalibrationMethod.Histogram(bins, _) when bins < 2 || bins > 10000 ->
            at file "$.calibration.bins" "the number of bins is out of range" "from 2 to 10000"
            |> Fault.withValue (string bins)
        | _ -> ()
    ]

    let private axis file (analysis: Analysis) path (axis: SummaryAxis) = [
        let known = analysis.Reference |> List.map fst

        match axis.Variable with
        | TwoPointScore -> ()
        | LocalScore at' ->
            match analysis.Parameters |> List.tryFind (fun p -> p.Name = analysis.Interest) with
            | Some p ->
                let value = defaultArg at' p.Initial

                if not (value >= p.Lower && value <= p.Upper) then
                    at
                        file
                        $"{path}.at"
                        "the value lies outside the bounds of the parameter"
                        "choose one inside"
                    |> Fault.withValue (number value)
            | None -> ()
        | LogRatio(numerator, denominator) ->
            let names = denominator |> List.map (fun (name, _) -> "denominator", name)

            for key, name in ("numerator", numerator) :: names do
                if not (List.contains name known) then
                    {
                        Fault.unknown file "the reference has no such sample" name known with
                            Column = None
                    }
                    |> Fault.inJson file $"{path}.{key}"
                    |> Fault.withValue name

            if denominator.IsEmpty then
                at file $"{path}.denominator" "there is no sample" "name one"

            for name, factor in denominator do
                if not (factor > 0.0 && Double.IsFinite factor) then
                    let where = $"{path}.denominator.{name}"

                    at file where "the factor is not positive" "give a number such as 0.1"
                    |> Fault.withValue (number factor)

            if List.map fst denominator = [ numerator ] then
                let remedy = "name another sample"

                at file path "the ratio of a sample to itself is 1" remedy
                |> Fault.withValue numerator

        match axis.Bins with
        | EqualContent bins when bins < 1 || bins > 10000 ->
            at file $"{path}.bins" "the number of bins is out of range" "from 1 to 10000"
            |> Fault.withValue (string bins)
        | GivenEdges edges when edges.Length < 3 ->
            at file $"{path}.edges" "the edges make fewer than two bins" "give three or more"
        | _ -> ()
    ]

    let private summary file (analysis: Analysis) (plan: SummaryPlan) = [
        if plan.Axes.IsEmpty then
            at file "$.summary.axes" "there is no summary" "give one, such as {\"of\": \"score\"}"
        for i, item in List.indexed plan.Axes do
            yield! axis file analysis $"$.summary.axes[{i}]" item

        let bins =
            plan.Axes
            |> List.fold
                (fun product axis ->
                    match axis.Bins with
                    | EqualContent bins -> product * float (max 1 bins)
                    | GivenEdges edges -> product * float (max 1 (edges.Length - 1)))
                1.0

        if bins < 2.0 then
            at file "$.summary.axes" "one bin tells nothing apart" "give more bins"
        elif bins > 10000.0 then
            at file "$.summary.axes" "there are more than 10000 bins in all" "give fewer"
            |> Fault.withValue (number bins)

        if not (plan.LeastEvents >= 1.0 && Double.IsFinite plan.LeastEvents) then
            at file "$.summary.leastEvents" "a bin needs an event" "give 1 or more"
            |> Fault.withValue (number plan.LeastEvents)
    ]

    /// The faults of both.
    let find (file: string) (analysis: Analysis) : Fault list = [
        yield! analysis.Calibration |> Option.map (calibration file) |> Option.defaultValue []
        yield! analysis.Summary |> Option.map (summary file analysis) |> Option.defaultValue []
    ]
