namespace Nsbi.Infer


open MathNet.Numerics.LinearAlgebra
open Nsbi.Learn.Networks

// Axes: event i, sample k, parameter p.

/// <summary>The fit to the simulated events themselves, at the nominal point: what the analysis is
/// expected to see, with the uncertainty of finite simulation.</summary>
[<NoComparison; ReferenceEquality>]
type SimulationStudy = {
    /// Fit, intervals, significance and scan.
    Measurement: Measurement
    /// The nominal value of the parameter of interest, which the fit should find.
    Truth: float
    /// <summary>Standard error of the fitted value from the finite number of simulated events.</summary>
    ErrorOfFit: float
    /// <summary>√q_0 with its standard error from the finite number of simulated events.</summary>
    Significance: Measured
    /// The weight of each simulated event.
    Weights: float[]
}

/// <summary>Makes simulation studies.</summary>
[<RequireQualifiedAccess>]
module SimulationStudy =

    /// Σ_k Σ_{i of k} v_i² (a_i − ā_k)(b_i − b̄_k): the covariance of Σ v a and Σ v b where the sum of the
    /// weights of each sample is known.
    let private covariance
        (sample: int[])
        (samples: int)
        (v: float[])
        (a: float[])
        (b: float[])
        : float =
        let sum = Array.zeroCreate<float> samples
        let meanA = Array.zeroCreate<float> samples
        let meanB = Array.zeroCreate<float> samples

        for i in 0 .. v.Length - 1 do
            let k = sample[i]
            sum[k] <- sum[k] + v[i]
            meanA[k] <- meanA[k] + v[i] * a[i]
            meanB[k] <- meanB[k] + v[i] * b[i]

        for k in 0 .. samples - 1 do
            if sum[k] > 0.0 then
                meanA[k] <- meanA[k] / sum[k]
                meanB[k] <- meanB[k] / sum[k]

        let mutable total = 0.0

        for i in 0 .. v.Length - 1 do
            let k = sample[i]
            total <- total + v[i] * v[i] * (a[i] - meanA[k]) * (b[i] - meanB[k])

        total

    /// <summary>√(C M C)_pp with C = 2H⁻¹ of the fit and M the covariance of the score Σ v_i ∂ ln D_i: the
    /// sandwich formula.</summary>
    let private errorOf
        (learned: LearnedModel)
        (weights: float[])
        (fit: FitResult)
        (place: int)
        : float =
        let d, gradient = LearnedModel.density learned fit.Values
        let n = gradient.Length
        let scores = gradient |> Array.map (fun g -> Array.map2 (fun g d -> g / d) g d)
        let sample, samples = learned.Simulated.Sample, learned.Simulated.Samples.Length

        let m =
            Matrix<float>
                .Build.Dense(n, n, fun p q -> covariance sample samples weights scores[p] scores[q])

        let c = Matrix<float>.Build.DenseOfArray fit.Covariance
        let variance = (c * m * c).[place, place]
        // At a bound there is no covariance, and no error.
        if variance > 0.0 then sqrt variance else nan

    /// <summary>Fits the simulated events at the nominal point of the model.</summary>
    /// <returns>none where the nominal point has a negative coefficient; or the fit that did not
    /// succeed</returns>
    let make
        (settings: FitSettings)
        (learned: LearnedModel)
        : Result<SimulationStudy, FitResult> option =
        let analysis = learned.Analysis
        let nominal = learned.Model.Initial
        let place = learned.Model.Index[analysis.Interest]

        LearnedModel.simulationWeights learned nominal
        |> Option.map (fun weights ->
            let observation = LearnedModel.ofSimulation learned nominal weights

            Measurement.make settings "expected" analysis.Interest analysis.Null observation
            |> Result.map (fun measurement ->
                let atBest = LearnedModel.values learned measurement.Fit.Values
                let atNull = LearnedModel.values learned measurement.NullPoint
                let logRatio = Array.map2 (fun a b -> log (a / b)) atBest atNull

                let variance =
                    covariance
                        learned.Simulated.Sample
                        learned.Simulated.Samples.Length
                        weights
                        logRatio
                        logRatio

                let z = measurement.Significance

                {
                    Measurement = measurement
                    Truth = nominal[place]
                    ErrorOfFit = errorOf learned weights measurement.Fit place
                    Significance = {
                        Value = z
                        // q_0 = 2 Σ v ln D(best)/D(null) + const, dZ = dq_0/2Z
                        Error = if z > 0.0 then sqrt variance / z else nan
                    }
                    Weights = weights
                }))
