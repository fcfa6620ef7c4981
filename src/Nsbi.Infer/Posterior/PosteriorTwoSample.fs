namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>How the classifiers of a two-sample test are trained.</summary>
type TwoSampleSettings = {
    /// <summary>Hidden layers.</summary>
    Hidden: int list
    /// <summary>Passes over the training draws.</summary>
    Epochs: int
    /// <summary>Each draw is judged by the network of its fold, which did not see it; at least 2.</summary>
    Folds: int
    /// <summary>Of split, first weights and order.</summary>
    Seed: uint64
}

/// <summary>A classifier two-sample test of draws against reference draws.</summary>
[<NoComparison; ReferenceEquality>]
type PosteriorTwoSample = {
    /// <summary>Share of draws told right, each sample with weight ½, ½ where both are the same.</summary>
    Accuracy: Measured
    /// <summary>Area under the ROC curve, ½ where both are the same.</summary>
    Auc: Measured
    /// <summary>Probability of as large an area, were both the same: one-sided, of a normal
    /// area.</summary>
    PValue: float
} with

    /// The test in a line.
    override this.ToString() : string =
        FormattableString.Invariant
            $"two-sample test: accuracy {this.Accuracy.Value:F4} ± {this.Accuracy.Error:F4}, area {this.Auc.Value:F4} ± {this.Auc.Error:F4}, p = {this.PValue:G3}"

/// <summary>Classifier two-sample tests (C2ST) between two sets of posterior draws.</summary>
/// <remarks>Sources: Lopez-Paz and Oquab, arXiv:1610.06545; Lueckmann et al., arXiv:2101.04653. Draws of a
/// chain are to be thinned until they are independent, else the errors are too small.</remarks>
[<RequireQualifiedAccess>]
module PosteriorTwoSample =

    /// <summary>Two layers of 24, 20 epochs, 4 folds, seed 1.</summary>
    let settings: TwoSampleSettings = {
        Hidden = [ 24; 24 ]
        Epochs = 20
        Folds = 4
        Seed = 1UL
    }

    let private estimator (settings: TwoSampleSettings) : EstimatorSettings =
        DataSplit.networkSeed settings.Seed "posterior two-sample"
        |> TwoSampleTest.networks settings.Hidden settings.Epochs settings.Folds

    let private flatten (draws: float[][]) : float32[] =
        draws |> Array.collect (Array.map float32)

    /// Area, accuracy per sample, by the scores of one fold.
    let private judge (scores: float[]) (tested: bool[]) =
        let weight wanted =
            tested |> Array.map (fun t -> if t = wanted then 1.0 else 0.0)

        let first, second = weight true, weight false
        let sample = tested |> Array.map (fun t -> if t then 0 else 1)
        WeightedAuc.compute scores sample second first second

    /// <summary>The test of scores that are there: larger for the tested draws, above 0 where they are
    /// held for one of these.</summary>
    /// <param name="fold">of each draw; areas are computed in each</param>
    /// <param name="scores">ln of the ratio of tested to reference, by a classifier that did not see the
    /// draw</param>
    /// <param name="tested">true for tested draws, false for reference ones; both in each fold</param>
    let ofScores (fold: int[]) (scores: float[]) (tested: bool[]) : PosteriorTwoSample =
        let areas = [
            for f in fold |> Array.distinct |> Array.sort do
                let rows = [| 0 .. fold.Length - 1 |] |> Array.filter (fun i -> fold[i] = f)
                let pick (values: 'a[]) = rows |> Array.map (fun i -> values[i])
                judge (pick scores) (pick tested)
        ]

        let right wanted =
            let rows =
                [| 0 .. scores.Length - 1 |] |> Array.filter (fun i -> tested[i] = wanted)

            let correct =
                rows
                |> Array.sumBy (fun i ->
                    if scores[i] = 0.0 then 0.5
                    elif (scores[i] > 0.0) = wanted then 1.0
                    else 0.0)

            let share = correct / float rows.Length
            share, share * (1.0 - share) / float rows.Length

        let a, va = right true
        let b, vb = right false
        let auc = TwoSampleTest.combine areas

        {
            Accuracy = {
                Value = 0.5 * (a + b)
                Error = 0.5 * sqrt (va + vb)
            }
            Auc = auc
            PValue = 0.5 * MathNet.Numerics.SpecialFunctions.Erfc(auc.Pull 0.5 / sqrt 2.0)
        }

    /// <summary>Trains classifiers of tested against reference draws.</summary>
    /// <param name="team">threads; the result does not depend on them</param>
    /// <param name="settings">of the classifiers</param>
    /// <param name="reference">n draws of length p, such as from quadrature or a chain</param>
    /// <param name="tested">m draws of length p, such as from a network</param>
    /// <exception cref="T:System.ArgumentException">draws of different lengths, or too few of them
    /// </exception>
    let compute
        (team: ThreadTeam)
        (settings: TwoSampleSettings)
        (reference: float[][])
        (tested: float[][])
        : PosteriorTwoSample =
        if reference.Length < 50 || tested.Length < 50 then
            invalidArg (nameof tested) "Give at least 50 draws of each."

        let p = reference[0].Length

        if Array.append reference tested |> Array.exists (fun d -> d.Length <> p) then
            invalidArg (nameof tested) "The draws have different numbers of parameters."

        let all = Array.append reference tested
        let groups = Array.init all.Length uint64
        let train = estimator settings

        let classes = [
            let part name (draws: float[][]) first = {
                Name = name
                Features = flatten draws
                Weights = Array.create draws.Length 1.0
                Groups = Array.sub groups first draws.Length
            }

            part "reference" reference 0
            part "tested" tested reference.Length
        ]

        let result =
            LabelledEvents.create NegativeWeights.Refuse p classes
            |> Result.bind (fun events ->
                ReferenceMixture.create [ "reference", 1.0; "tested", 0.0 ]
                |> Result.bind (fun mixture ->
                    EstimatorAssembly.train train mixture events None (TrainingContext.plain team)))

        match result with
        | Error faults -> invalidArg (nameof tested) (Fault.render faults)
        | Ok estimator ->
            let ratio =
                estimator.ByFold(team, ReadOnlyMemory(flatten all), ReadOnlyMemory groups)

            ofScores
                (groups |> Array.map (DataSplit.fold train.Seed train.Folds))
                (ratio[1] |> Array.map Math.Log)
                (Array.init all.Length (fun i -> i >= reference.Length))

    /// <summary>Passes where the area is at most ½ + the tolerance + three standard errors.</summary>
    /// <param name="tolerance">how far from ½ the area of an approximate posterior may be; 0 asks for the
    /// same distribution</param>
    /// <param name="test">of two sets of draws</param>
    let check (tolerance: float) (test: PosteriorTwoSample) : Check =
        Check.create
            "two-sample test of the posterior"
            CheckRule.AtMost
            (0.5 + tolerance + 3.0 * test.Auc.Error)
            test.Auc.Value
            test.Auc.Error
            $"A classifier of the draws against reference draws: {test}."
            "An area above one half means that the two sets of draws are of different posteriors."
