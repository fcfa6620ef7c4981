namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

/// <summary>What a test does with nuisance parameters.</summary>
[<RequireQualifiedAccess>]
type NuisanceTreatment =
    /// <summary>They stay where the pseudo-experiments are drawn: what the data could say if they were
    /// known.</summary>
    | Held
    /// <summary>−2 ln L is minimised over them at either value of the parameter.</summary>
    | Profiled

/// <summary>What is asked of a power study of a likelihood.</summary>
type PowerQuestion = {
    /// The parameter.
    Parameter: string
    /// <summary>Its value under the null hypothesis H0.</summary>
    Null: float
    /// <summary>Its value under the alternative H1.</summary>
    Value: float
    /// How the events are used.
    Strategies: PowerStrategy list
    /// What is done with nuisance parameters, each way for itself.
    Treatments: NuisanceTreatment list
}

/// <summary>A strategy with what it can do.</summary>
[<NoComparison; ReferenceEquality>]
type StrategyPower = {
    /// How the events are used.
    Strategy: PowerStrategy
    /// What is done with nuisance parameters; held where there are none.
    Treatment: NuisanceTreatment
    /// ln of the likelihood ratio of H1 to H0 in the pseudo-experiments of each.
    Sample: PowerSample
    /// <summary>The error of the parameter, by the Hessian at the Asimov data of the hypothesis that has
    /// the larger value; none where it is at a bound.</summary>
    Error: float option
}

/// <summary>A power study of a likelihood.</summary>
[<NoComparison; ReferenceEquality>]
type LikelihoodPower = {
    /// What was asked.
    Question: PowerQuestion
    /// <summary>ν under H0 and H1.</summary>
    Expected: float * float
    /// The strategies.
    Strategies: StrategyPower list
    /// Of the events that the pseudo-experiments are drawn from, and of failed fits.
    Checks: Check list
}

