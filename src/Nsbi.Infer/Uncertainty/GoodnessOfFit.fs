namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

/// <summary>One test of a fit with its p-value from toys.</summary>
type GoodnessTest = {
    /// What is tested.
    Name: string
    /// The statistic; larger is worse.
    Value: float
    /// <summary>The share of toys of the fitted model, each fitted again, with a value as large;
    /// none where the statistic of the data is not a number, or where no toy has one.</summary>
    PValue: ToyPValue option
    /// What the test can say and what not.
    Meaning: string
}

/// <summary>How well a model describes what was observed.</summary>
type GoodnessOfFit = {
    /// The saturated model of the binned channels.
    Saturated: SaturatedTest option
    /// Tests by toys; empty where none were asked for.
    Tests: GoodnessTest list
    /// Toys that were made.
    Toys: int
    /// Those whose fit failed, which are left out.
    Failed: int
} with

    /// A line for each test.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G4", CultureInfo.InvariantCulture)

        let test (t: GoodnessTest) =
            let p =
                match t.PValue with
                | Some p -> $"p = {number p.Value} ± {number p.Error}"
                | None -> "no p-value"

            $"{t.Name}: {number t.Value}, {p}"

        (this.Saturated |> Option.map string |> Option.toList)
        @ List.map test this.Tests
        |> String.concat "\n"

/// <summary>Tests of the goodness of fit.</summary>
[<RequireQualifiedAccess>]
module GoodnessOfFit =

    let private bins = 10

    let private ofMinimum =
        "the least −2 ln L of the data among those of toys: an unlikely one shows that something is \
         wrong, a likely one shows little, since a density can be likely where the data are and be wrong"

    let private ofFeature =
        "data and fitted model in one feature: blind to differences that this feature does not show"

    /// A statistic of an observation and its fit.
    type private Statistic = {
        Title: string
        Compute: Observation -> FitResult -> float
        Says: string
    }

    let private statistics (compiled: CompiledLikelihood) (features: FitFeature list) theta = [
        if compiled.Binned.Length > 0 then
            {
                Title = "saturated model"
                Compute =
                    fun observation fit ->
                        match SaturatedTest.run observation fit with
                        | Some test -> test.Value
                        | None -> nan
                Says = "all bins and constraints together, against a model that fits them perfectly"
            }
        if compiled.Unbinned.Length > 0 then
            {
                Title = "least −2 ln L"
                Compute = fun _ fit -> fit.TwiceNll
                Says = ofMinimum
            }
        for feature in features do
            let distance = FeatureDistance(compiled, feature, bins)
            let limits = distance.Limits theta

            {
                Title = $"Kolmogorov–Smirnov distance in {feature.Name}"
                Compute = fun observation fit -> distance.Kolmogorov(observation, fit.Values)
                Says = ofFeature
            }

            {
                Title = $"χ² in {limits.Length + 1} bins of {feature.Name}"
                Compute = fun observation fit -> distance.ChiSquare(limits, observation, fit.Values)
                Says = ofFeature
            }
    ]

    /// <summary>The test against the saturated model, and tests by toys.</summary>
    /// <param name="run">toys of the model at the best fit, each fitted again; 0 for none</param>
    /// <param name="settings">of the fits</param>
    /// <param name="observation">what was fitted</param>
    /// <param name="fit">its best fit, which succeeded</param>
    /// <param name="features">in which data and model are compared, of channels with a reference table;
    /// <c>FitFeature.ofRatios</c> gives the log ratios</param>
    /// <returns>the tests, or why toys cannot be drawn at the best fit</returns>
    /// <remarks>The model of a feature is the reference table with Asimov weights at the fit, of the toys
    /// each at its own, so that the p-values are those of fitted data. With the same events for toys and
    /// model the errors of the simulation do not show. Sources: for the minimum Heinrich, PHYSTAT 2003
    /// (arXiv:physics/0310167).</remarks>
    /// <exception cref="T:System.ArgumentException">the fit did not succeed, or a feature has not one
    /// value for each row</exception>
    let run
        (run: ToyRun)
        (settings: FitSettings)
        (observation: Observation)
        (fit: FitResult)
        (features: FitFeature list)
        : Result<GoodnessOfFit, ModelError list> =
        if not fit.Status.Succeeded then
            invalidArg (nameof fit) "The fit did not succeed: its status says what to do."

        let compiled = observation.Owner

        for feature in features do
            for KeyValue(kind, values) in feature.Values do
                if compiled.Events(feature.Channel, kind) <> Some values.Length then
                    invalidArg
                        (nameof features)
                        $"'{feature.Name}' has {values.Length} values for the {kind} of \
                          '{feature.Channel}'."

        let saturated = SaturatedTest.run observation fit

        if run.Toys = 0 then
            Ok {
                Saturated = saturated
                Tests = []
                Toys = 0
                Failed = 0
            }
        else
            let theta = fit.Values

            let alone = {
                settings with
                    FitSettings.Team = None
            }

            let statistics = statistics compiled features theta

            ToySampler.create compiled theta
            |> Result.map (fun sampler ->
                let measured =
                    ToyEnsemble.map run sampler (fun toy ->
                        let failure (fit: FitResult) =
                            if fit.Status.Succeeded then
                                None
                            else
                                Some fit.Status.Advice

                        let struct (found, failed, _) =
                            ToyRestart.run alone theta toy failure _.TwiceNll (fun _ fit -> fit)

                        match failed with
                        | Some _ -> None
                        | None ->
                            statistics
                            |> List.map (fun s -> s.Compute toy.Observation found)
                            |> List.toArray
                            |> Some)

                let toys = Array.choose id measured

                {
                    Saturated = saturated
                    Tests =
                        statistics
                        |> List.mapi (fun k s ->
                            let value = s.Compute observation fit
                            let others = toys |> Array.map (fun t -> t[k])

                            {
                                Name = s.Title
                                Value = value
                                PValue =
                                    if Double.IsNaN value || Array.forall Double.IsNaN others then
                                        None
                                    else
                                        Some(ToyPValue.ofToys others value)
                                Meaning = s.Says
                            })
                    Toys = run.Toys
                    Failed = measured.Length - toys.Length
                })
