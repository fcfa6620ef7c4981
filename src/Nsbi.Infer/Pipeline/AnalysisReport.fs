namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model
open Nsbi.Learn.Networks

/// <summary>The content of the report of a run.</summary>
[<RequireQualifiedAccess>]
module AnalysisReport =

    let private number (x: float) =
        x.ToString("G4", CultureInfo.InvariantCulture)

    let private interval (level: string) (found: LikelihoodIntervals) : ReportInterval = {
        Level = level
        Pieces = [ for i in found.Intervals -> { Low = i.Lower; High = i.Upper } ]
    }

    let private intervals (m: Measurement) = [
        interval "68 %" m.Interval68
        interval "95 %" m.Interval95
    ]

    let private result (interest: string) (label: string) (m: Measurement) : ReportResult = {
        Label = label
        Value = m.Fit[interest].Value
        Lower = defaultArg m.Interval68.Lower nan
        Upper = defaultArg m.Interval68.Upper nan
        Intervals = intervals m
        Significance = m.Significance
    }

    let private curve (label: string) (m: Measurement) : ReportCurve = {
        Label = label
        Values = m.Scan.Points |> List.map _.Value |> List.toArray
        T = m.Scan.Points |> List.map _.T |> List.toArray
    }

    let private fit (run: RunResult) : ReportFit =
        let m = run.Headline
        let found = m.Fit

        let declared = run.Analysis.Parameters |> List.map _.Name |> Set.ofList

        // The factors of the bins of a summary are too many for a table.
        let shown =
            found.Parameters
            |> List.indexed
            |> List.filter (fun (_, p) -> declared.Contains p.Name)

        let free = shown |> List.filter (fun (_, p) -> not p.IsFixed)

        {
            Status = $"{found.Status.Name}: {found.Status.Advice}"
            TwiceNll = found.TwiceNll
            Parameters = [
                for _, p in shown ->
                    let minos = m.Summary.Intervals.TryFind p.Name

                    let offset pick =
                        minos |> Option.bind pick |> Option.defaultValue nan

                    {
                        Name = p.Name
                        Value = p.Value
                        Error = defaultArg p.Error nan
                        MinosLower = offset _.Lower
                        MinosUpper = offset _.Upper
                        Fixed = p.IsFixed
                    }
            ]
            Minima = [
                for minimum in found.Minima ->
                    {
                        Above = minimum.TwiceNll - found.TwiceNll
                        Values = [ for i, _ in shown -> snd minimum.Values[i] ]
                    }
            ]
            CorrelationNames = free |> List.map (fun (_, p) -> p.Name)
            Correlations = [|
                for i, _ in free -> [| for j, _ in free -> found.Correlation[i, j] |]
            |]
        }

    let private training (trained: TrainedNetwork) : ReportTraining =
        let history = trained.Network.History
        let epochs = history.Epochs |> Seq.toArray
        let parts = trained.Name.Split('-')

        let isMember (part: string) =
            part.StartsWith "fold" || part.StartsWith "member"

        {
            Network = parts |> Array.filter (isMember >> not) |> String.concat " "
            Member = parts |> Array.filter isMember |> String.concat ", "
            Training = epochs |> Array.map _.TrainLoss
            Validation = epochs |> Array.map _.ValidationLoss
            BestEpoch = max 0 (Array.FindIndex(epochs, (fun e -> e.Epoch = history.BestEpoch)))
        }

    let private fitted (study: SimulationStudy) : Measured = {
        Value = study.Measurement.Fit[study.Measurement.Interval95.Parameter].Value
        Error = study.ErrorOfFit
    }

    let private paragraphs (run: RunResult) : string list =
        let analysis = run.Analysis

        let samples =
            analysis.Reference
            |> List.map (fun (name, share) -> $"{number share} {name}")
            |> String.concat " + "

        let term (t: MixtureTerm) =
            match t.Scale with
            | Constant 1.0 -> t.Name
            | Parameter p -> $"{p.Name}·{t.Name}"
            | scale -> $"({scale})·{t.Name}"

        let terms = analysis.Terms |> List.map term |> String.concat " + "

        [
            match run.Summary with
            | Some study ->
                $"The result is that of the ratios as summaries: {analysis.Interest} is measured with the template likelihood of the {study.Name}. The unbinned likelihood of the same ratios is given for comparison."
            | None -> ()
            $"The parameter {analysis.Interest} is measured with the unbinned likelihood of density ratios that networks learned from simulated events. Mixture: {terms}. Reference density in proportion to {samples}."
            if analysis.Networks.Folds > 1 then
                $"{analysis.Networks.Folds}-fold cross-fitting, {analysis.Networks.Members} network(s) per fold averaged in the ratio: every event is evaluated by networks that never saw it, and so is every normalisation. Data go to a fold by a hash of their values."
            else
                $"{analysis.Networks.Members} network(s) averaged in the ratio, without cross-fitting: only the held-out share of the simulated events is evaluated, checked and fitted."
            "Expected results are given twice: for the simulated events themselves (external closure; their finite number is the only thing that separates them from the truth), and for the learned Asimov set, which closes by construction and proves no physics. Intervals and significances are asymptotic (Wilks); with interference their coverage has to be established with toys."
            match run.Expected with
            | Some study ->
                $"Simulated events: {analysis.Interest} = {fitted study} where {number study.Truth} is true."

                let list =
                    run.ExpectedSignificances
                    |> List.map (fun (name, z) -> $"{z} ({name})")
                    |> String.concat ", "

                $"Expected significance: {list}. The errors are those of the finite simulation at known yields; what another training would change comes on top."
            | None ->
                "The simulated events cannot be fitted themselves: at the nominal point a coefficient or a weight of theirs is negative. Only the learned Asimov set says what is expected."
            for pair in run.Separation do
                $"Area under the ROC curve of r_{pair.Signal}/r_{pair.Background} with the weights of the events: {pair.Auc}."
            yield! run.Warnings
            yield! analysis.Notes
            yield! Option.toList run.BlindReason
            match run.Preselection with
            | Some cut ->
                $"Preselection: signal over background {cut.Ratio} among the passing events."
            | None -> ()
        ]

    let private provenance (identity: RunIdentity) (run: RunResult) : ReportFact list =
        let fact name value : ReportFact = { Name = name; Value = value }
        let analysis = run.Analysis

        [
            fact "version" identity.Version
            fact "instruction path" identity.InstructionPath
            fact "seed" (string analysis.Seed)
            fact "selection" (defaultArg analysis.Selection "none")
            fact "features" (String.concat "; " analysis.Features)
            fact "networks" (EstimatorSettings.toJson analysis.Networks)
        ]

    /// <summary>What the report of a run shows.</summary>
    let content (identity: RunIdentity) (run: RunResult) : ReportContent =
        let interest = run.Analysis.Interest
        let all = run.Measurements

        {
            Title = run.Analysis.Name
            Abstract = paragraphs run
            Parameter = interest
            Results = all |> List.map (fun (label, m) -> result interest label m)
            Scan =
                Some {
                    Parameter = interest
                    Curves =
                        all
                        |> List.filter (fun (label, _) ->
                            match run.Score with
                            | Some score -> not (label.StartsWith score.Name)
                            | None -> true)
                        |> List.map (fun (label, m) -> curve label m)
                    Intervals = intervals run.Headline
                }
            Fit = Some(fit run)
            Uncertainties = [
                for label, m in all do
                    match m.Split with
                    | Some split -> {
                        Label = label
                        Total = split.Total
                        Statistical = split.Statistical
                        Systematic = split.Systematic
                      }
                    | None -> ()
            ]
            Pulls = [
                for pull in run.Headline.Pulls ->
                    {
                        Name = pull.Name
                        Pull = pull.Pull
                        Constraint = pull.Constraint
                    }
            ]
            Variations = [
                for v in run.Variations ->
                    {
                        Parameter = v.Parameter
                        Process = v.Process
                        Side = v.Side
                        Rate = v.Rate.Value
                        RateError = v.Rate.Error
                        Size = v.Size
                        Error = v.Error
                        EffectiveNominal = v.EffectiveNominal
                        EffectiveVaried = v.EffectiveVaried
                        Renormalisation = v.Renormalisation
                    }
            ]
            Statements =
                run.Intervals |> Option.map IntervalStatements.table |> Option.defaultValue []
            StatementNotes =
                run.Intervals |> Option.map IntervalStatements.notes |> Option.defaultValue []
            Pictures =
                run.Intervals
                |> Option.map IntervalStatements.pictures
                |> Option.defaultValue []
            VariationNote = VariationSummary.implication run.Variations |> Option.defaultValue ""
            Sensitivity = run.Sensitivity
            Pages =
                DiagnosticsPages.ofRun run
                @ (run.Ensemble |> Option.map EnsemblePages.ofStudy |> Option.toList)
                @ (run.Goodness |> Option.map GoodnessPages.ofStudy |> Option.toList)
                @ CalibrationPage.calibration run
                @ CalibrationPage.summary run
            Checks = run.Checks
            Ratios = run.Ratios
            Training = run.Networks |> List.map training
            Provenance = provenance identity run
            Files = [ for name, hash in run.Files -> ({ Name = name; Value = hash }: ReportFact) ]
        }
