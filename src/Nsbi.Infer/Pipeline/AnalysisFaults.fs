namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Model

/// What is wrong with an analysis in itself, before any event is read.
[<RequireQualifiedAccess>]
module internal AnalysisFaults =

    let private at file path problem remedy =
        Fault.create file problem remedy |> Fault.inJson file path

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private repeated file path what names = [
        for name, count in List.countBy id names do
            if count > 1 then
                at file path $"the {what} is there more than once" "rename or remove one of them"
                |> Fault.withValue name

            if String.IsNullOrWhiteSpace name then
                at file path $"the {what} has no name" "give it one"
    ]

    let private unknown file path problem name known =
        {
            Fault.unknown file problem name known with
                Column = None
        }
        |> Fault.inJson file path
        |> Fault.withValue name

    /// The faults of a sample beside its name.
    let private sample file path (sample: Sample) = [
        match sample.Yield with
        | Some expected when not (Double.IsFinite expected && expected > 0.0) ->
            at file $"{path}.yield" "the yield is not positive" "give the expected events"
            |> Fault.withValue (number expected)
        | _ -> ()

        match sample.Selection |> Option.map Selection.parse with
        | Some(Error fault) -> fault |> Fault.inJson file $"{path}.selection"
        | _ -> ()

        match sample.Source with
        | SampleToy(toy, name, events, _) ->
            if toy <> ToyEvents.name then
                unknown file $"{path}.toy" "there is no such toy" toy [ ToyEvents.name ]
            elif not (List.contains name ToyEvents.processes) then
                unknown
                    file
                    $"{path}.process"
                    "the toy has no such process"
                    name
                    ToyEvents.processes

            if events < 1 then
                at file $"{path}.events" "the number of events is not positive" "give one"
                |> Fault.withValue (string events)
        | SampleFile _ -> ()
    ]

    let private samples file (analysis: Analysis) = [
        if analysis.Samples.IsEmpty then
            at file "$.samples" "there is no sample" "give at least two"
        yield! repeated file "$.samples" "sample" (analysis.Samples |> List.map _.Name)
        for i, item in List.indexed analysis.Samples do
            yield! sample file $"$.samples[{i}]" item
    ]

    let private systematics file (analysis: Analysis) =
        SystematicFaults.find file (sample file) analysis

    let private features file (analysis: Analysis) = [
        if analysis.Features.IsEmpty then
            at file "$.features" "there is no feature" "give at least one"
        match Feature.parseAll analysis.Features with
        | Ok _ -> ()
        | Error faults -> yield! faults |> List.map (Fault.inJson file "$.features")
    ]

    let private expressions file (analysis: Analysis) = [
        match analysis.Selection |> Option.map Selection.parse with
        | Some(Error fault) -> fault |> Fault.inJson file "$.selection"
        | _ -> ()
        match analysis.Conventional |> Option.map (fun c -> Feature.parse c.Observable) with
        | Some(Error fault) -> fault |> Fault.inJson file "$.conventional.observable"
        | _ -> ()
    ]

    let private references file (analysis: Analysis) = [
        let names = analysis.Samples |> List.map _.Name
        yield! repeated file "$.reference" "sample" (analysis.Reference |> List.map fst)

        for name, share in analysis.Reference do
            if not (List.contains name names) then
                unknown file $"$.reference.{name}" "there is no such sample" name names

            if not (Double.IsFinite share && share > 0.0) then
                at
                    file
                    $"$.reference.{name}"
                    "the weight in the reference is not positive"
                    "give a positive number"
                |> Fault.withValue (number share)

        let shares = analysis.Reference |> List.map snd

        // Beyond this the rarer sample has no weight that single precision could tell from none.
        if
            not shares.IsEmpty
            && shares |> List.forall (fun share -> Double.IsFinite share && share > 0.0)
            && List.max shares > 1e6 * List.min shares
        then
            at
                file
                "$.reference"
                "the largest weight is more than 1e6 times the smallest"
                "give weights of similar size: 1 for each sample is a good start"
            |> Fault.withValue $"{number (List.max shares)} and {number (List.min shares)}"

        if analysis.Reference.Length < 2 then
            at
                file
                "$.reference"
                "the reference needs two samples or more"
                "name them with their weights"

        for i, term in List.indexed analysis.Terms do
            if not (List.exists (fun (name, _) -> name = term.Sample) analysis.Reference) then
                unknown
                    file
                    $"$.terms[{i}].sample"
                    "the sample is no part of the reference"
                    term.Sample
                    (analysis.Reference |> List.map fst)
    ]

    let private preselection file (analysis: Analysis) = [
        match analysis.Preselection with
        | None -> ()
        | Some plan ->
            let path = "$.preselection"
            let names = analysis.Reference |> List.map fst
            yield! repeated file $"{path}.classes" "class" plan.Classes

            for name in List.distinct plan.Classes do
                if not (List.contains name names) then
                    unknown
                        file
                        $"{path}.classes"
                        "the class is no sample of the reference"
                        name
                        names

            if plan.Classes.Length < 2 then
                at file $"{path}.classes" "a classifier needs two classes or more" "name them"

            for key, name in [ "signal", plan.Signal; "background", plan.Background ] do
                if not (List.contains name plan.Classes) then
                    unknown file $"{path}.{key}" "it is none of the classes" name plan.Classes

            if plan.Signal = plan.Background then
                at file $"{path}.background" "the background is the signal" "name another class"
                |> Fault.withValue plan.Background

            if not (plan.Target > 0.0 && Double.IsFinite plan.Target) then
                at
                    file
                    $"{path}.target"
                    "signal over background is not positive"
                    "give a number such as 0.1"
                |> Fault.withValue (number plan.Target)

            if
                not (
                    plan.TrainingShare > 0.0
                    && plan.CutShare > 0.0
                    && plan.TrainingShare + plan.CutShare < 1.0
                )
            then
                at
                    file
                    path
                    "the shares leave no events for the measurement"
                    "give two numbers above 0 with a sum below 1"

            if plan.ControlBins < 1 then
                at file $"{path}.controlBins" "there is no bin" "give at least one"
    ]

    let private limits file (analysis: Analysis) = [
        let limits = analysis.Limits

        for key, value in
            [
                "sigmas", limits.Sigmas
                "normalisation", limits.Normalisation
                "pValue", limits.PValue
                "ratioTolerance", limits.RatioTolerance
                "largestShare", limits.LargestShare
                "effectiveEvents", limits.EffectiveEvents
                "impliedEvents", limits.ImpliedEvents
                "identity", limits.Identity
                "largestRatio", limits.LargestRatio
                "closure", limits.Closure
                "closureSigmas", limits.ClosureSigmas
                "scoreTolerance", limits.ScoreTolerance
                "overtraining", limits.Overtraining
                "lossGap", limits.LossGap
                "stability", limits.Stability
            ] do
            if not (Double.IsFinite value && value >= 0.0) then
                at
                    file
                    $"$.limits.{key}"
                    "the limit is not a finite number of 0 or above"
                    "leave it out for the standard limit"
                |> Fault.withValue (number value)

        if limits.PValue > 1.0 then
            at file "$.limits.pValue" "no p-value is above 1" "give a number from 0 to 1"
            |> Fault.withValue (number limits.PValue)
    ]

    let private observed file (analysis: Analysis) = [
        match analysis.Data with
        | Some(DataToy(toy, value)) ->
            if toy <> ToyEvents.name then
                unknown file "$.data.toy" "there is no such toy" toy [ ToyEvents.name ]

            if not (value >= 0.0) then
                at file "$.data.value" "the signal strength is negative" "give 0 or above"
                |> Fault.withValue (number value)
        | Some(DataFile _)
        | None -> ()
    ]

    let private model file (analysis: Analysis) = [
        let poi = analysis.Parameters |> List.filter (fun p -> p.Role = PointOfInterest)

        if not (poi |> List.exists (fun p -> p.Name = analysis.Interest)) then
            unknown
                file
                "$.interest"
                "there is no such parameter of interest"
                analysis.Interest
                (poi |> List.map _.Name)

        for p in poi do
            if
                p.Name = analysis.Interest
                && not (analysis.Null >= p.Lower && analysis.Null <= p.Upper)
            then
                at
                    file
                    "$.null"
                    "the value lies outside the bounds of the parameter"
                    "choose one inside"
                |> Fault.withValue (number analysis.Null)

        if analysis.Terms.IsEmpty then
            at file "$.terms" "there is no term" "give at least one"
        elif (SystematicFaults.find file (fun _ _ -> []) analysis).IsEmpty then
            // The yields are not known yet: any positive ones do for a look at the rest.
            let trial = AnalysisModel.write analysis (RegionYields.equal analysis) None

            match Model.validate trial with
            | Ok _ -> ()
            | Error faults ->
                for fault in faults do
                    let key =
                        if fault.Place.StartsWith "parameter" then
                            "parameters"
                        else
                            "terms"

                    at file $"$.{key}" $"{fault.Place}: {fault.Fault}" fault.Remedy
    ]

    /// The faults of all parts of which everything could be read.
    let find (file: string) (unread: string list) (analysis: Analysis) : Fault list =
        [
            samples, [ "samples" ]
            features, [ "features" ]
            expressions, []
            references, [ "samples"; "reference"; "terms" ]
            preselection, [ "reference" ]
            observed, []
            IntervalFaults.find, [ "parameters"; "interest"; "intervals" ]
            EnsembleFaults.find, [ "parameters"; "interest"; "ensemble" ]
            GoodnessFaults.find, [ "goodness" ]
            SummaryFaults.find, [ "parameters"; "interest"; "reference"; "calibration"; "summary" ]
            DiagnosticsFaults.find, [ "parameters"; "interest"; "features"; "diagnostics" ]
            limits, [ "limits" ]
            systematics, [ "parameters"; "terms"; "systematics" ]
            model, [ "parameters"; "terms"; "systematics" ]
        ]
        |> List.filter (fun (_, keys) -> not (List.exists (fun k -> List.contains k unread) keys))
        |> List.collect (fun (part, _) -> part file analysis)
