namespace Nsbi.Infer

open System
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// <summary>The checks of learned variations: is r± the density of the varied events over that of the
/// nominal ones?</summary>
[<RequireQualifiedAccess>]
module VariationChecks =

    let private pick (rows: int[]) (values: 'a[]) = rows |> Array.map (fun i -> values[i])

    let private where (condition: int -> bool) (count: int) =
        [| 0 .. count - 1 |] |> Array.filter condition

    /// The nominal events of the sample with a role.
    let private nominal (learned: LearnedModel) (variation: LearnedVariation) role =
        learned.Roles.Length
        |> where (fun i ->
            learned.Simulated.Sample[i] = variation.Sample && learned.Roles[i] = role)

    let private joined (a: (string * float[]) list) (b: (string * float[]) list) =
        List.map2 (fun (name, x) (_, y) -> name, Array.append x y) a b

    /// Nominal and varied check events with their ratios, and their features.
    let private sample
        (learned: LearnedModel)
        (fitted: FittedFeatures)
        (variation: LearnedVariation)
        (ratios: float[])
        (varied: VariedRatios)
        =
        let rows = nominal learned variation Role.Check
        let own = varied.Roles.Length |> where (fun i -> varied.Roles[i] = Role.Check)

        let reference =
            LearnedModel.positive learned.Analysis.NegativeWeights learned.Simulated
            |> pick rows

        let target = EventTable.weights varied.Events.Events |> pick own

        let features =
            AnalysisChecks.features fitted (EventTable.take rows learned.Simulated.Events)

        if variation.Reweighted then
            RatioSample.create reference target (pick rows ratios), features
        else
            let others =
                AnalysisChecks.features fitted (EventTable.take own varied.Events.Events)

            RatioSample.ofTwo (reference, pick rows ratios) (target, pick own varied.Own),
            joined features others

    /// E[r±] over the nominal check events; its error includes that of the normalisation.
    let private normalisation (learned: LearnedModel) (variation: LearnedVariation) name ratios =
        let limits = learned.Analysis.Limits

        let weights =
            LearnedModel.positive learned.Analysis.NegativeWeights learned.Simulated

        let mean role =
            let rows = nominal learned variation role
            WeightedMean.compute (pick rows ratios) (pick rows weights)

        let check, own = mean Role.Check, mean Role.Normalisation

        let squares =
            check.StandardError * check.StandardError
            + own.StandardError * own.StandardError

        let error = sqrt squares

        Check.create
            $"normalisation of {name}"
            (CheckRule.Near 1.0)
            (min limits.Normalisation (limits.Sigmas * error + 0.1 * limits.Normalisation))
            check.Value
            error
            (FormattableString.Invariant
                $"E[r] over the nominal density is {check.Value:F4} ± {error:F4} on events used neither for training nor for the normalisation.")
            "Where it is not one, the variation changes the expected events by more than its rate says, unless the model renormalises it."

    /// The interpolation between the learned anchors, over events and values of the parameter.
    let private positivity (learned: LearnedModel) (variation: LearnedVariation) =
        let parameter = variation.Plan.Parameter.Name

        let found =
            learned.Likelihood.NegativeInterpolants
            |> List.filter (fun n ->
                n.Parameter = parameter && List.contains n.Process variation.Plan.Processes)

        let events = found |> List.sumBy _.Events

        Check.create
            $"positivity of {parameter} of {variation.Plan.Sample}"
            CheckRule.AtMost
            0.0
            (float events)
            nan
            (match found with
             | [] ->
                 "The interpolated factor is positive for every event and within three standard deviations."
             | first :: _ -> string first)
            "A density cannot be negative: choose the code log4p."

    let private isNormalisation (check: Check) =
        check.Name.StartsWith "normalisation of "

    let private side learned fitted (variation: LearnedVariation) (side, (ratios, varied)) =
        let name = $"{variation.Plan.Parameter.Name} {side} of {variation.Plan.Sample}"
        let sample, features = sample learned fitted variation ratios varied
        let diagnostics = RatioDiagnostics.run learned.Analysis.Limits name sample features

        {
            diagnostics with
                Checks =
                    normalisation learned variation name ratios
                    :: (diagnostics.Checks |> List.filter (isNormalisation >> not))
        }

    /// <summary>The checks of all variations whose densities were learned.</summary>
    /// <param name="learned">the learned model</param>
    /// <param name="fitted">the features</param>
    /// <returns>all checks, and the diagnostics of each ratio</returns>
    let run (learned: LearnedModel) (fitted: FittedFeatures) : AnalysisChecks =
        let shapes = learned.Variations |> List.filter _.Plan.HasShape

        let diagnostics =
            shapes
            |> List.collect (fun variation ->
                Sides.zip variation.Simulated variation.Varied
                |> Sides.named
                |> List.map (side learned fitted variation))

        {
            Checks =
                (diagnostics |> List.collect _.Checks)
                @ (shapes |> List.map (positivity learned))
            Ratios = diagnostics
        }
