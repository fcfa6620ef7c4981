/// A Gaussian in two features whose means two parameters shift, for the tests of parameterised networks.
module Networks.ParameterisedExamples

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Networks.TrainingExamples

/// One feature, one parameter: ln r(x|α) = αδx − α²δ²/2.
let delta = 0.4

let truth (alpha: float) (x: float) =
    alpha * delta * x - 0.5 * (alpha * delta) ** 2.0

let sampleAt (first: uint64) (n: int) (alpha: float) : ParameterisedSample =
    gaussian $"at {alpha}" (first + uint64 (1_000_000.0 * (alpha + 10.0))) (alpha * delta) 1.0 n
    |> ParameterisedSample.at [ alpha ]

let shiftEvents (n: int) (points: float list) : ParameterisedEvents =
    points
    |> List.map (sampleAt 0UL n)
    |> ParameterisedEvents.create
        NegativeWeights.Refuse
        1
        [ "shift" ]
        (gaussian "reference" 100_000_000UL 0.0 1.0 n)
    |> valueOf

let settings (anchored: bool) (folds: int) (members: int) : ParameterisedSettings = {
    Anchored = anchored
    Estimator = {
        EstimatorSettings.standard with
            Folds = folds
            Members = members
            Training = {
                smallSettings with
                    Architecture = {
                        Hidden = [ 16; 16 ]
                        Activation = Activation.Silu
                        Dropout = 0.0
                    }
                    Schedule = Schedule.Cosine 0.01
                    LearningRate = 0.01
                    BatchSize = 1024
                    Epochs = 15
                    ValidationFraction = 0.1
            }
    }
}

let train settings events =
    use team = new ThreadTeam(1)

    ParameterisedAssembly.train settings events (Some "features") (TrainingContext.plain team)
    |> valueOf

/// Trained once for all tests that ask for it.
let shiftEstimator =
    lazy (shiftEvents 8000 [ -2.0; -1.0; 1.0; 2.0 ] |> train (settings true 3 1))

/// Two features, two parameters: the means are at (0.5 a, 0.3 b).
let pairEvents (n: int) : ParameterisedEvents =
    let make name first (a: float, b: float) : ClassEvents =
        let mutable stream = RandomStream(3UL, name, first)

        {
            Name = name
            Features =
                Array.init (2 * n) (fun i ->
                    float32 ((if i % 2 = 0 then a else b) + stream.NextGaussian()))
            Weights = Array.create n 1.0
            Groups = Array.init n (fun i -> first + uint64 i)
        }

    [ 1.0, 0.0; -1.0, 0.0; 0.0, 1.0; 1.0, -1.0 ]
    |> List.mapi (fun k (a, b) ->
        make $"sample {k}" (uint64 k * 10_000UL) (0.5 * a, 0.3 * b)
        |> ParameterisedSample.at [ a; b ])
    |> ParameterisedEvents.create
        NegativeWeights.Refuse
        2
        [ "a"; "b" ]
        (make "reference" 900_000UL (0.0, 0.0))
    |> valueOf

let quick anchored folds members =
    let settings = settings anchored folds members

    {
        settings with
            Estimator = {
                settings.Estimator with
                    Training = {
                        settings.Estimator.Training with
                            Epochs = 2
                            BatchSize = 64
                    }
            }
    }

let features (n: int) : float32[] =
    let mutable stream = RandomStream(11UL, "features", 0UL)
    Array.init (2 * n) (fun _ -> float32 (stream.NextGaussian()))
