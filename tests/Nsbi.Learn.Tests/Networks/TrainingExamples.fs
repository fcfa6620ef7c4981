/// Small problems with known answers that the tests of trainings share.
module Networks.TrainingExamples

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

let valueOf result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let faultsOf result =
    match result with
    | Ok _ -> ""
    | Error faults -> Fault.render faults

/// n events of N(mean, sigma²), groups from `first` on.
let gaussian (name: string) (first: uint64) (mean: float) (sigma: float) (n: int) : ClassEvents =
    let mutable stream = RandomStream(7UL, name, first)

    {
        Name = name
        Features = Array.init n (fun _ -> float32 (mean + sigma * stream.NextGaussian()))
        Weights = Array.create n 1.0
        Groups = Array.init n (fun i -> first + uint64 i)
    }

let labelled parts =
    LabelledEvents.create NegativeWeights.Refuse 1 parts |> valueOf

/// Two Gaussians at ±distance: ln r = 2·distance·x.
let pair (distance: float) (n: int) : LabelledEvents =
    labelled [
        gaussian "signal" 0UL distance 1.0 n
        gaussian "background" 1_000_000_000UL -distance 1.0 n
    ]

let evenMixture (events: LabelledEvents) =
    ReferenceMixture.equal (List.ofSeq events.ClassNames)

let smallSettings = {
    ClassifierSettings.standard with
        Architecture = {
            Hidden = [ 8; 8 ]
            Activation = Activation.Silu
            Dropout = 0.0
        }
        LearningRate = 1e-2
        BatchSize = 128
        Epochs = 3
        Patience = None
        ValidationFraction = 0.2
}

/// Three quarters of the rows train, the others validate.
let problem (settings: ClassifierSettings) (events: LabelledEvents) : ClassifierProblem =
    let isTraining row = row % 4 <> 0

    {
        Name = "example"
        Settings = settings
        Target = ClassifierTarget.AllClasses
        Mixture = evenMixture events
        Events = events
        TrainingRows = [| 0 .. events.Count - 1 |] |> Array.filter isTraining
        ValidationRows = [| 0 .. events.Count - 1 |] |> Array.filter (isTraining >> not)
        Seed = 3UL
    }

let trainWith (threads: int) (problem: ClassifierProblem) : Network =
    use team = new ThreadTeam(threads)
    use training = new ClassifierTraining(team, problem)
    training.Run(0, 0, TrainingContext.plain team)

let logits (network: Network) (xs: float[]) : float[,] =
    use team = new ThreadTeam(1)
    let flat = network.Logits(team, ReadOnlyMemory(xs |> Array.map float32))
    Array2D.init xs.Length network.OutputCount (fun i k -> float flat[i * network.OutputCount + k])

/// Density of N(mean, sigma²).
let density (mean: float) (sigma: float) (x: float) =
    exp (-0.5 * ((x - mean) / sigma) ** 2.0) / (sigma * sqrt (2.0 * Math.PI))

/// Points of a trapezoidal rule, exact to rounding for densities that vanish at the ends.
let grid = [| for i in -400 .. 400 -> 0.02 * float i |]

let integrate (f: float[]) = 0.02 * Array.sum f
