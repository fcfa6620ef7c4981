namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Model

/// What is wrong with the intervals that an analysis asks for.
[<RequireQualifiedAccess>]
module internal IntervalFaults =

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private at file path problem remedy value =
        Fault.create file problem remedy
        |> Fault.inJson file $"$.intervals.{path}"
        |> Fault.withValue value

    let private outside (p: Parameter) value =
        not (Double.IsFinite value && value >= p.Lower && value <= p.Upper)

    let private bounds (p: Parameter) =
        $"stay within {number p.Lower} and {number p.Upper}, the bounds of '{p.Name}'"

    let private level file path value = [
        if not (value > 0.0 && value < 1.0) then
            let remedy = "give a number between 0 and 1, such as 0.95"
            at file path "this is no confidence level" remedy (number value)
    ]

    let private toys file path atLeast value = [
        if value < atLeast then
            let remedy = $"give {atLeast} or more"
            at file $"{path}.toys" "there are too few pseudo-experiments" remedy (string value)
    ]

    let private neyman file (p: Parameter) (plan: NeymanPlan) = [
        if plan.Levels.IsEmpty then
            at file "neyman.levels" "there is no confidence level" "give one, such as 0.6827" "[]"
        for i, value in List.indexed plan.Levels do
            yield! level file $"neyman.levels[{i}]" value

            // So that the quantile is not the largest of the toys.
            if value < 1.0 && float plan.Toys * (1.0 - value) < 5.0 then
                let remedy = $"give at least {number (ceil (5.0 / (1.0 - value)))}"
                let what = $"the quantile at {number value} needs more pseudo-experiments"
                at file "neyman.toys" what remedy (string plan.Toys)
        for key, value in [ "from", plan.From; "to", plan.To ] do
            if outside p value then
                let what = "the grid leaves the range of the parameter"
                at file $"neyman.{key}" what (bounds p) (number value)
        if not (plan.To > plan.From) then
            at
                file
                "neyman.to"
                "the grid ends before it starts"
                "give \"to\" above \"from\""
                (number plan.To)
        if plan.Points < 2 then
            at
                file
                "neyman.points"
                "a grid has two values or more"
                "give 10 or more"
                (string plan.Points)
        yield! toys file "neyman" 20 plan.Toys
    ]

    let private injection file (p: Parameter) (plan: InjectionPlan) = [
        if plan.Values.Length < 2 then
            let remedy = "give two values or more"
            at file "injection.values" "a line needs two points" remedy (string plan.Values.Length)
        for i, value in List.indexed plan.Values do
            if outside p value then
                at
                    file
                    $"injection.values[{i}]"
                    "the parameter cannot be there"
                    (bounds p)
                    (number value)
        yield! toys file "injection" 20 plan.Toys
    ]

    /// The faults of the plan of an analysis whose parameters could be read.
    let find (file: string) (analysis: Analysis) : Fault list =
        let plan = analysis.Intervals

        match analysis.Parameters |> List.tryFind (fun p -> p.Name = analysis.Interest) with
        | None -> []
        | Some p -> [
            match plan.Neyman with
            | Some plan -> yield! neyman file p plan
            | None -> ()
            match plan.Limit with
            | Some plan ->
                yield! level file "limit.level" plan.Level
                yield! toys file "limit" 0 plan.Toys
            | None -> ()
            match plan.Significance with
            | Some plan -> yield! toys file "significance" 0 plan.Toys
            | None -> ()
            if analysis.Null <> 0.0 && (plan.Limit.IsSome || plan.Significance.IsSome) then
                let key = if plan.Limit.IsSome then "limit" else "significance"
                let what = "limits and significances are relative to the value 0"
                at file key what "leave them out, or let \"null\" be 0" (number analysis.Null)
            match plan.Injection with
            | Some plan -> yield! injection file p plan
            | None -> ()
          ]
