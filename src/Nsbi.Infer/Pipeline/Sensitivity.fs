namespace Nsbi.Infer

open Nsbi.Learn.Events

/// <summary>Where in phase space the parameter of interest is measured.</summary>
[<RequireQualifiedAccess>]
module Sensitivity =

    let private bins = 20

    /// <summary>The share of the Fisher information Σ v_i (∂_μ ln D_i)² of the parameter of interest, and
    /// of the expected events, in 20 bins of each column between its 0.5 and 99.5 % quantiles; the
    /// outer bins hold what lies beyond.</summary>
    /// <param name="learned">the events and the model</param>
    /// <param name="weights">v_i of the simulated events at the nominal point</param>
    /// <param name="codes">the numbers that stand for missing values, by column: such events are
    /// left out of its shares, which then add up to less than one</param>
    /// <param name="columns">which columns of the events</param>
    let byColumn
        (learned: LearnedModel)
        (weights: float[])
        (codes: Map<string, float>)
        (columns: string list)
        : ReportSensitivity list =
        let d, gradient = LearnedModel.density learned learned.Model.Initial
        let score = gradient[learned.Model.Index[learned.Analysis.Interest]]
        let information = Array.map3 (fun v g d -> v * (g / d) * (g / d)) weights score d
        let total, expected = Array.sum information, Array.sum weights

        [
            for column in columns do
                let all = EventTable.values column learned.Simulated.Events
                let code = codes.TryFind column

                let rows = [| 0 .. all.Length - 1 |] |> Array.filter (fun i -> Some all[i] <> code)

                let pick (items: float[]) = rows |> Array.map (fun i -> items[i])
                let values, expectedHere = pick all, pick weights

                let limits =
                    if Array.sum expectedHere > 0.0 then
                        WeightedQuantile.compute [| 0.005; 0.995 |] values expectedHere
                    else
                        [| 0.0; 0.0 |]

                if limits[1] > limits[0] then
                    let edges = WeightedHistogram.equalWidth bins limits[0] limits[1]
                    let inside = values |> Array.map (fun x -> max limits[0] (min limits[1] x))

                    let share w sum =
                        (WeightedHistogram.fill edges inside (pick w)).Contents
                        |> Array.map (fun c -> c / sum)

                    {
                        Feature = column
                        Edges = edges
                        Information = share information total
                        Events = share weights expected
                    }
        ]
