namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open System.Globalization
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>What is known of one learned variation ratio g_v(x) = p(x|v)/p(x|nominal).</summary>
type VariationRecord = {
    /// Name of the varied class v.
    Name: string
    /// <summary>Σw_v/Σw₀ of the training events, with an error that knows which events are the same: the
    /// change of the rate, which g does not contain.</summary>
    Rate: Measured
    /// Effective number of nominal events, (Σw₀)²/Σw₀².
    EffectiveNominal: float
    /// Effective number of varied events.
    EffectiveVaried: float
    /// <summary>Share of Σw_v in groups with nominal weight: 1 for reweighted events, less by the events
    /// of w₀ = 0; 0 for samples without a common event.</summary>
    Shared: float
    /// √E[ln² ĝ] over the nominal density: how much the variation does to the shape, its own noise
    /// included.
    Size: float
    /// <summary>√E[σ²(ln ĝ)] over the nominal density: the Monte Carlo error of the learned log ratio
    /// (<c>LogRatioSpread</c>); NaN with one fold and one member.</summary>
    Error: float
} with

    /// <summary>How much of the learned shape is noise, error²/size²: near 1 the sample is too small to tell
    /// the shape from none, and a variation of the rate alone is the better model.</summary>
    member this.NoiseShare: float = this.Error * this.Error / (this.Size * this.Size)

    /// A sentence for people.
    override this.ToString() : string =
        let culture = CultureInfo.InvariantCulture

        let shared =
            if this.Shared > 0.0 && this.Shared < 1.0 then
                let outside = (1.0 - this.Shared).ToString("P1", culture)
                $"; {outside} of its weight is on events without nominal weight"
            else
                ""

        String.Format(
            culture,
            "{0}: rate {1}, ln g of size {2:G3} known to {3:G3}, effective events {4:F0} and {5:F0}{6}",
            this.Name,
            this.Rate,
            this.Size,
            this.Error,
            this.EffectiveNominal,
            this.EffectiveVaried,
            shared
        )

/// <summary>Estimates g_v(x) = p(x|v)/p(x|nominal), the densities of one process under its variations v
/// over its nominal one, by k folds of M networks each. Immutable; may be used from several threads, each
/// with a team of its own. v: variation, i: event.</summary>
/// <remarks>It is a <c>RatioEstimator</c> whose reference is the nominal class alone: E[ĝ_v] = 1 over
/// nominal events that the networks did not see. Source: arXiv:2412.01600 for two networks per nuisance
/// parameter and process.</remarks>
[<Sealed>]
type VariationEstimator internal (estimator: RatioEstimator, records: VariationRecord list) =
    let varied (ratios: float[][]) : float[][] = Array.tail ratios

    /// The ratios of all classes, the nominal one first with r = 1 everywhere.
    member _.Estimator: RatioEstimator = estimator
    /// Name of the nominal class.
    member _.Nominal: string = estimator.ClassNames[0]
    /// Names of the variations v, in the order of the ratios.
    member _.Variations: string list = estimator.ClassNames |> Seq.tail |> List.ofSeq
    /// What is known of each variation.
    member _.Records: VariationRecord list = records
    /// Number of features F.
    member _.FeatureCount: int = estimator.FeatureCount
    /// How it was built.
    member _.Settings: EstimatorSettings = estimator.Settings
    /// Whatever prepares the features, as text of another module; carried along.
    member _.Preprocessing: string option = estimator.Preprocessing

    /// How well each variation is normalised, fold by fold; not the nominal class, whose ratio is 1.
    member this.Normalisation: NormalisationRecord list =
        estimator.Normalisation
        |> List.filter (fun record -> record.Class <> this.Nominal)

    /// <summary>g of each event by the networks of its own fold, which for simulation never saw it.
    /// </summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="groups">the group of each event: for simulation the one it had in training</param>
    /// <returns>g[v][i] > 0; NaN where a feature is NaN</returns>
    /// <exception cref="T:System.ArgumentException">lengths that do not fit</exception>
    member _.ByFold
        (team: ThreadTeam, features: ReadOnlyMemory<float32>, groups: ReadOnlyMemory<uint64>)
        : float[][] =
        estimator.ByFold(team, features, groups) |> varied

    /// <summary>The mean over the folds of their g, for collision data.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>g[v][i]</returns>
    member _.MeanOfFolds(team: ThreadTeam, features: ReadOnlyMemory<float32>) : float[][] =
        estimator.MeanOfFolds(team, features) |> varied

    /// <summary>g by the networks of one fold.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="fold">from 0</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>g[v][i]</returns>
    member _.OfFold(team: ThreadTeam, fold: int, features: ReadOnlyMemory<float32>) : float[][] =
        estimator.OfFold(team, fold, features) |> varied

    /// <summary>The Monte Carlo standard error of ln g of each event, as <c>LogRatioSpread</c> defines
    /// it.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>σ[v][i]; noisy for a single event</returns>
    member _.LogErrors(team: ThreadTeam, features: ReadOnlyMemory<float32>) : float[][] =
        LogRatioSpread.errors team estimator features |> varied

    /// One sentence per variation.
    override _.ToString() : string =
        records |> List.map string |> String.concat "\n"

