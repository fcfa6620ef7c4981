namespace Nsbi.Learn.Networks

open Nsbi.Kernels
open Nsbi.Learn.Events

/// <summary>What an event does for the estimator of one fold.</summary>
[<RequireQualifiedAccess>]
type Role =
    /// Gradients are computed with it.
    | Training
    /// Its loss decides when to stop and which weights are kept.
    | Validation
    /// Not seen by the training; E_ref[r] = 1 is imposed on these.
    | Normalisation
    /// Not seen by the training and not used for the normalisation: here closure is measured.
    | Check

/// <summary>Who goes where: a pure function of (seed, group), so that copies of an event stay together
/// and a split does not change when events are added or reordered.</summary>
/// <remarks>Folds and validation are those of <c>Nsbi.Learn.Events.Fold</c>; the other decisions draw from
/// streams of their own, keyed by (seed, purpose, group).</remarks>
[<RequireQualifiedAccess>]
module DataSplit =
    let private uniform (seed: uint64) (purpose: string) (group: uint64) : float =
        let mutable stream = RandomStream(seed, purpose, group)
        stream.NextDouble()

    /// <summary>The fold of a group, uniform among 0 … folds − 1.</summary>
    let fold (seed: uint64) (folds: int) (group: uint64) : int = Fold.ofGroup seed folds group

    /// <summary>What an event of a group does for the estimator of fold f.</summary>
    /// <remarks>The held-out fold (or, with one fold, the held-out share) is divided into
    /// normalisation and check, the rest into training and validation.</remarks>
    let role (settings: EstimatorSettings) (f: int) (group: uint64) : Role =
        let seed = settings.Seed

        let heldOut =
            if settings.Folds = 1 then
                uniform seed "held out" group < settings.HeldOut
            else
                fold seed settings.Folds group = f

        if heldOut then
            if uniform seed "check" group < settings.CheckFraction then
                Role.Check
            else
                Role.Normalisation
        elif Fold.isValidation seed settings.Training.ValidationFraction group then
            Role.Validation
        else
            Role.Training

    /// <summary>The seed of a network of an estimator, from the estimator's seed and the network's
    /// name.</summary>
    let networkSeed (seed: uint64) (name: string) : uint64 =
        let mutable stream = RandomStream(seed, "network " + name, 0UL)
        let high = stream.NextUInt32()
        (uint64 high <<< 32) ||| uint64 (stream.NextUInt32())
