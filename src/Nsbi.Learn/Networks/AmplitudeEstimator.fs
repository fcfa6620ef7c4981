namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>How an amplitude estimator is trained.</summary>
type AmplitudeSettings = {
    /// How every network is trained.
    Training: ClassifierSettings
    /// Events of fold f are evaluated by networks that never saw fold f; 2 at least.
    Folds: int
    /// Networks per fold that differ in their random numbers. Their rates are averaged: where the
    /// amplitudes of one happen to vanish in a tail of the events, those of others do not.
    Members: int
    /// The seed of every random number.
    Seed: uint64
}

/// <summary>Defaults and checks of such settings.</summary>
[<RequireQualifiedAccess>]
module AmplitudeSettings =

    /// <summary>4 folds of 4 networks of 2 x 32 SiLU, Adam at 3e-3 with a cosine schedule, batches of
    /// 256, 40 epochs, patience 10, seed 1.</summary>
    let standard: AmplitudeSettings = {
        Training = {
            ClassifierSettings.standard with
                Architecture = {
                    Architecture.standard with
                        Hidden = [ 32; 32 ]
                }
                LearningRate = 3e-3
                BatchSize = 256
                Epochs = 40
        }
        Folds = 4
        Members = 4
        Seed = 1UL
    }

    let internal faults (source: string) (settings: AmplitudeSettings) : Fault list = [
        yield! ClassifierSettings.faults source settings.Training
        yield!
            ClassifierSettings.lossRefusal
                source
                "leave the loss out: amplitudes have one of their own, the Poisson deviance"
                settings.Training
        if settings.Folds < 2 then
            Fault.create source "the number of folds is out of range" "2 at least"
            |> Fault.withValue (string settings.Folds)
        if settings.Members < 1 then
            Fault.create source "the number of members is out of range" "1 at least"
            |> Fault.withValue (string settings.Members)
    ]

/// A network and the matrix that gives its mean form its target.
type internal AmplitudeMember = {
    Network: Network
    Correction: float[,]
}

/// <summary>Differential rates F(x; θ) = dσ(θ)/dσ_ref given the features alone, that are squares of
/// amplitudes: 0 or above for every event and every θ, whatever the networks learned.</summary>
/// <remarks>Separate ratio networks of the benchmarks have no such bond: between them a polynomial of
/// the couplings can be negative. Immutable; may be evaluated from several threads, each with a team
/// of its own.</remarks>
[<Sealed>]
type AmplitudeEstimator
    internal (settings: AmplitudeSettings, scales: float[], members: AmplitudeMember[][]) =
    let terms = scales.Length
    let places = AmplitudeForm.places terms

    let ofMember team features (points: float[][]) (found: AmplitudeMember) : float[][] =
        let triangles = found.Network.Logits(team, features)
        let events = triangles.Length / places.Length
        let t = found.Correction

        points
        |> Array.map (fun u ->
            let v =
                Array.init terms (fun i ->
                    let mutable sum = 0.0

                    for k in 0 .. terms - 1 do
                        sum <- sum + t[k, i] * u[k] / scales[k]

                    sum)

            Array.init events (fun e -> AmplitudeForm.value places triangles (e * places.Length) v))

    let average (parts: float[][][]) : float[][] =
        Array.init parts[0].Length (fun b ->
            let columns = parts |> Array.map (fun part -> part[b])

            Array.init columns[0].Length (fun e ->
                (columns |> Array.sumBy (fun column -> column[e])) / float columns.Length))

    let ofFold team features points (found: AmplitudeMember[]) : float[][] =
        found |> Array.map (ofMember team features points) |> average

    let check (points: float[][]) =
        for u in points do
            if u.Length <> terms then
                invalidArg (nameof points) $"Give {terms} terms for each point, not {u.Length}."

    /// How it was trained.
    member _.Settings: AmplitudeSettings = settings

    /// The networks of each fold; their outputs are the triangle of the form, before corrections.
    member _.Networks: Network list list = [
        for fold in members -> [ for found in fold -> found.Network ]
    ]

    /// <summary>F by the mean of the folds: for events that no training knew.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="points">u(θ): points x terms</param>
    /// <returns>points x events; 0 or above</returns>
    /// <exception cref="T:System.ArgumentException">a point without one number per term</exception>
    member _.MeanOfFolds
        (team: ThreadTeam, features: ReadOnlyMemory<float32>, points: float[][])
        : float[][] =
        check points
        members |> Array.map (ofFold team features points) |> average

    /// <summary>F of each event by the networks that never saw its group.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="groups">one per event</param>
    /// <param name="points">u(θ): points x terms</param>
    /// <returns>points x events; 0 or above. Over the events of the training its mean at every θ is
    /// that of the rates, exactly but for rounding</returns>
    /// <exception cref="T:System.ArgumentException">a point without one number per term</exception>
    member _.ByFold
        (
            team: ThreadTeam,
            features: ReadOnlyMemory<float32>,
            groups: ReadOnlyMemory<uint64>,
            points: float[][]
        ) : float[][] =
        check points
        let all = members |> Array.map (ofFold team features points)

        let folds =
            groups.ToArray() |> Array.map (DataSplit.fold settings.Seed members.Length)

        Array.init points.Length (fun b ->
            let columns = all |> Array.map (fun fold -> fold[b])

            Array.init folds.Length (fun e ->
                let column = columns[folds[e]]
                column[e]))

    /// <summary>F by the networks of one fold.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="fold">0 … folds − 1</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="points">u(θ): points x terms</param>
    /// <returns>points x events; 0 or above</returns>
    /// <exception cref="T:System.ArgumentException">a point without one number per term</exception>
    member _.OfFold
        (team: ThreadTeam, fold: int, features: ReadOnlyMemory<float32>, points: float[][])
        : float[][] =
        check points
        ofFold team features points members[fold]
