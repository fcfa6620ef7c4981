namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Events

/// What is wrong with the goodness of fit that an analysis asks for.
[<RequireQualifiedAccess>]
module internal GoodnessFaults =

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private at file path problem remedy value =
        Fault.create file problem remedy
        |> Fault.inJson file $"$.goodness.{path}"
        |> Fault.withValue value

    let private isPositive (x: float) = Double.IsFinite x && x > 0.0

    let private family file (plan: GoodnessPlan) = [
        match plan.Learned.Family with
        | GoodnessFamily.Kernels k ->
            if k.Functions < 1 || k.Functions > 1000 then
                let what = "the number of functions is out of range"
                at file "functions" what "from 1 to 1000" (string k.Functions)

            if k.Widths.IsEmpty then
                at file "widths" "there is no width" "give one or more, such as [2, 0.5]" "[]"

            for i, width in List.indexed k.Widths do
                if not (isPositive width) then
                    let remedy = "give a number above 0, in standard deviations"
                    at file $"widths[{i}]" "this is no width" remedy (number width)

            if not (isPositive k.Prior) then
                let what = "this is no standard deviation"
                at file "prior" what "give a number above 0, such as 1" (number k.Prior)
        | GoodnessFamily.Network n ->
            if n.Hidden.IsEmpty || n.Hidden |> List.exists (fun u -> u < 1 || u > 100) then
                let shown = n.Hidden |> List.map string |> String.concat ", "
                let remedy = "give one layer or more of 1 to 100 units, such as [4]"
                at file "hidden" "these are no hidden layers" remedy $"[{shown}]"

            if not (isPositive n.Clip) then
                let what = "the weights cannot be clipped there"
                at file "clip" what "give a number above 0, such as 9" (number n.Clip)

            if n.Starts < 1 || n.Starts > 100 then
                let what = "the number of starts is out of range"
                at file "starts" what "from 1 to 100" (string n.Starts)
    ]

    let private plan file (plan: GoodnessPlan) = [
        if not (plan.Limit > 0.0 && plan.Limit < 1.0) then
            let what = "this is no p-value"
            at file "limit" what "give a number between 0 and 1" (number plan.Limit)
        elif plan.Toys > 1000000 then
            at file "toys" "there are too many toys" "ask for 1000000 at most" (string plan.Toys)
        elif plan.Toys < GoodnessPlan.leastToys plan.Limit then
            let least = GoodnessPlan.leastToys plan.Limit
            let what = $"with so few toys no p-value is below the limit of {number plan.Limit}"
            at file "toys" what $"ask for {least} or more" (string plan.Toys)

        if plan.Learned.Reference < 100 then
            let what = "there are too few reference events"
            at file "reference" what "give 100 or more" (string plan.Learned.Reference)

        match Feature.parseAll plan.Features with
        | Ok _ -> ()
        | Error faults -> yield! faults |> List.map (Fault.inJson file "$.goodness.features")

        yield! family file plan
    ]

    /// The faults of the plan of an analysis.
    let find (file: string) (analysis: Analysis) : Fault list =
        analysis.Goodness |> Option.map (plan file) |> Option.defaultValue []
