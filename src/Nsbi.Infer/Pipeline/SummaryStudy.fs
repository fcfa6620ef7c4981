namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks
open Nsbi.Model

// Axes: event i, sample k, bin b.

/// <summary>The measurement with the learned ratios as fixed summaries: a template likelihood of their
/// bins, made of events that no network which evaluates them has seen. Whatever the networks learned,
/// templates and data are treated alike, so that an imperfect network costs precision and brings no
/// bias.</summary>
/// <remarks>Source: Cranmer, Pavez, Louppe, arXiv:1506.02169, section 2: the density of a classifier's
/// output.</remarks>
[<NoComparison; ReferenceEquality>]
type SummaryStudy = {
    /// The summaries and their bins in words.
    Name: string
    /// The bins.
    Binning: SummaryBinning
    /// The model of the bins with the factors of the finite simulation, compiled.
    Likelihood: CompiledLikelihood
    /// The fit to the expectation at the nominal point.
    Expected: Measurement
    /// The fit to the data; none without data, or where they stay blind.
    Observed: Measurement option
    /// What was observed; none likewise.
    Observation: Observation option
    /// Templates of one half of the simulated events against the other; none where there are too few.
    Closure: SummaryClosure option
    /// Whether the templates can be believed.
    Checks: Check list
} with

    /// The measurement that answers the question.
    member this.Headline: Measurement = defaultArg this.Observed this.Expected

    /// The number of bins.
    member this.Bins: int = SummaryBinning.count this.Binning

