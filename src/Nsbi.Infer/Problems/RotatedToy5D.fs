namespace Nsbi.Infer

open System
open MathNet.Numerics.LinearAlgebra
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Model.Words

/// <summary>Five features x = R z of independent z, of which two depend on parameters: z₀ ~ N(α, 1),
/// z₁ ~ N(β, 3²), z₂ ~ ½N(−2, 1) + ½N(2, 0.5²), z₃ ~ Exp(rate 3), z₄ ~ Exp(rate 0.5). A network sees x;
/// the exact ratio is known through z = R⁻¹x.</summary>
/// <remarks>The five-dimensional example of Cranmer, Pavez, Louppe, arXiv:1506.02169, with α = 1, β = −1
/// and 500 events. R is a sparse positive matrix.</remarks>
[<RequireQualifiedAccess>]
module RotatedToy5D =

    /// <summary>α and β of the example, 1 and −1.</summary>
    let truth: float * float = 1.0, -1.0

    /// <summary>Events of one measurement, 500.</summary>
    let events: int = 500

    let private rotation: float[,] =
        let upper =
            array2D [
                [ 1.31229955; 0.10499961; 0.48310515; -0.3249938; -0.26387927 ]
                [ 0.0; 1.15833058; -0.55865473; 0.25275522; -0.39790775 ]
                [ 0.0; 0.0; 2.25874579; -0.52087938; -0.39271231 ]
                [ 0.0; 0.0; 0.0; 1.4034925; -0.63521059 ]
                [ 0.0; 0.0; 0.0; 0.0; 1.0 ]
            ]

        Array2D.init 5 5 (fun i j -> upper[min i j, max i j])

    let private inverse: float[,] =
        (Matrix<float>.Build.DenseOfArray rotation).Inverse().ToArray()

    let private times (matrix: float[,]) (v: float[]) : float[] =
        Array.init 5 (fun i ->
            let mutable sum = 0.0

            for j in 0..4 do
                sum <- sum + matrix[i, j] * v[j]

            sum)

    /// <summary>x = R z.</summary>
    /// <param name="z">five numbers</param>
    let rotate (z: float[]) : float[] = times rotation z

    /// <summary>z = R⁻¹ x.</summary>
    /// <param name="x">five numbers</param>
    let unrotate (x: float[]) : float[] = times inverse x

    /// <summary>ln p(x|α, β)/p(x|0, 0) = αz₀ − α²/2 + (βz₁ − β²/2)/9.</summary>
    /// <param name="alpha">α</param>
    /// <param name="beta">β</param>
    /// <param name="x">five features</param>
    let logRatio (alpha: float) (beta: float) (x: float[]) : float =
        let z = unrotate x

        alpha * z[0] - 0.5 * alpha * alpha + (beta * z[1] - 0.5 * beta * beta) / 9.0

    /// <summary>The exact shape for the model's <c>point</c>, of tables with the five features.</summary>
    let shape: IEventShape =
        EventShape.ofFormula 2 (fun x beta ->
            let z = unrotate x

            // (m z − m²/2)/w² of a mean m.
            let term z width mean =
                let weight = 1.0 / (width * width)
                let m = mean.Value
                Jet.chain (weight * m * (z - 0.5 * m)) (weight * (z - m)) -weight mean

            Jet.add (term z[0] 1.0 beta[0]) (term z[1] 3.0 beta[1]))

    /// <summary>σ(α̂) = 1/√n and σ(β̂) = 3/√n of n events, without correlation.</summary>
    let sigmas (events: int) : float * float =
        1.0 / sqrt (float events), 3.0 / sqrt (float events)

    /// <summary>The exact estimates, the means of z₀ and z₁.</summary>
    /// <param name="events">n rows of five features</param>
    let estimate (events: float[][]) : float * float =
        let z = events |> Array.map unrotate
        z |> Array.averageBy (fun z -> z[0]), z |> Array.averageBy (fun z -> z[1])

    /// <summary>Events with parameters of their own.</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="toy">the number of the sample</param>
    /// <param name="point">α and β of event i</param>
    /// <param name="events">n</param>
    /// <returns>n rows of five features; a function of the arguments alone</returns>
    let sampleAt
        (seed: uint64)
        (toy: uint64)
        (point: int -> float * float)
        (events: int)
        : float[][] =
        let mutable stream = RandomStream(seed, "rotated toy", toy)
        let x = Array.zeroCreate<float[]> events

        for i in 0 .. events - 1 do
            let alpha, beta = point i
            let z0 = alpha + stream.NextGaussian()
            let z1 = beta + 3.0 * stream.NextGaussian()
            let isLow = stream.NextDouble() < 0.5
            let z2 = stream.NextGaussian()
            let z3 = -(log (1.0 - stream.NextDouble())) / 3.0
            let z4 = -(log (1.0 - stream.NextDouble())) / 0.5
            x[i] <- rotate [| z0; z1; (if isLow then z2 - 2.0 else 2.0 + 0.5 * z2); z3; z4 |]

        x

    /// <summary>Events of p(x|α, β).</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="toy">the number of the sample</param>
    /// <param name="point">α and β</param>
    /// <param name="events">n</param>
    /// <returns>n rows of five features</returns>
    let sample (seed: uint64) (toy: uint64) (point: float * float) (events: int) : float[][] =
        sampleAt seed toy (fun _ -> point) events

    /// <summary>α of the model, from 0 to 2.</summary>
    let alpha: Coefficient = poi "alpha" |> from 1.0 |> between 0.0 2.0

    /// <summary>β of the model, from −3 to 1.</summary>
    let beta: Coefficient = poi "beta" |> from -1.0 |> between -3.0 1.0

    /// <summary>The model of n events with the unbinned channel <c>SR</c> and one process <c>X</c>, whose
    /// shape <c>point</c> is ln p(x|α, β)/p(x|0, 0).</summary>
    /// <param name="events">n</param>
    /// <remarks>The rate is as given: the mean of the exact ratio over events of p(x|0, 0) is 1.</remarks>
    let model (events: int) : Model =
        model "rotated toy" [
            unbinned "SR" (Words.reference "at 0, 0") [
                processOf "X" [
                    yields (float events)
                    eventShape "point" [ alpha; beta ]
                    eventRate AsGiven
                ]
            ]
        ]
