namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open System.Globalization
open Nsbi.Kernels
open Nsbi.Learn.Losses

/// <summary>How well samples agree with reweighted reference events in one observable.</summary>
type ClosureRecord = {
    /// The observable: "feature j" from 0, or "ln r".
    Observable: string
    /// <summary>χ² of the shares of the bins, whose edges are quantiles of the sample.</summary>
    ChiSquare: float
    /// Bins that have events, less one.
    Degrees: int
    /// Probability of a larger χ² of as many degrees of freedom.
    PValue: float
}

/// <summary>What is known of a parameterised estimator at one point α, on events that its networks did not
/// see.</summary>
type ParameterisedRecord = {
    /// Name of the sample.
    Name: string
    /// α.
    Point: float list
    /// Whether the networks were trained at this point.
    Trained: bool
    /// <summary>E_ref[r̂(x|α)], to be compared with 1: nothing is divided by it.</summary>
    Normalisation: Measured
    /// Effective number of reference events after reweighting, (Σ w r̂)²/Σ (w r̂)².
    Effective: float
    /// √E_ref[ln² r̂]: how much α does to the shape, noise included.
    Size: float
    /// <summary>√E_ref[σ²(ln r̂)], the Monte Carlo error of the learned log ratio
    /// (<c>LogRatioSpread</c>); NaN with one fold and one member.</summary>
    Error: float
    /// Reference events weighted by r̂ against the sample, per feature and in ln r̂ itself.
    Closure: ClosureRecord list
} with

    /// A sentence for people.
    override this.ToString() : string =
        let culture = CultureInfo.InvariantCulture

        let point =
            this.Point
            |> List.map (fun a -> a.ToString("G4", culture))
            |> String.concat ", "

        let closed =
            this.Closure
            |> List.filter (fun closure -> closure.Degrees > 0)
            |> List.fold (fun least closure -> min least closure.PValue) 1.0

        String.Format(
            culture,
            "{0} at ({1}){2}: E[r] = {3}, ln r of size {4:G3} known to {5:G3}, least p of closure {6:G2}",
            this.Name,
            point,
            (if this.Trained then "" else ", not trained on"),
            this.Normalisation,
            this.Size,
            this.Error,
            closed
        )

