/// The interference toy with simulated events and exact ratios in place of learned ones.
module Nsbi.Infer.Tests.ExactModel

open System.Text.Json.Nodes
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses

/// A learned model whose networks learned all there is, of 5,000 events per sample.
let exact (change: JsonNode -> JsonNode) : LearnedModel =
    let smaller =
        (json interference, [ 0..3 ])
        ||> List.fold (fun root i -> set $"samples/{i}/events" "5000" root)

    let analysis = smaller |> change |> parse |> succeed
    let events = AnalysisEvents.read "." analysis |> succeed
    let simulated = events.Simulated
    let mixture = InterferenceToy.reference |> List.map snd |> List.toArray

    let ratios (table: EventTable) =
        let x = EventTable.values "x" table

        InterferenceToy.sampled
        |> List.map (fun p -> x |> Array.map (InterferenceToy.ratio InterferenceToy.reference p))
        |> List.toArray

    let observed = events.Observed.Value

    LearnedModel.ofRatios
        analysis
        mixture
        simulated
        (ratios simulated.Events)
        (Array.create simulated.Sample.Length Role.Check)
        (Some(observed, ratios observed))
        []
        None
    |> succeed

/// With the settings of the analysis as they are.
let standard: Lazy<LearnedModel> = lazy (exact id)

/// The score ∂_μ ln D(x; 1) of the toy itself.
let score (x: float) : float =
    let rate p =
        InterferenceToy.expected p * InterferenceToy.density p x

    (rate Signal + 0.5 * rate Interference) / InterferenceToy.rateDensity 1.0 x
