namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open Nsbi.Kernels
open Nsbi.Learn.Calibration

/// <summary>The networks that never saw the events of one fold, and what normalises their ratios.
/// </summary>
type FoldEstimator = {
    /// Networks[t][m]: of target t (one for the softmax head, else the classes that are not the whole
    /// reference), member m.
    Networks: Network[][]
    /// Applied to the mean of the members' ratios.
    Normalisation: Normalisation
}

/// <summary>E_ref[r_c] of one class by the estimator of one fold, on three disjoint sets.</summary>
type NormalisationRecord = {
    /// The fold, from 0.
    Fold: int
    /// The class c.
    Class: string
    /// Before normalisation, on the events of training and validation.
    Train: Measured
    /// Before normalisation, on the events that normalise.
    Before: Measured
    /// After normalisation, on the check events; the error includes that of the normalisation. To be
    /// compared with 1.
    Check: Measured
}

/// Ratios out of logits, before normalisation; ratios are r[c][i].
[<RequireQualifiedAccess>]
module internal RawRatios =
    /// Adds share·s_c/w_c of a softmax s to the ratios.
    let addSoftmax
        (mixture: float[])
        (share: float)
        (logits: float32[])
        (ratios: float[][])
        : unit =
        let classes = mixture.Length
        let s = Array.zeroCreate<float> classes

        for i in 0 .. ratios[0].Length - 1 do
            let mutable largest = -infinity

            for c in 0 .. classes - 1 do
                largest <- max largest (float logits[i * classes + c])

            let mutable total = 0.0

            for c in 0 .. classes - 1 do
                s[c] <- exp (float logits[i * classes + c] - largest)
                total <- total + s[c]

            for c in 0 .. classes - 1 do
                ratios[c][i] <- ratios[c][i] + share * s[c] / (total * mixture[c])

    /// Adds share·r to one class's ratios.
    let addRatios (share: float) (logRatios: float[]) (ratio: float[]) : unit =
        for i in 0 .. ratio.Length - 1 do
            ratio[i] <- ratio[i] + share * exp logRatios[i]

    /// Mean over the members of each target, in their order.
    let ofNetworks
        (team: ThreadTeam)
        (head: Head)
        (mixture: float[])
        (networks: Network[][])
        (features: ReadOnlyMemory<float32>)
        : float[][] =
        let rows = features.Length / networks[0].[0].InputCount
        let ratios = Array.init mixture.Length (fun _ -> Array.zeroCreate<float> rows)

        match head with
        | Head.Softmax ->
            for network in networks[0] do
                let share = 1.0 / float networks[0].Length
                addSoftmax mixture share (network.Logits(team, features)) ratios
        | Head.Separate ->
            let mutable t = 0

            for c in 0 .. mixture.Length - 1 do
                if mixture[c] < 1.0 then
                    for network in networks[t] do
                        let share = 1.0 / float networks[t].Length
                        addRatios share (network.LogRatios(team, features)) ratios[c]

                    t <- t + 1
                else
                    Array.Fill(ratios[c], 1.0)

        ratios

    /// The rows of a row-major matrix, one after the other.
    let gather (columns: int) (features: ReadOnlyMemory<float32>) (rows: int[]) =
        let gathered = Array.zeroCreate<float32>(rows.Length * columns)

        for k in 0 .. rows.Length - 1 do
            features.Span
                .Slice(rows[k] * columns, columns)
                .CopyTo(Span(gathered, k * columns, columns))

        ReadOnlyMemory gathered

