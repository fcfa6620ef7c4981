namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>The varied events of one sample under one nuisance parameter: what two networks are
/// trained for, shared by all processes that are drawn from the sample and vary in the same
/// way.</summary>
type VariationPlan = {
    /// Unique in the analysis; letters, digits and '-', '_', '.'.
    Name: string
    /// The nuisance parameter.
    Parameter: Parameter
    /// The nominal sample.
    Sample: string
    /// The processes, in the order of the mixture.
    Processes: string list
    /// Where the varied events come from.
    Source: ProcessVariation
    /// Of which parameter and with which options.
    Systematic: Systematic
} with

    /// Whether its expected events are taken.
    member this.HasRate: bool = this.Systematic.Effect <> ShapeOnly

    /// Whether networks learn its densities.
    member this.HasShape: bool = this.Systematic.Effect <> RateOnly

/// <summary>From systematics to the list of what has to be read and trained.</summary>
[<RequireQualifiedAccess>]
module VariationPlan =

    let private clean (text: string) =
        text |> String.map (fun c -> if Char.IsAsciiLetterOrDigit c then c else '_')

    /// Names that differ, made of parameter and process.
    let private named (plans: VariationPlan list) =
        plans
        |> List.map (fun plan ->
            let name = clean plan.Parameter.Name + "-" + clean plan.Processes.Head
            { plan with Name = name })
        |> fun named ->
            named
            |> List.mapi (fun i plan ->
                if named |> List.filter (fun p -> p.Name = plan.Name) |> List.length = 1 then
                    plan
                else
                    {
                        plan with
                            Name = $"{plan.Name}-{i + 1}"
                    })

    /// What varied events are, without what they are called.
    let private nameless (source: ProcessVariation) : ProcessVariation =
        match source with
        | VariedSamples sides ->
            sides |> Sides.map (fun sample -> { sample with Name = "" }) |> VariedSamples
        | RateFactors _
        | VariedWeights _ -> source

    /// <summary>Every variation by events of an analysis, in its order.</summary>
    /// <param name="analysis">checked before</param>
    let ofAnalysis (analysis: Analysis) : VariationPlan list =
        [
            for systematic in analysis.Systematics do
                let parameter =
                    analysis.Parameters |> List.find (fun p -> p.Name = systematic.Parameter)

                let terms = [
                    for term in analysis.Terms do
                        for name, source in systematic.Variations do
                            match source with
                            | VariedSamples _
                            | VariedWeights _ when name = term.Name -> term, source
                            | _ -> ()
                ]

                for (sample, _), same in
                    terms |> List.groupBy (fun (term, source) -> term.Sample, nameless source) do
                    {
                        Name = ""
                        Parameter = parameter
                        Sample = sample
                        Processes = same |> List.map (fun (term, _) -> term.Name)
                        Source = snd same.Head
                        Systematic = systematic
                    }
        ]
        |> named