/// <summary>Makes measurements with summaries.</summary>
[<RequireQualifiedAccess>]
module SummaryStudy =

    let private valuesOf (learned: LearnedModel) (plan: SummaryPlan) (ratios: float[][]) =
        plan.Axes
        |> List.map (fun axis -> SummaryValues.make learned axis.Variable ratios)
        |> List.toArray

    let private binsOf learned plan binning (ratios: float[][]) : float[] =
        SummaryBinning.binsOf binning (valuesOf learned plan ratios) |> Array.map float

    let private edges (count: int) =
        Array.init (count + 1) (fun b -> float b - 0.5)

    let private nameOf (plan: SummaryPlan) (count: int) =
        let variables =
            plan.Axes
            |> List.map (fun axis -> SummaryPlan.name axis.Variable)
            |> String.concat ", "

        $"{variables} in {count} bins"

    /// The weights at the nominal and at the null value, or those of the reference where they are none.
    let private contents (learned: LearnedModel) =
        let absent = LearnedModel.pointAt learned learned.Analysis.Null
        let usable = Option.filter (fun w -> Array.sum w > 0.0)

        match
            LearnedModel.simulationWeights learned learned.Model.Initial |> usable,
            LearnedModel.simulationWeights learned absent |> usable
        with
        | Some nominal, Some absent -> nominal, absent
        | Some weights, None
        | None, Some weights -> weights, weights
        | None, None ->
            let weights = LearnedModel.referenceWeights learned
            weights, weights

    /// Pulls and such of the parameters of the analysis: those of the templates' bins are too many.
    let private declared (analysis: Analysis) (m: Measurement) : Measurement =
        let names = analysis.Parameters |> List.map _.Name |> Set.ofList

        {
            m with
                Pulls = m.Pulls |> List.filter (fun pull -> names.Contains pull.Name)
        }

    let private measure settings (analysis: Analysis) name title observation =
        Measurement.make settings title analysis.Interest analysis.Null observation
        |> Result.map (declared analysis)
        |> Result.mapError (fun fit -> [ $"{name}: {fit.Status.Advice}" ])

    let private sentences name result =
        Result.mapError (List.map (fun (e: ModelError) -> $"{name}: {e}")) result

    let private closureCheck (limits: CheckLimits) interest (closure: SummaryClosure) : Check =
        let found = closure.Value

        Check.create
            $"closure of {interest} by the summary in Monte Carlo errors"
            (CheckRule.Near 0.0)
            limits.ClosureSigmas
            ((found.Value - closure.Truth) / found.Error)
            1.0
            (FormattableString.Invariant
                $"Templates of one half of the simulated events find {interest} = {found.Value:F4} ± {found.Error:F4} (finite simulation of both halves) in the other half, where {closure.Truth:G4} is true.")
            "Beyond the limit the halves differ by more than chance: look for events that are there twice."

    /// Least effective number of events that make the expectation of a bin.
    let private contentCheck (plan: SummaryPlan) count (bins: int[]) (weights: float[]) : Check =
        let sums, squares = Array.zeroCreate<float> count, Array.zeroCreate<float> count

        for i in 0 .. bins.Length - 1 do
            sums[bins[i]] <- sums[bins[i]] + weights[i]
            squares[bins[i]] <- squares[bins[i]] + weights[i] * weights[i]

        let effective =
            Array.map2 (fun s s2 -> if s2 > 0.0 then s * s / s2 else 0.0) sums squares

        Check.create
            "simulated events in a bin of the summary"
            CheckRule.AtLeast
            plan.LeastEvents
            (Array.min effective)
            nan
            (FormattableString.Invariant
                $"The bin with the fewest has {Array.min effective:F1} effective events at the nominal point, of {count} bins.")
            "The factors of the finite simulation are no Poisson variables where there are hardly any events: give fewer bins or more events."

    /// What the templates of a summary are made of.
    [<NoComparison; ReferenceEquality>]
    type internal Templates = {
        Name: string
        Binning: SummaryBinning
        /// The bin of each simulated event.
        Bins: int[]
        /// The weights whose content is equal.
        Content: float[]
        /// The model of events in their bins.
        Compile:
            SimulatedEvents
                -> int[]
                -> ControlCounts option
                -> SimulationErrors
                -> Result<CompiledLikelihood, ModelError list>
    }

    /// The bins of a summary and the templates in them; or why there are none.
    let internal templates
        (learned: LearnedModel)
        (plan: SummaryPlan)
        : Result<Templates, string list> =
        let values = valuesOf learned plan learned.Ratios

        let broken = [
            for axis, values in Seq.zip plan.Axes values do
                let count = values |> Array.filter (Double.IsFinite >> not) |> Array.length

                if count > 0 then
                    $"The {SummaryPlan.name axis.Variable} is not a finite number for {count} simulated events: choose another summary, or another value for the local score."
        ]

        if not broken.IsEmpty then
            Error broken
        else
            let content, also = contents learned

            let binning =
                SummaryBinning.divide
                    (plan.Axes |> List.map _.Bins)
                    plan.LeastEvents
                    content
                    also
                    values

            let count = SummaryBinning.count binning

            if count < 2 then
                Error [
                    $"The summary has one bin: no two have {plan.LeastEvents} effective simulated events each. Give more events, or a smaller \"leastEvents\"."
                ]
            else
                let name = nameOf plan count

                let varied = [
                    for variation in learned.Variations ->
                        variation.Plan.Name,
                        variation.Varied
                        |> Sides.map (fun side ->
                            side.Events, binsOf learned plan binning side.Nominal)
                ]

                Ok {
                    Name = name
                    Binning = binning
                    Bins = SummaryBinning.binsOf binning values
                    Content = content
                    Compile =
                        fun simulated bins control errors ->
                            TemplateModel.compile
                                learned.Analysis
                                $"{learned.Analysis.Name}, {name}"
                                simulated
                                control
                                (edges count)
                                (bins |> Array.map float)
                                varied
                                errors
                }

    /// One half of the events against the other.
    let internal closure (learned: LearnedModel) (templates: Templates) : SummaryClosure option =
        SummaryClosure.make
            learned
            (fun simulated bins ->
                templates.Compile simulated bins None NoSimulationErrors |> Result.toOption)
            templates.Bins
            (SummaryBinning.count templates.Binning)

    /// <summary>The expectation of the summary.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="learned">the events with their ratios</param>
    /// <param name="plan">the summaries</param>
    /// <returns>or why there is none, a sentence each: fewer than two bins, a summary that is no number,
    /// a fit that did not succeed</returns>
    let expect
        (settings: FitSettings)
        (learned: LearnedModel)
        (plan: SummaryPlan)
        : Result<SummaryStudy, string list> =
        let analysis = learned.Analysis

        templates learned plan
        |> Result.bind (fun found ->
            let count = SummaryBinning.count found.Binning

            found.Compile learned.Simulated found.Bins learned.Control plan.SimulationErrors
            |> Result.bind (fun compiled ->
                Observation.asimov compiled compiled.Model.Initial
                |> Result.map (fun asimov -> compiled, asimov.Observation))
            |> sentences found.Name
            |> Result.bind (fun (compiled, asimov) ->
                measure settings analysis found.Name "expected" asimov
                |> Result.map (fun expected ->
                    let closure = closure learned found

                    {
                        Name = found.Name
                        Binning = found.Binning
                        Likelihood = compiled
                        Expected = expected
                        Observed = None
                        Observation = None
                        Closure = closure
                        Checks = [
                            contentCheck plan count found.Bins found.Content
                            match closure with
                            | Some closure ->
                                closureCheck analysis.Limits analysis.Interest closure
                            | None -> ()
                        ]
                    })))

    /// <summary>An observation of the bins.</summary>
    /// <param name="learned">the events with their ratios</param>
    /// <param name="plan">the summaries</param>
    /// <param name="study">their bins</param>
    /// <param name="ratios">of the observed events, [k][i]</param>
    let observation
        (learned: LearnedModel)
        (plan: SummaryPlan)
        (study: SummaryStudy)
        (ratios: float[][])
        : Result<Observation, string list> =
        let bins =
            if ratios.Length = 0 || ratios[0].Length = 0 then
                [||]
            else
                binsOf learned plan study.Binning ratios

        TemplateModel.observe study.Likelihood learned.Control (edges study.Bins) bins
        |> sentences study.Name

    /// <summary>The study with the fit to the data of the analysis, which must have some.</summary>
    let observe
        (settings: FitSettings)
        (learned: LearnedModel)
        (plan: SummaryPlan)
        (study: SummaryStudy)
        : Result<SummaryStudy, string list> =
        observation learned plan study learned.ObservedRatios
        |> Result.bind (fun observation ->
            measure settings learned.Analysis study.Name "observed" observation
            |> Result.map (fun observed -> {
                study with
                    Observed = Some observed
                    Observation = Some observation
            }))