/// <summary>Estimates r(x|α) = p(x|α)/p_ref(x) with the parameters as inputs, by k folds of M networks.
/// Immutable; may be used from several threads, each with a team of its own. i: event, k: parameter.
/// </summary>
/// <remarks>
/// ln r is the mean of the members' ln r, so its derivatives in α are means too. r is not normalised:
/// E_ref[r(x|α)] is measured at points (<c>Records</c>), and the likelihood divides by it at every α.
/// Source: Cranmer, Pavez, Louppe, arXiv:1506.02169; Baldi et al., arXiv:1601.07913.
/// </remarks>
[<Sealed>]
type ParameterisedEstimator
    internal
    (
        settings: ParameterisedSettings,
        parameters: string[],
        ranges: struct (float * float)[],
        preprocessing: string option,
        folds: Network[][],
        records: ParameterisedRecord list
    ) =
    let count = parameters.Length
    let features = folds[0].[0].InputCount - count

    /// Names of the parameters α_k, in their order.
    member _.Parameters: IReadOnlyList<string> = Array.AsReadOnly parameters
    /// Least and largest value of each parameter in training: beyond them it extrapolates.
    member _.Ranges: IReadOnlyList<struct (float * float)> = Array.AsReadOnly ranges
    /// How it was built.
    member _.Settings: ParameterisedSettings = settings
    /// Whatever prepares the features, as text of another module; carried along.
    member _.Preprocessing: string option = preprocessing
    /// Number of features F.
    member _.FeatureCount: int = features

    /// Networks[f][m] of fold f and member m; inputs are the features and behind them the parameters.
    member _.Networks: IReadOnlyList<IReadOnlyList<Network>> =
        folds
        |> Array.map (fun members -> Array.AsReadOnly members :> IReadOnlyList<_>)
        |> Array.AsReadOnly
        :> IReadOnlyList<_>

    /// What is known at the points of the training samples.
    member _.Records: ParameterisedRecord list = records

    member internal _.FoldArray: Network[][] = folds

    /// Features with the same parameters behind each row.
    member private _.Joined
        (rows: ReadOnlyMemory<float32>, point: float[])
        : ReadOnlyMemory<float32> =
        if point.Length <> count then
            invalidArg (nameof point) $"{point.Length} values for {count} parameters"

        if rows.Length % features <> 0 then
            invalidArg
                (nameof features)
                $"{rows.Length} numbers are not whole rows of {features} features"

        let width = features + count
        let events = rows.Length / features
        let joined = Array.zeroCreate<float32>(events * width)

        for i in 0 .. events - 1 do
            rows.Span.Slice(i * features, features).CopyTo(Span(joined, i * width, features))

            for k in 0 .. count - 1 do
                joined[i * width + features + k] <- float32 point[k]

        ReadOnlyMemory joined

    /// ln r of each member of a fold.
    member internal this.OfMembers
        (team: ThreadTeam, fold: int, rows: ReadOnlyMemory<float32>, point: float[])
        : float[][] =
        let at = this.Joined(rows, point)
        let zero = this.Joined(rows, Array.zeroCreate count)

        folds[fold]
        |> Array.map (fun network ->
            let value = network.Logits(team, at)
            let logRatio = LogitLoss.logRatio network.Loss network.Output

            if settings.Anchored then
                Array.map2
                    (fun z z0 -> logRatio (float z - float z0))
                    value
                    (network.Logits(team, zero))
            else
                Array.map (float >> logRatio) value)

    /// <summary>ln r(x_i|α) by the networks of one fold, computed in float32.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="fold">from 0</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="point">α, P numbers</param>
    /// <returns>length n; NaN where a feature is NaN</returns>
    /// <exception cref="T:System.ArgumentException">lengths that do not fit</exception>
    member this.OfFold
        (team: ThreadTeam, fold: int, features: ReadOnlyMemory<float32>, point: float[])
        : float[] =
        let members = this.OfMembers(team, fold, features, point)

        Array.init members[0].Length (fun i ->
            (members |> Array.sumBy (fun z -> z[i])) / float members.Length)

    /// <summary>ln r(x_i|α) of each event by the networks of its own fold, which for simulation never saw
    /// it.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="groups">the group of each event: for simulation the one it had in training</param>
    /// <param name="point">α, P numbers</param>
    /// <returns>length n</returns>
    /// <exception cref="T:System.ArgumentException">lengths that do not fit</exception>
    member this.ByFold
        (
            team: ThreadTeam,
            features: ReadOnlyMemory<float32>,
            groups: ReadOnlyMemory<uint64>,
            point: float[]
        ) : float[] =
        let inputs = this.FeatureCount

        if features.Length <> inputs * groups.Length then
            invalidArg
                (nameof features)
                $"{features.Length} numbers for {groups.Length} events of {inputs} features"

        let foldOf = this.FoldsOf groups
        let result = Array.zeroCreate<float> groups.Length

        for fold in 0 .. folds.Length - 1 do
            let rows = [| 0 .. foldOf.Length - 1 |] |> Array.filter (fun i -> foldOf[i] = fold)

            let values = this.OfFold(team, fold, RawRatios.gather inputs features rows, point)

            for j in 0 .. rows.Length - 1 do
                result[rows[j]] <- values[j]

        result

    /// <summary>The mean over the folds of their ln r(x_i|α), for collision data.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="point">α, P numbers</param>
    /// <returns>length n</returns>
    member this.MeanOfFolds
        (team: ThreadTeam, features: ReadOnlyMemory<float32>, point: float[])
        : float[] =
        let all =
            Array.init folds.Length (fun fold -> this.OfFold(team, fold, features, point))

        Array.init all[0].Length (fun i ->
            (all |> Array.sumBy (fun values -> values[i])) / float folds.Length)

    /// The fold of each group.
    member internal _.FoldsOf(groups: ReadOnlyMemory<uint64>) : int[] =
        groups.ToArray()
        |> Array.map (DataSplit.fold settings.Estimator.Seed settings.Estimator.Folds)

    /// A line for people.
    override _.ToString() : string =
        let names = String.Join(", ", parameters)
        $"r(x|{names}) of {features} features, {folds.Length} folds"