/// <summary>Estimates r_c(x) = p_c(x)/p_ref(x) for all classes of a reference mixture, by k folds of M
/// networks. Immutable; may be used from several threads, each with a team of its own.</summary>
/// <remarks>Members are averaged in the ratio; the mean is normalised to E_ref[r_c] = 1 on events that
/// the networks which evaluate them never saw. Each fold is normalised by constants of its own, or, where
/// its events are too few to fix E_ref[r_c] to 1 %, by constants that all folds share. With the softmax
/// head Σ_c w_c r_c = 1 for every event, up to rounding, as long as its ratios are not calibrated, or
/// renormalised after the calibration.</remarks>
[<Sealed>]
type RatioEstimator
    internal
    (
        settings: EstimatorSettings,
        mixture: ReferenceMixture,
        preprocessing: string option,
        folds: FoldEstimator[],
        records: NormalisationRecord list,
        calibrated: (EstimatorCalibration * NormalisationRecord list) option
    ) =
    let classCount = mixture.WeightArray.Length

    /// Without calibration.
    internal new(settings, mixture, preprocessing, folds, records) =
        RatioEstimator(settings, mixture, preprocessing, folds, records, None)

    /// Names of the classes c, in the order of the ratios.
    member _.ClassNames: IReadOnlyList<string> = mixture.ClassNames
    /// The reference.
    member _.Mixture: ReferenceMixture = mixture
    /// How it was built.
    member _.Settings: EstimatorSettings = settings
    /// Whatever prepares the features, as text of another module; carried along.
    member _.Preprocessing: string option = preprocessing
    /// The estimators of the folds.
    member _.Folds: IReadOnlyList<FoldEstimator> = Array.AsReadOnly folds

    /// How well the ratios are normalised, after the calibration where there is one.
    member _.Normalisation: NormalisationRecord list =
        calibrated |> Option.map snd |> Option.defaultValue records

    /// The calibration of the normalised ratios, if there is one.
    member _.Calibration: EstimatorCalibration option = Option.map fst calibrated

    /// The same networks without calibration.
    member this.Uncalibrated: RatioEstimator =
        if calibrated.IsNone then
            this
        else
            RatioEstimator(settings, mixture, preprocessing, folds, records)

    member internal _.WithCalibration(calibration, checked') : RatioEstimator =
        RatioEstimator(
            settings,
            mixture,
            preprocessing,
            folds,
            records,
            Some(calibration, checked')
        )

    /// Number of features F.
    member _.FeatureCount: int = folds[0].Networks[0].[0].InputCount

    /// <summary>The normalised ratios by the estimator of one fold, calibrated where there is a
    /// calibration.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="fold">from 0</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>r[c][i] > 0; NaN where a feature is NaN</returns>
    member _.OfFold(team: ThreadTeam, fold: int, features: ReadOnlyMemory<float32>) : float[][] =
        let w = mixture.WeightArray

        let normalised =
            RawRatios.ofNetworks team settings.Head w folds[fold].Networks features
            |> Normalisation.apply w folds[fold].Normalisation

        match calibrated with
        | None -> normalised
        | Some(calibration, _) -> EstimatorCalibration.apply w calibration.Folds[fold] normalised

    /// <summary>As <c>OfFold</c>, by one member of the fold alone: the constants of the fold's
    /// normalisation and its calibration are those of all members.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="fold">from 0</param>
    /// <param name="memberNumber">from 0</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>r[c][i] > 0; NaN where a feature is NaN</returns>
    member _.OfMember
        (team: ThreadTeam, fold: int, memberNumber: int, features: ReadOnlyMemory<float32>)
        : float[][] =
        let w = mixture.WeightArray

        let alone =
            folds[fold].Networks |> Array.map (fun members -> [| members[memberNumber] |])

        let normalised =
            RawRatios.ofNetworks team settings.Head w alone features
            |> Normalisation.apply w folds[fold].Normalisation

        match calibrated with
        | None -> normalised
        | Some(calibration, _) -> EstimatorCalibration.apply w calibration.Folds[fold] normalised

    /// <summary>The ratios of each event by the networks of its own fold: for simulation those that never
    /// saw the event; for collision data a fold by hash of the event.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="groups">the group of each event: for simulation the one it had in training</param>
    /// <returns>r[c][i]; with one fold also training events are judged by the network they trained</returns>
    /// <exception cref="T:System.ArgumentException">lengths that do not fit</exception>
    member this.ByFold
        (team: ThreadTeam, features: ReadOnlyMemory<float32>, groups: ReadOnlyMemory<uint64>)
        : float[][] =
        let inputs = this.FeatureCount

        if features.Length <> inputs * groups.Length then
            invalidArg
                (nameof features)
                $"{features.Length} numbers for {groups.Length} events of {inputs} features"

        let foldOf =
            groups.ToArray() |> Array.map (DataSplit.fold settings.Seed settings.Folds)

        let result = Array.init classCount (fun _ -> Array.zeroCreate<float> groups.Length)

        for fold in 0 .. folds.Length - 1 do
            let rows = [|
                for i in 0 .. foldOf.Length - 1 do
                    if foldOf[i] = fold then
                        i
            |]

            let ratios = this.OfFold(team, fold, RawRatios.gather inputs features rows)

            for c in 0 .. classCount - 1 do
                for k in 0 .. rows.Length - 1 do
                    result[c][rows[k]] <- ratios[c][k]

        result

    /// <summary>The mean over the folds of their ratios, for collision data only: every network has seen
    /// most of the simulation.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>r[c][i]</returns>
    member this.MeanOfFolds(team: ThreadTeam, features: ReadOnlyMemory<float32>) : float[][] =
        let all = Array.init folds.Length (fun fold -> this.OfFold(team, fold, features))

        Array.init classCount (fun c ->
            Array.init all[0].[c].Length (fun i ->
                (all |> Array.sumBy (fun ratios -> ratios[c][i])) / float folds.Length))
