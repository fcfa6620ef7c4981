/// Trained functions against the best ones: losses by quadrature, without Monte Carlo error.
module Networks.BayesValueTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private tanhNet widths = {
    Hidden = widths
    Activation = Activation.Tanh
    Dropout = 0.0
}

[<Test>]
let ``two near Gaussians: the excess loss is below 1e-4 and the ratio is e^2ax`` () =
    let a = 0.1

    let settings = {
        smallSettings with
            Architecture = tanhNet [ 4 ]
            LearningRate = 0.02
            Schedule = Schedule.Cosine 0.0
            BatchSize = 3000
            Epochs = 5
    }

    let network =
        trainWith 1 {
            (pair a 120_000 |> problem settings) with
                Target = ClassifierTarget.AgainstReference 0
                Mixture = ReferenceMixture.create [ "signal", 0.0; "background", 1.0 ] |> valueOf
        }

    let z = logits network grid

    let lossOf (logit: int -> float) =
        grid
        |> Array.mapi (fun i x ->
            0.5 * density a 1.0 x * log (1.0 + exp -(logit i))
            + 0.5 * density -a 1.0 x * log (1.0 + exp (logit i)))
        |> integrate

    let bayes = lossOf (fun i -> 2.0 * a * grid[i])
    Assert.That(bayes, Is.EqualTo(0.6881720).Within 1e-7)
    let excess = lossOf (fun i -> z[i, 0]) - bayes
    TestContext.Out.WriteLine $"excess loss {excess}"
    Assert.That(excess, Is.InRange(0.0, 1e-4))

    for i in 0 .. grid.Length - 1 do
        if abs grid[i] <= 2.0 then
            Assert.That(z[i, 0], Is.EqualTo(2.0 * a * grid[i]).Within 0.06)

[<Test>]
let ``four Gaussians against their mixture: every ratio is learned`` () =
    let parts = [ "S", 1.2, 0.7; "SBI", -0.4, 0.8; "B", 0.0, 1.0; "NI", -0.6, 1.2 ]
    let n = 40_000

    let events =
        parts
        |> List.mapi (fun k (name, mean, sigma) ->
            gaussian name (uint64 k * 1_000_000UL) mean sigma n)
        |> labelled

    let weights = [| 0.2; 0.2; 0.2; 0.4 |]

    let mixture =
        List.map2 (fun (name, _, _) w -> name, w) parts (List.ofArray weights)
        |> ReferenceMixture.create
        |> valueOf

    let settings = {
        EstimatorSettings.standard with
            Folds = 2
            Training = {
                smallSettings with
                    Architecture = {
                        tanhNet [ 16; 16 ] with
                            Activation = Activation.Silu
                    }
                    Schedule = Schedule.Cosine 0.0
                    LearningRate = 0.01
                    BatchSize = 512
                    Epochs = 8
                    ValidationFraction = 0.1
            }
    }

    use team = new ThreadTeam(1)

    let estimator =
        EstimatorAssembly.train settings mixture events None (TrainingContext.plain team)
        |> valueOf

    let reference x =
        List.fold2 (fun sum w (_, m, s) -> sum + w * density m s x) 0.0 (List.ofArray weights) parts

    let features = ReadOnlyMemory(grid |> Array.map float32)

    for fold in 0..1 do
        let r = estimator.OfFold(team, fold, features)

        parts
        |> List.iteri (fun c (name, mean, sigma) ->
            // ∫ p_ref (r̂ − r)², relative to ∫ p_ref r² ≥ 1.
            let squares =
                grid
                |> Array.mapi (fun i x ->
                    let p = reference x
                    p * (r[c][i] - density mean sigma x / p) ** 2.0)
                |> integrate

            TestContext.Out.WriteLine $"{name}: {sqrt squares}"
            Assert.That(sqrt squares, Is.LessThan 0.06, name))

    for record in estimator.Normalisation do
        Assert.That(abs (record.Check.Pull 1.0), Is.LessThan 4.0)
        Assert.That(record.Check.Value, Is.EqualTo(1.0).Within 0.03)
