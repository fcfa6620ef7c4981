/// Samples and settings for the tests of transport.
module Transport.TransportExamples

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport

let valueOf (result: Result<'T, Fault list>) : 'T =
    match result with
    | Ok value -> value
    | Error faults -> raise (InvalidOperationException(Fault.render faults))

let noConditions = ReadOnlyMemory<float>()

let sample (features: int) (x: float[]) : TransportSample = {
    Features = x
    Conditions = [||]
    Weights = Array.create (x.Length / features) 1.0
}

/// Draws from a normal distribution, n x components.
let draw (seed: uint64) (gaussian: Gaussian) (n: int) : float[] =
    let d = gaussian.Mean.Length
    let l = (SymmetricRoot.cholesky gaussian.Covariance).Value
    let mutable stream = RandomStream(seed, "normal draws", 0UL)
    let x = Array.zeroCreate<float>(n * d)
    let e = Array.zeroCreate<float> d

    for i in 0 .. n - 1 do
        for a in 0 .. d - 1 do
            e[a] <- stream.NextGaussian()

        for a in 0 .. d - 1 do
            let mutable sum = gaussian.Mean[a]

            for b in 0..a do
                sum <- sum + l[a, b] * e[b]

            x[i * d + a] <- sum

    x

/// A covariance (B Bᵀ)/d + 0.2 with B of standard normal numbers.
let covariance (seed: uint64) (d: int) : float[,] =
    let mutable stream = RandomStream(seed, "covariance", 0UL)
    let b = Array2D.zeroCreate<float> d d

    for i in 0 .. d - 1 do
        for k in 0 .. d - 1 do
            b[i, k] <- stream.NextGaussian()

    Array2D.init d d (fun i k ->
        let sum = Seq.init d (fun m -> b[i, m] * b[k, m]) |> Seq.sum
        sum / float d + (if i = k then 0.2 else 0.0))

let mean (components: int) : float[] =
    Array.init components (fun a -> 0.5 + 0.1 * float a)

/// Mean of |x_i − y_i|.
let meanDistance (d: int) (x: float[]) (y: float[]) : float =
    Seq.init (x.Length / d) (fun i ->
        Seq.init d (fun a -> (x[i * d + a] - y[i * d + a]) ** 2.0) |> Seq.sum |> sqrt)
    |> Seq.average

/// A training of seconds.
let quick: TransportSettings = {
    TransportSettings.standard with
        Hidden = [ 16; 16 ]
        ConditionHidden = [ 8 ]
        Cost = TransportCost.Euclidean
        Start = TransportStart.Translation
        LearningRate = 2e-2
        BatchSize = 256
        Epochs = 8
        Rounds = 100
}

let trainWith (threads: int) (settings: TransportSettings) (events: TransportEvents) =
    use team = new ThreadTeam(threads)
    TransportTraining.train (TrainingContext.plain team) settings events |> valueOf

let apply (map: TransportMap) (x: float[]) (z: float[]) : float[] =
    use team = new ThreadTeam(1)
    map.Apply(team, ReadOnlyMemory x, ReadOnlyMemory z)

/// Area under the curve of a classifier of two samples, each half judged by the network that did not see it.
let twoSampleAuc (features: int) (first: float[]) (second: float[]) : float =
    let events name start (x: float[]) : ClassEvents = {
        Name = name
        Features = Array.map float32 x
        Weights = Array.create (x.Length / features) 1.0
        Groups = Array.init (x.Length / features) (fun i -> start + uint64 i)
    }

    let labelled =
        LabelledEvents.create NegativeWeights.Refuse features [
            events "first" 0UL first
            events "second" 1_000_000_000UL second
        ]
        |> valueOf

    let settings = {
        EstimatorSettings.standard with
            Folds = 2
            Members = 1
            Training = {
                ClassifierSettings.standard with
                    Architecture = {
                        Architecture.standard with
                            Hidden = [ 32; 32 ]
                    }
                    LearningRate = 5e-3
                    Epochs = 10
            }
    }

    use team = new ThreadTeam(2)
    let mixture = ReferenceMixture.equal [ "first"; "second" ]

    let estimator =
        EstimatorAssembly.train settings mixture labelled None (TrainingContext.plain team)
        |> valueOf

    let scores =
        (estimator.ByFold(
            team,
            ReadOnlyMemory labelled.FeatureArray,
            ReadOnlyMemory labelled.GroupArray
        ))[1]

    let order = Array.init scores.Length id
    Array.Sort(Array.copy scores, order)
    let mutable below, pairs, positives = 0.0, 0.0, 0.0

    for i in order do
        if labelled.ClassArray[i] = 0 then
            below <- below + 1.0
        else
            pairs <- pairs + below
            positives <- positives + 1.0

    pairs / (below * positives)
