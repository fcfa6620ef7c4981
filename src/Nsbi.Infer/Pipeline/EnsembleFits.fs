namespace Nsbi.Infer

open System
open System.Text
open System.Text.Json
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// What the ratios of one estimator make of the fits.
[<NoComparison>]
type internal EnsembleFit = {
    /// Best values for the learned Asimov sets of the analysis, value by value; NaN where a fit failed.
    Refits: float[]
    /// The same by the linear formula; NaN where there is none.
    Linear: float[]
    /// The best value for the data; NaN without.
    Observed: float
}

/// What does not change from one estimator to the next.
[<NoComparison; ReferenceEquality>]
type internal EnsembleFitSetting = {
    Team: ThreadTeam
    Fits: FitSettings
    Learned: LearnedModel
    /// Features of the simulated and the observed events.
    Simulated: ReadOnlyMemory<float32>
    Observed: (EventTable * ReadOnlyMemory<float32> * uint64[]) option
    /// θ of each Asimov set with its weights over the simulated events, and what its fit is linear in.
    Asimovs: (float[] * float[] * RatioSensitivity option) list
    /// Where the fit to the data starts.
    Best: float[] option
}

/// <summary>Fits with the ratios of other estimators.</summary>
[<RequireQualifiedAccess>]
module internal EnsembleFits =

    let private fitted (setting: EnsembleFitSetting) (near: float[]) (observation: Observation) =
        let place = setting.Learned.Model.Index[setting.Learned.Analysis.Interest]
        let fit = WarmFit.run setting.Fits observation near
        if fit.Status.Succeeded then fit.Values[place] else nan

    /// The change of every process by ratios of the samples.
    let private changes (learned: LearnedModel) (ratios: float[][]) = [
        for term in learned.Analysis.Terms ->
            let sample = Array.findIndex ((=) term.Sample) learned.Simulated.Samples

            {
                Channel = AnalysisModel.signalRegion
                Process = term.Name
                Ratios = ratios[sample]
            }
    ]

    let private linear (learned: LearnedModel) ratios (sensitivity: RatioSensitivity option) =
        match sensitivity with
        | None -> nan
        | Some sensitivity ->
            let best = sensitivity.Best[sensitivity.Parameter].Value

            match RatioShift.linear RatioScale.Literal (changes learned ratios) sensitivity with
            | shift when Double.IsFinite shift.Total -> best + shift.Total
            | _ -> nan

    /// <summary>The fits with ratios of the simulated and the observed events.</summary>
    let private ofRatios
        (setting: EnsembleFitSetting)
        ratios
        observed
        : Result<EnsembleFit, Fault list> =
        let learned = setting.Learned
        let mixture = learned.Mixture

        LearnedModel.ofRatios
            learned.Analysis
            mixture
            learned.Simulated
            ratios
            learned.Roles
            observed
            learned.Variations
            learned.Control
        |> Result.map (fun other -> {
            Refits = [|
                for theta, weights, _ in setting.Asimovs ->
                    LearnedModel.ofSimulation other theta weights |> fitted setting theta
            |]
            Linear = [|
                for _, _, sensitivity in setting.Asimovs -> linear learned ratios sensitivity
            |]
            Observed =
                match setting.Best, LearnedModel.ofData other with
                | Some best, Some data -> fitted setting best data
                | _ -> nan
        })

    /// The fits with the ratios of the analysis itself.
    let nominal (setting: EnsembleFitSetting) : Result<EnsembleFit, Fault list> =
        let learned = setting.Learned

        setting.Observed
        |> Option.map (fun (table, _, _) -> table, learned.ObservedRatios)
        |> ofRatios setting learned.Ratios

    /// The fits with the ratios of an estimator.
    let run
        (setting: EnsembleFitSetting)
        (estimator: RatioEstimator)
        : Result<EnsembleFit, Fault list> =
        let ratios (features: ReadOnlyMemory<float32>) (groups: uint64[]) =
            estimator.ByFold(setting.Team, features, ReadOnlyMemory groups)

        setting.Observed
        |> Option.map (fun (table, features, groups) -> table, ratios features groups)
        |> ofRatios setting (ratios setting.Simulated setting.Learned.Simulated.Groups)

    let toBytes (fit: EnsembleFit) : byte[] =
        let options = JsonWriterOptions(Indented = true, NewLine = "\n")
        use buffer = new System.IO.MemoryStream()

        using (new Utf8JsonWriter(buffer, options)) (fun writer ->
            writer.WriteStartObject()
            let numbers = JsonNumbers writer
            let failed _ = "the fit did not succeed"
            numbers.Numbers("refits", fit.Refits, failed)
            numbers.Numbers("linear", fit.Linear, (fun _ -> "there is no linear formula"))
            numbers.Number("observed", fit.Observed, (fun () -> "no data, or a fit that failed"))
            numbers.Close()
            writer.WriteEndObject())

        buffer.ToArray()

    let ofBytes (bytes: byte[]) : EnsembleFit =
        use document = JsonDocument.Parse(ReadOnlyMemory bytes)

        let number (item: JsonElement) =
            if item.ValueKind = JsonValueKind.Null then
                nan
            else
                item.GetDouble()

        let list (name: string) = [|
            for item in document.RootElement.GetProperty(name).EnumerateArray() -> number item
        |]

        {
            Refits = list "refits"
            Linear = list "linear"
            Observed = number (document.RootElement.GetProperty "observed")
        }
