namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Model

/// What is wrong with the systematics of an analysis in themselves.
[<RequireQualifiedAccess>]
module internal SystematicFaults =

    let private at file path problem remedy =
        Fault.create file problem remedy |> Fault.inJson file path

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private unknown file path problem name known =
        {
            Fault.unknown file problem name known with
                Column = None
        }
        |> Fault.inJson file path
        |> Fault.withValue name

    let private keyOf variation =
        match variation with
        | RateFactors _ -> "rates"
        | VariedSamples _ -> "samples"
        | VariedWeights _ -> "weights"

    let private parameter file (analysis: Analysis) path (systematic: Systematic) = [
        let nuisances = analysis.Parameters |> List.filter (fun p -> p.Role = Nuisance)

        match nuisances |> List.tryFind (fun p -> p.Name = systematic.Parameter) with
        | None ->
            unknown
                file
                $"{path}.parameter"
                "there is no such nuisance parameter"
                systematic.Parameter
                (nuisances |> List.map _.Name)
        | Some p when p.Initial <> 0.0 ->
            at
                file
                $"{path}.parameter"
                "the simulated events are those at 0, and the parameter starts elsewhere"
                "let it start at 0"
            |> Fault.withValue (number p.Initial)
        | Some _ -> ()
    ]

    let private expression file path text = [
        match Feature.parse text with
        | Error fault -> fault |> Fault.inJson file path
        | Ok feature when not feature.Transforms.IsEmpty ->
            at file path "a weight is an expression without transforms" "leave them out"
            |> Fault.withValue text
        | Ok _ -> ()
    ]

    let private oneSided file path (systematic: Systematic) (sides: Sides<'a>) = [
        match sides.Down, systematic.Symmetrisation with
        | None, None ->
            at
                file
                path
                "it has no \"down\""
                "give it, or say under \"symmetrised\" how it follows: \"mirrored ratio\", \
                 \"mirrored difference\" or \"one-sided\""
        | Some _, Some _ ->
            at
                file
                path
                "\"down\" is given, and \"symmetrised\" says that it follows from \"up\""
                "leave one of them out"
        | _ -> ()
    ]

    let private variation file analysis sampleFaults path systematic (name, variation) = [
        let path = $"{path}.{keyOf variation}.{name}"
        let terms = (analysis: Analysis).Terms |> List.map _.Name

        if not (List.contains name terms) then
            unknown file path "there is no such process" name terms

        match variation with
        | RateFactors(low, high) ->
            for factor in [ low; high ] do
                if not (Double.IsFinite factor && factor > 0.0) then
                    at file path "the factor of a rate is not positive" "give one above 0"
                    |> Fault.withValue (number factor)
        | VariedSamples sides ->
            yield! oneSided file path systematic sides

            for side, sample in Sides.named sides do
                yield! sampleFaults $"{path}.{side}" sample
        | VariedWeights sides ->
            yield! oneSided file path systematic sides

            for side, text in Sides.named sides do
                yield! expression file $"{path}.{side}" text
    ]

    let private repeated file (analysis: Analysis) = [
        let events = [
            for systematic in analysis.Systematics do
                for name, variation in systematic.Variations do
                    match variation with
                    | RateFactors _ -> ()
                    | _ -> systematic.Parameter, name
        ]

        for (parameter, name), count in List.countBy id events do
            if count > 1 then
                at
                    file
                    "$.systematics"
                    $"the parameter '{parameter}' varies the events of '{name}' more than once"
                    "give one of \"samples\" and \"weights\", in one place"
    ]

    /// <summary>Every fault of the systematics.</summary>
    /// <param name="file">how faults name the file</param>
    /// <param name="sampleFaults">the faults of a sample at a path</param>
    /// <param name="analysis">as it was read</param>
    let find
        (file: string)
        (sampleFaults: string -> Sample -> Fault list)
        (analysis: Analysis)
        : Fault list = [
        for i, systematic in List.indexed analysis.Systematics do
            let path = $"$.systematics[{i}]"
            yield! parameter file analysis path systematic

            if systematic.Variations.IsEmpty then
                at
                    file
                    path
                    "it does nothing"
                    "give \"rates\", \"samples\" or \"weights\" of a process"

            for variation' in systematic.Variations do
                yield! variation file analysis sampleFaults path systematic variation'
        yield! repeated file analysis
    ]