/// <summary>Training and assembling variation ratios. The events are those of
/// <c>LabelledEvents.create</c> with the nominal sample as first class (two samples; common events have
/// one group id), or of <c>ReweightedEvents.label</c> (the same events with other weights).</summary>
[<RequireQualifiedAccess>]
module VariationEstimator =
    /// Nominal events on which size and error are measured.
    [<Literal>]
    let private SpreadEvents = 10000

    /// <summary>The settings as they are used: one binary network per variation.</summary>
    let internal separate (settings: EstimatorSettings) = { settings with Head = Head.Separate }

    /// <summary>The reference of variation ratios: the first class alone.</summary>
    /// <param name="events">events whose class 0 is the nominal one</param>
    let reference (events: LabelledEvents) : ReferenceMixture =
        let weights =
            events.ClassNames
            |> Seq.mapi (fun c name -> name, (if c = 0 then 1.0 else 0.0))
            |> List.ofSeq

        match ReferenceMixture.create weights with
        | Ok mixture -> mixture
        | Error faults -> invalidArg (nameof events) (Fault.render faults)

    /// <summary>The trainings: for each variation, fold and member one network, independent of one
    /// another.</summary>
    /// <param name="settings">the head is not used: there is one binary network per variation</param>
    /// <param name="events">events whose class 0 is the nominal one</param>
    /// <returns>the tasks, or every fault of settings and events</returns>
    let tasks
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        : Result<TrainingTask list, Fault list> =
        TrainingTask.ofEstimator (separate settings) (reference events) events

    /// Nominal rows, at most SpreadEvents of them at even distances, and their weights adding up to 1.
    let private nominalSample (events: LabelledEvents) =
        let rows =
            [| 0 .. events.Count - 1 |]
            |> Array.filter (fun i -> events.ClassArray[i] = 0 && events.WeightArray[i] > 0.0)

        let count = min rows.Length SpreadEvents

        let rows =
            Array.init count (fun k -> rows[int (int64 k * int64 rows.Length / int64 count)])

        let weights = rows |> Array.map (fun row -> events.WeightArray[row])
        let total = Array.sum weights
        rows, weights |> Array.map (fun w -> w / total)

    let internal recordsOf team (events: LabelledEvents) (estimator: RatioEstimator) =
        let rows, weights = nominalSample events
        let features = RawRatios.gather events.FeatureCount events.Features rows
        let groups = rows |> Array.map (fun row -> events.GroupArray[row])
        let ratios = estimator.ByFold(team, features, ReadOnlyMemory groups)
        let errors = LogRatioSpread.errors team estimator features

        let meanSquare (values: float[]) =
            Array.fold2 (fun sum w x -> sum + w * x * x) 0.0 weights values

        let weightsOf c =
            Array.zip events.ClassArray events.WeightArray
            |> Array.filter (fun (other, _) -> other = c)
            |> Array.map snd

        let rates, shared = SampleSize.rates events, SampleSize.sharedShares events
        let nominal = SampleSize.effective (weightsOf 0)

        [
            for c in 1 .. events.ClassCount - 1 ->
                {
                    Name = events.ClassNames[c]
                    Rate = rates[c - 1]
                    EffectiveNominal = nominal
                    EffectiveVaried = SampleSize.effective (weightsOf c)
                    Shared = shared[c - 1]
                    Size = sqrt (meanSquare (ratios[c] |> Array.map Math.Log))
                    Error = sqrt (meanSquare errors[c])
                }
        ]

    /// <summary>The estimator of trained networks: reads them, normalises E[ĝ] = 1 on nominal events that
    /// the networks which evaluate them never saw, and measures what is known of each variation.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="settings">as in <c>tasks</c></param>
    /// <param name="events">likewise</param>
    /// <param name="preprocessing">what prepares the features, as text; carried along</param>
    /// <param name="networks">task name and bytes, in any order</param>
    /// <returns>faults: a network that is missing, damaged, or of other features</returns>
    let ofNetworks
        (team: ThreadTeam)
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        (preprocessing: string option)
        (networks: (string * byte[]) list)
        : Result<VariationEstimator, Fault list> =
        EstimatorAssembly.ofNetworks
            team
            (separate settings)
            (reference events)
            events
            preprocessing
            networks
        |> Result.map (fun estimator ->
            VariationEstimator(estimator, recordsOf team events estimator))

    /// <summary>Trains all networks one after the other and assembles them; without checkpoints.</summary>
    /// <returns>every fault of settings and events</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let train
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        (preprocessing: string option)
        (context: TrainingContext)
        : Result<VariationEstimator, Fault list> =
        EstimatorAssembly.train (separate settings) (reference events) events preprocessing context
        |> Result.map (fun estimator ->
            VariationEstimator(estimator, recordsOf context.Team events estimator))
