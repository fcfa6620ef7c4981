namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Events

/// What is wrong with the diagnostics that an analysis asks for.
[<RequireQualifiedAccess>]
module internal DiagnosticsFaults =

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private at file path problem remedy value =
        Fault.create file problem remedy
        |> Fault.inJson file $"$.diagnostics.{path}"
        |> Fault.withValue value

    let private values file (analysis: Analysis) = [
        match analysis.Parameters |> List.tryFind (fun p -> p.Name = analysis.Interest) with
        | None -> ()
        | Some p ->
            for i, value in List.indexed analysis.Diagnostics.Values do
                if not (Double.IsFinite value && value >= p.Lower && value <= p.Upper) then
                    at
                        file
                        $"values[{i}]"
                        "the value leaves the range of the parameter"
                        $"stay within {number p.Lower} and {number p.Upper}, the bounds of '{p.Name}'"
                        (number value)
    ]

    let private pairs file (analysis: Analysis) = [
        match Feature.parseAll analysis.Features with
        | Error _ -> ()
        | Ok features ->
            let known = features |> List.map _.Name

            for i, (first, second) in List.indexed analysis.Diagnostics.Pairs do
                for name in List.distinct [ first; second ] do
                    if not (List.contains name known) then
                        {
                            Fault.unknown file "there is no such feature" name known with
                                Column = None
                        }
                        |> Fault.inJson file $"$.diagnostics.pairs[{i}]"
                        |> Fault.withValue name

                if first = second then
                    at file $"pairs[{i}]" "the two features are one" "name two different ones" first
    ]

    let private twoSample file (analysis: Analysis) = [
        match analysis.Diagnostics.TwoSample with
        | None -> ()
        | Some plan ->
            if plan.Events < 1000 then
                at
                    file
                    "c2st.events"
                    "there are too few events for a two-sample test"
                    "give 1000 or more, or \"c2st\": false"
                    (string plan.Events)

            if plan.Epochs < 1 then
                at file "c2st.epochs" "there is no epoch" "give 1 or more" (string plan.Epochs)

            if not (plan.Distortion > 0.0 && plan.Distortion < 1.0) then
                at
                    file
                    "c2st.distortion"
                    "this is no relative distortion"
                    "give a number between 0 and 1, such as 0.01"
                    (number plan.Distortion)
    ]

    /// The faults.
    let find (file: string) (analysis: Analysis) : Fault list =
        values file analysis @ pairs file analysis @ twoSample file analysis
