namespace Nsbi.Infer

open System.IO
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Model

/// <summary>Reading <c>analysis.json</c>: every fault at once, with its JSON path.</summary>
[<RequireQualifiedAccess>]
module AnalysisFile =

    /// The version that is read and written.
    [<Literal>]
    let Version = 1

    let private negativePolicies = [
        "refuse", NegativeWeights.Refuse
        "drop", NegativeWeights.Drop
        "absolute", NegativeWeights.AbsoluteValue
    ]

    /// The analysis, with defaults where a key cannot be read, and the names of those keys.
    let private root file (faults: FaultLog) (reader: JsonReader) (place: JsonPlace) =
        let wanted = [
            "nsbi-analysis"
            "name"
            "samples"
            "features"
            "reference"
            "parameters"
            "terms"
        ]

        let others = [
            "seed"
            "blind"
            "selection"
            "missing"
            "negativeWeights"
            "networks"
            "calibration"
            "summary"
            "preselection"
            "systematics"
            "interest"
            "null"
            "data"
            "conventional"
            "intervals"
            "ensemble"
            "goodness"
            "diagnostics"
            "limits"
            "notes"
        ]

        reader.Object(place, wanted, others)
        |> Option.map (fun key ->
            let unread = ResizeArray<string>()

            let noted name (fallback: 'a) (found: 'a option) : 'a =
                if found.IsNone then
                    unread.Add name

                found |> Option.defaultValue fallback

            let required name (fallback: 'a) read : 'a =
                key name |> Option.bind read |> noted name fallback

            let optional name (fallback: 'a) read : 'a =
                AnalysisParts.optional key name fallback read |> noted name fallback

            let some = AnalysisParts.some

            match key "nsbi-analysis" |> Option.bind reader.Number with
            | Some found when found <> float Version ->
                reader.Report(
                    $"{place.Path}.nsbi-analysis",
                    $"the version is {found}",
                    $"this program reads version {Version}"
                )
            | _ -> ()

            let before = reader.Faults.Length

            let parameters, lookup =
                required "parameters" [] reader.List
                |> List.map SystematicParts.parameter
                |> ModelReader.parameters reader

            if reader.Faults.Length > before then
                unread.Add "parameters"

            let seed = optional "seed" 1UL (AnalysisParts.seed reader)

            let networks =
                optional
                    "networks"
                    EstimatorSettings.standard
                    (AnalysisParts.settings file faults EstimatorSettings.ofJson)

            let first =
                parameters
                |> List.tryFind (fun p -> p.Role = PointOfInterest)
                |> Option.map _.Name
                |> Option.defaultValue ""

            let texts place = reader.ListOf(place, reader.Text)

            let analysis = {
                Name = required "name" "" reader.Text
                Seed = seed
                Blind = optional "blind" true reader.Truth
                Samples =
                    required "samples" [] (fun p -> reader.ListOf(p, AnalysisParts.sample reader))
                Selection = optional "selection" None (some reader.Text)
                Features = required "features" [] texts
                Missing = optional "missing" None (some reader.Number)
                Reference = required "reference" [] (AnalysisParts.shares reader)
                NegativeWeights =
                    optional "negativeWeights" NegativeWeights.Refuse (fun p ->
                        reader.OneOf(p, negativePolicies))
                Networks = { networks with Seed = seed }
                Calibration = optional "calibration" None (SummaryParts.calibration reader)
                Summary = optional "summary" None (some (SummaryParts.read reader))
                Preselection =
                    optional
                        "preselection"
                        None
                        (some (AnalysisParts.preselection file faults reader))
                Parameters = parameters
                Terms =
                    required "terms" [] (fun p ->
                        reader.ListOf(p, AnalysisParts.term reader lookup))
                Systematics =
                    optional "systematics" [] (fun p ->
                        reader.ListOf(p, SystematicParts.read file faults reader))
                Interest = optional "interest" first reader.Text
                Null = optional "null" 0.0 reader.Number
                Data = optional "data" None (some (AnalysisParts.data reader))
                Conventional =
                    optional "conventional" None (some (AnalysisParts.conventional reader))
                Intervals = optional "intervals" IntervalPlan.none (IntervalParts.read reader)
                Ensemble = optional "ensemble" None (some (EnsembleParts.read reader))
                Goodness = optional "goodness" None (some (GoodnessParts.read reader))
                Diagnostics =
                    optional "diagnostics" DiagnosticsPlan.standard (DiagnosticsParts.read reader)
                Limits = optional "limits" CheckLimits.standard (AnalysisParts.limits reader)
                Notes = optional "notes" [] texts
            }

            analysis, List.ofSeq unread)

    /// <summary>An analysis from its JSON text.</summary>
    /// <param name="file">how faults should name the file</param>
    /// <param name="json">the text</param>
    /// <returns>the analysis, checked in itself (names, expressions, ranges) but without a look at
    /// its event files; or every fault</returns>
    let parse (file: string) (json: string) : Result<Analysis, Fault list> =
        PlanFile.parse file json (root file) (fun (analysis, unread) ->
            analysis, AnalysisFaults.find file unread analysis)

    /// <summary>An analysis from a file.</summary>
    /// <returns>or every fault, of the file itself among them</returns>
    let read (path: string) : Result<Analysis, Fault list> = PlanFile.read path parse
