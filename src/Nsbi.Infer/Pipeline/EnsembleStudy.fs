namespace Nsbi.Infer

open System
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks

// Axes: replica j, member m.

/// <summary>What an ensemble does to the fitted parameter of interest, of one set of events that are given
/// the ratios of each estimator in turn.</summary>
[<NoComparison>]
type EnsemblePoint = {
    /// The value of the parameter of interest that the events were made with; NaN for data.
    Value: float
    /// What the fit finds with the ratios of the analysis itself.
    Fitted: float
    /// What it finds with those of each estimator and each average; NaN where it did not succeed.
    Refits: EnsembleValues<float>
    /// Summary of these.
    Summary: EnsembleSummary
    /// <summary>Fitted value and shift by the linear formula (<c>RatioShift</c>) in place of fits; none for
    /// data, and where the fit has no error to be linear in.</summary>
    Linear: EnsembleSummary option
    /// What the linear formula gives for each estimator and average.
    LinearFits: EnsembleValues<float> option
}

/// <summary>How sure the networks of an analysis are: trained again on bootstraps of the simulated events,
/// with what that does to the parameter of interest.</summary>
[<NoComparison; ReferenceEquality>]
type EnsembleStudy = {
    /// What was asked for.
    Plan: EnsembleStudyPlan
    /// The parameter of interest.
    Interest: string
    /// Networks that were trained for it.
    Networks: TrainedNetwork list
    /// The learned Asimov set at the nominal value, then at the others.
    Points: EnsemblePoint list
    /// The data; none without, or where they stay blind.
    Observed: EnsemblePoint option
    /// <summary>The error of the headline's fit in parts, where the networks have a nuisance parameter in
    /// it, and what was fitted.</summary>
    Breakdown: (string * UncertaintyBreakdown) option
    /// Values at which the learned Asimov set could not be made, and why.
    Skipped: (float * string) list
} with

    /// The learned Asimov set at the nominal value.
    member this.Nominal: EnsemblePoint = this.Points.Head

    /// <summary>σ(μ) at the values of the parameter of interest, ascending.</summary>
    member this.Table: (float * Measured) list =
        this.Points
        |> List.map (fun point -> point.Value, point.Summary.Sigma)
        |> List.sortBy fst

    /// What a person should know of it.
    member this.Warnings: string list = [
        let summary = this.Nominal.Summary

        if not summary.HasSimulation then
            "The ensemble tells the noise of training alone: without bootstraps of the simulated events the uncertainty of their finite number is not in it."

        match summary.Scaling with
        | Some scaling when scaling.Exponent > EnsembleSelfCheck.limit ->
            let sigma = summary.DoubleBootstrap |> Option.map _.Value |> Option.defaultValue nan

            FormattableString.Invariant
                $"The double bootstrap, {sigma:G3}, falls as M to the power of −{scaling.Exponent:F2} with the number of networks while the simulated events stay the same: it misses the uncertainty of their finite number and is shown for comparison only."
        | _ -> ()

        match summary.NestedScaling with
        | Some scaling when scaling.Exponent - max 0.0 scaling.Error > EnsembleSelfCheck.limit ->
            FormattableString.Invariant
                $"The nested bootstrap falls as M to the power of −{scaling.Exponent:F2}: the noise of training hides what the finite simulation does. Train more members or longer."
        | _ -> ()

        let failed =
            Option.toList this.Observed @ this.Points |> List.sumBy _.Summary.Failed

        if failed > 0 then
            $"{failed} fits with ratios of the ensemble did not succeed and are left out."

        for value, reason in this.Skipped do
            FormattableString.Invariant
                $"At {this.Interest} = {value:G4} the uncertainty of the networks was not found: {reason}"
    ]