/// <summary>Power studies of any likelihood: every strategy on the same pseudo-experiments.</summary>
[<RequireQualifiedAccess>]
module LikelihoodPower =

    /// The largest share of pseudo-experiments in which a fit may fail.
    let private mostFailed = 0.01

    /// A strategy as a likelihood and the pseudo-experiments as data of it.
    [<NoComparison; ReferenceEquality>]
    type private Use = {
        Strategy: PowerStrategy
        Treatment: NuisanceTreatment
        Likelihood: CompiledLikelihood
        ToData: Observation -> Observation
        Theta0: float[]
        Theta1: float[]
    } with

        member this.Name: string =
            match this.Treatment with
            | NuisanceTreatment.Held -> PowerStrategy.name this.Strategy
            | NuisanceTreatment.Profiled -> PowerStrategy.name this.Strategy + ", profiled"

    /// θ with the parameter at a value, the others where the model and the settings have them.
    let private pointOf (settings: FitSettings) (compiled: CompiledLikelihood) poi value : float[] =
        let theta = compiled.Model.Initial

        for KeyValue(name, at) in settings.Fixed do
            theta[compiled.Index[name]] <- at

        theta[compiled.Index[poi]] <- value
        theta

    /// Whether anything but the parameter is free.
    let private hasNuisances (settings: FitSettings) (compiled: CompiledLikelihood) (poi: string) =
        let held = FitPoints.held settings compiled

        compiled.Index.Names
        |> List.exists (fun name -> name <> poi && not (held.ContainsKey name))

    let private uses settings (compiled: CompiledLikelihood) (question: PowerQuestion) =
        let theta value =
            pointOf settings compiled question.Parameter value

        let theta0, theta1 = theta question.Null, theta question.Value

        let treatments =
            if hasNuisances settings compiled question.Parameter then
                question.Treatments
            else
                [ NuisanceTreatment.Held ]

        question.Strategies
        |> List.map (fun strategy ->
            match strategy with
            | PowerStrategy.Unbinned -> Ok(compiled, id, theta0, theta1)
            | _ ->
                PowerTemplate.create compiled theta0 theta1 strategy
                |> Result.map (fun template ->
                    let point = PowerTemplate.point compiled template

                    template.Likelihood,
                    PowerTemplate.observation compiled template,
                    point theta0,
                    point theta1)
            |> Result.map (fun (likelihood, toData, theta0, theta1) -> [
                for treatment in treatments ->
                    {
                        Strategy = strategy
                        Treatment = treatment
                        Likelihood = likelihood
                        ToData = toData
                        Theta0 = theta0
                        Theta1 = theta1
                    }
            ]))
        |> TableFault.collect
        |> Result.map List.concat

    /// Half the difference of −2 ln L, which is impossible under H0, or under H1, at the ends.
    let private ratio (null': float) (alternative: float) : float =
        if Double.IsPositiveInfinity null' && Double.IsPositiveInfinity alternative then
            nan
        else
            0.5 * (null' - alternative)

    let private value
        (settings: FitSettings)
        (question: PowerQuestion)
        (toy: Observation)
        (it: Use)
        =
        let data = it.ToData toy

        match it.Treatment with
        | NuisanceTreatment.Held ->
            ratio (Likelihood.twiceNll data it.Theta0) (Likelihood.twiceNll data it.Theta1)
        | NuisanceTreatment.Profiled ->
            let least value theta =
                let fit = ConditionalFit.run settings data question.Parameter value [ theta ]

                match fit.Status with
                | InvalidModel _ -> infinity
                | _ when ConditionalFit.hasMinimum fit -> fit.TwiceNll
                | _ -> nan

            ratio (least question.Null it.Theta0) (least question.Value it.Theta1)

    let private measurement
        (settings: FitSettings)
        (question: PowerQuestion)
        (uses: Use list)
        : IToyMeasurement<float[]> =
        let number (x: float) =
            x.ToString("R", CultureInfo.InvariantCulture)

        {
            new IToyMeasurement<float[]> with
                member _.Settings = [
                    "parameter", question.Parameter
                    "null", number question.Null
                    "value", number question.Value

                    for k, it in List.indexed uses do
                        $"strategy {k + 1}", it.Name

                    yield! ToyRestart.settingsOf settings uses.Head.Theta0
                ]

                member _.Measure toy =
                    uses |> List.map (value settings question toy.Observation) |> List.toArray

                member _.Failure values =
                    match Array.tryFindIndex Double.IsNaN values with
                    | Some k -> Some $"the fit of '{uses[k].Name}' found no minimum"
                    | None -> None

                member _.Write(writer, values) =
                    writer.Write values.Length
                    values |> Array.iter (fun (x: float) -> writer.Write x)

                member _.Read reader =
                    Array.init (reader.ReadInt32()) (fun _ -> reader.ReadDouble())
        }

    let private failures (values: float[][]) : Check =
        let failed = values |> Array.filter (Array.exists Double.IsNaN)

        Check.create
            "failed pseudo-experiments"
            CheckRule.AtMost
            mostFailed
            (float failed.Length / float (max 1 values.Length))
            nan
            $"{failed.Length} of {values.Length} pseudo-experiments have a fit that failed."
            "The power is without them; were they all rejected, or none, it would differ by their share."

    /// √V of the parameter at the Asimov data of the larger value.
    let private errorOf (settings: FitSettings) (question: PowerQuestion) (it: Use) : float option =
        let theta =
            if question.Value >= question.Null then
                it.Theta1
            else
                it.Theta0

        let settings =
            match it.Treatment with
            | NuisanceTreatment.Profiled -> settings
            | NuisanceTreatment.Held ->
                (settings, List.zip it.Likelihood.Index.Names (Array.toList theta))
                ||> List.fold (fun settings (name, value) ->
                    if name = question.Parameter then
                        settings
                    else
                        Fit.fix name value settings)

        match Observation.asimov it.Likelihood theta with
        | Error _ -> None
        | Ok asimov ->
            let fit = Fit.runWith settings asimov.Observation

            if fit.Status.Succeeded then
                fit[question.Parameter].Error
            else
                None

    /// <summary>Draws pseudo-experiments of both hypotheses and tests them with every strategy.</summary>
    /// <param name="work">how many of each, seed, threads, fits, and where results are kept</param>
    /// <param name="compiled">with the reference table of every unbinned channel</param>
    /// <param name="question">parameter, hypotheses, strategies</param>
    /// <returns>the study; or every fault: tables that are missing, negative expectations, event shapes
    /// that have no templates</returns>
    /// <remarks>The statistic is ln L(H1)/L(H0), Nachman's eq. 3.8 where no nuisance parameter is profiled:
    /// no test has more power then. Toys of the two hypotheses are independent; those of the strategies are
    /// the same, so that differences between strategies are known better than each power.</remarks>
    /// <exception cref="T:System.ArgumentException">a parameter or a value that cannot be, no strategy,
    /// or twice the same value</exception>
    let run
        (work: ToyWork)
        (compiled: CompiledLikelihood)
        (question: PowerQuestion)
        : Result<LikelihoodPower, ModelError list> =
        if question.Null = question.Value then
            invalidArg (nameof question) "The hypotheses have the same value of the parameter."

        if question.Strategies.IsEmpty || question.Treatments.IsEmpty then
            invalidArg
                (nameof question)
                "Give a strategy, and what is done with nuisance parameters."

        let parameter = compiled.Parameters[compiled.Index[question.Parameter]]

        for value in [ question.Null; question.Value ] do
            if not (value >= parameter.Lower && value <= parameter.Upper) then
                invalidArg
                    (nameof question)
                    $"{value} is outside of the bounds of '{question.Parameter}'."

        let settings = ToyWork.ofToy work
        let point = pointOf settings compiled question.Parameter

        let samplers =
            [ question.Null; question.Value ]
            |> List.map (point >> ToySampler.create compiled)
            |> TableFault.collect
            |> Result.mapError List.distinct

        samplers
        |> Result.bind (fun samplers ->
            uses settings compiled question
            |> Result.mapError List.distinct
            |> Result.map (fun uses -> samplers, uses))
        |> Result.map (fun (samplers, uses) ->
            let measurement = measurement settings question uses

            let toys (label: string) (sampler: ToySampler) =
                let seed = ToyWork.seedAt work.Run.Seed $"power {label}" 0.0

                let name =
                    ToyWork.label (ToyWork.label $"power-{label}" question.Null) question.Value

                ToyWork.run work name seed work.Run.Progress sampler measurement

            let h0 = toys "null" samplers[0]
            let h1 = toys "alternative" samplers[1]

            {
                Question = question
                Expected = samplers[0].Expected, samplers[1].Expected
                Strategies =
                    uses
                    |> List.mapi (fun k it -> {
                        Strategy = it.Strategy
                        Treatment = it.Treatment
                        Sample = {
                            Strategy = it.Name
                            Null = h0 |> Array.map (fun values -> values[k])
                            Alternative = h1 |> Array.map (fun values -> values[k])
                        }
                        Error = errorOf settings question it
                    })
                Checks =
                    failures (Array.append h0 h1) :: (samplers |> List.collect _.Validity.Checks)
                    |> Check.worstByName
            })
