namespace Nsbi.Infer

open System
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Model
open Nsbi.Learn.Networks

/// <summary>The checks of a learned model: do its ratios describe the densities they stand for?</summary>
[<NoComparison; ReferenceEquality>]
type AnalysisChecks = {
    /// All checks, in the order of the table.
    Checks: Check list
    /// Calibration, closure and tails of each ratio.
    Ratios: RatioDiagnostics list
}

/// <summary>Makes the checks.</summary>
[<RequireQualifiedAccess>]
module AnalysisChecks =

    let private rows (mask: bool[]) =
        [| 0 .. mask.Length - 1 |] |> Array.filter (fun i -> mask[i])

    let private rowsOf (learned: LearnedModel) (role: Role) =
        rows (learned.Roles |> Array.map (fun r -> r = role))

    let private pick (rows: int[]) (values: 'a[]) = rows |> Array.map (fun i -> values[i])

    /// The features as columns, before any scaling inside the networks; NaN where they are missing.
    let internal features (fitted: FittedFeatures) (table: EventTable) : (string * float[]) list =
        match FittedFeatures.apply fitted table with
        | Ok matrix ->
            fitted.Features
            |> List.mapi (fun j feature ->
                feature.Name, FittedFeatures.column j fitted table matrix)
        | Error faults -> invalidOp (Fault.render faults)

    /// Calibration, closure, normalisation and tails of the ratio of sample k on the held events.
    let private ratio (learned: LearnedModel) held (reference: float[]) features (k: int) =
        let weights = EventTable.weights learned.Simulated.Events

        let target =
            held
            |> Array.map (fun i -> if learned.Simulated.Sample[i] = k then weights[i] else 0.0)

        let sample =
            RatioSample.create (pick held reference) target (pick held learned.Ratios[k])

        RatioDiagnostics.run learned.Analysis.Limits learned.Simulated.Samples[k] sample features

    /// E_ref[r_k] on the check events; its error includes that of the normalisation.
    let private normalisation
        (learned: LearnedModel)
        (records: NormalisationRecord list)
        (k: int)
        : Check =
        let limits = learned.Analysis.Limits

        let weights =
            LearnedModel.positive learned.Analysis.NegativeWeights learned.Simulated

        let mean role =
            let rows = rowsOf learned role

            Normalisation.mean
                learned.Mixture
                (pick rows learned.Simulated.Sample)
                (pick rows weights)
                (pick rows learned.Ratios[k])

        let check, own = mean Role.Check, mean Role.Normalisation
        let error = sqrt (check.Error * check.Error + own.Error * own.Error)
        let name = learned.Simulated.Samples[k]
        let own = records |> List.filter (fun record -> record.Class = name)
        let before = own |> List.averageBy (fun record -> record.Before.Value)
        let train = own |> List.averageBy (fun record -> record.Train.Value)

        Check.create
            $"normalisation of {name}"
            (CheckRule.Near 1.0)
            (min limits.Normalisation (limits.Sigmas * error))
            check.Value
            error
            (FormattableString.Invariant
                $"E_ref[r] = {check.Value:F4} ± {error:F4} on events used neither for training nor for the normalisation. Before it, {before:F4} on the events of the normalisation and {train:F4} on those of the training (means over the folds).")
            $"Where it is not one, every expected number of {name} events is off by this factor."

    /// E_B[r_S/r_B] for each S whose rate depends on the parameter of interest and each B whose does
    /// not, over all events of B: each was evaluated by networks that never saw it.
    let private implied (learned: LearnedModel) : Check list =
        let analysis = learned.Analysis

        let depends (term: MixtureTerm) =
            Coefficient.parameters term.Scale
            |> List.exists (fun p -> p.Name = analysis.Interest)

        let place name =
            Array.IndexOf(learned.Simulated.Samples, name)

        let signals, backgrounds = analysis.Terms |> List.partition depends
        let weights = EventTable.weights learned.Simulated.Events

        [
            for b in backgrounds do
                let rows =
                    rows (learned.Simulated.Sample |> Array.map (fun k -> k = place b.Sample))

                for s in signals do
                    let names = s.Sample, b.Sample
                    let numerator = pick rows learned.Ratios[place s.Sample]
                    let denominator = pick rows learned.Ratios[place b.Sample]

                    let check, mean =
                        ImpliedRatioCheck.run
                            analysis.Limits
                            names
                            (pick rows weights)
                            numerator
                            denominator

                    check
                    ImpliedRatioCheck.carried analysis.Limits names mean
        ]

    /// <summary>Whether the fit to the simulated events finds the truth: within its Monte Carlo error,
    /// and within the limit.</summary>
    let closure (limits: CheckLimits) (interest: string) (study: SimulationStudy) : Check list =
        // A fit that ended at a bound has no error: then one step without bounds is judged.
        let atBound = Double.IsNaN study.ErrorOfFit

        let value, error =
            if atBound then
                study.OneStep.Value, study.OneStep.Error
            else
                study.Measurement.Fit[interest].Value, study.ErrorOfFit

        let pull = (value - study.Truth) / error

        let what =
            if atBound then
                "The fit to the simulated events ended at a bound; one step from the truth without bounds"
            else
                "The fit to the simulated events"

        let finding =
            FormattableString.Invariant
                $"{what} gives {interest} = {value:F4} ± {error:F4} (finite simulation) where {study.Truth:G4} is true."

        let meaning = "Beyond the limit the learned ratios bias the result."

        [
            Check.create
                $"closure of {interest} in Monte Carlo errors"
                (CheckRule.Near 0.0)
                limits.ClosureSigmas
                pull
                1.0
                finding
                meaning
            Check.create
                $"closure of {interest}"
                (CheckRule.Near study.Truth)
                limits.Closure
                value
                error
                finding
                meaning
        ]

    /// <summary>Whether the binned score is as sensitive as the unbinned ratios, within the error of the
    /// finite simulation: a network that claims more than its score carries is overconfident.</summary>
    let score (limits: CheckLimits) (study: SimulationStudy) (twin: BinnedTwin) : Check =
        let unbinned, binned = study.Significance, twin.Expected.Significance
        let limit = unbinned.Error + limits.ScoreTolerance * unbinned.Value

        Check.create
            "significance of the binned score"
            (CheckRule.Near unbinned.Value)
            limit
            binned
            unbinned.Error
            (FormattableString.Invariant
                $"Expected significance {unbinned.Value:F3} ± {unbinned.Error:F3} unbinned and {binned:F3} with the {twin.Name}, whose templates come from the simulated events.")
            "Where the unbinned one is larger by more, the ratios promise more than they keep."

    /// <summary>Whether every training came to its end with finite losses.</summary>
    let training (networks: TrainedNetwork list) : Check =
        let diverged =
            networks
            |> List.filter (fun n -> n.Network.History.Ending = TrainingEnding.Diverged)
            |> List.map _.Name

        let names = String.Join(", ", diverged)

        Check.create
            "diverged trainings"
            CheckRule.AtMost
            0.0
            (float diverged.Length)
            nan
            (if diverged.IsEmpty then
                 $"All {networks.Length} trainings ended with finite losses."
             else
                 $"These did not: {names}.")
            "A network that diverged keeps the weights of its best epoch before, and may have learned nothing: lower the learning rate, or look at the tails of the features."

    /// <summary>The limits where nothing holds Σ_c w_c r_c = 1 together: ten times that of the norm.</summary>
    let looseIdentity (limits: CheckLimits) : CheckLimits = {
        limits with
            Identity = 10.0 * limits.Normalisation
    }

    // The one of the ratio diagnostics knows nothing of the error of the normalisation itself.
    let private isNormalisation (check: Check) =
        check.Name.StartsWith "normalisation of "

    /// <summary>The checks of the ratios themselves.</summary>
    /// <param name="learned">the learned model</param>
    /// <param name="estimator">for its head</param>
    /// <param name="fitted">the features</param>
    let ratios
        (learned: LearnedModel)
        (estimator: RatioEstimator)
        (fitted: FittedFeatures)
        : AnalysisChecks =
        let limits = learned.Analysis.Limits
        let held = rowsOf learned Role.Check
        let reference = LearnedModel.referenceWeights learned
        let features = features fitted (EventTable.take held learned.Simulated.Events)
        let samples = learned.Simulated.Samples

        let diagnostics =
            [ 0 .. samples.Length - 1 ] |> List.map (ratio learned held reference features)

        // With separate networks, and after a calibration of each class by itself, nothing holds the
        // identity together: the limit is that of the norm.
        let isHeld =
            match estimator.Calibration with
            | Some calibration -> calibration.Settings.Renormalise
            | None -> estimator.Settings.Head = Head.Softmax

        let identityLimits = if isHeld then limits else looseIdentity limits

        let identity =
            MixtureIdentityCheck.run
                identityLimits
                learned.Mixture
                (learned.Ratios |> Array.map (pick held))

        {
            Checks =
                ([ 0 .. samples.Length - 1 ]
                 |> List.map (normalisation learned estimator.Normalisation))
                @ (diagnostics |> List.collect _.Checks |> List.filter (isNormalisation >> not))
                @ [ identity ]
                @ implied learned
            Ratios = diagnostics
        }
