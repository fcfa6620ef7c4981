namespace Nsbi.Infer


open MathNet.Numerics.LinearAlgebra
open Nsbi.Learn.Networks
open Nsbi.Model

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
    /// <summary>θ + I⁻¹U at the nominal point, with U = ∂ ln L and I = Σ v ∂ ln D ∂ ln D: what the fit
    /// would find were there no bounds, with its error. The curvature of the constraints is in I.</summary>
    OneStep: Measured
    /// <summary>Expected significance of the test that adds up T = ln [D(nominal)/D(null)] of the
    /// events, Σ (v − v⁰) T / √(Σ v⁰ T²) with the weights v⁰ of the null value. The exact ratio
    /// maximises it; one that promises too much loses. Unlike √q_0 it needs no closure of the fit, so
    /// that few simulated events for many expected ones do it little harm. None where the samples
    /// cannot be weighted to the null value.</summary>
    SumOfLogs: Measured option
    /// The weight of each simulated event.
    Weights: float[]
}

/// <summary>Makes simulation studies.</summary>
[<RequireQualifiedAccess>]
module SimulationStudy =

    let private covariance (learned: LearnedModel) (v: float[]) (a: float[]) (b: float[]) : float =
        SimulatedEvents.covariance v a b learned.Simulated

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

        let m =
            Matrix<float>
                .Build.Dense(n, n, fun p q -> covariance learned weights scores[p] scores[q])

        let c = Matrix<float>.Build.DenseOfArray fit.Covariance
        let variance = (c * m * c).[place, place]
        // At a bound there is no covariance, and no error.
        if variance > 0.0 then sqrt variance else nan

    /// The parameter of interest after one step from the nominal point.
    let internal oneStep (learned: LearnedModel) (weights: float[]) (place: int) : Measured =
        let nominal = learned.Model.Initial
        let d, gradient = LearnedModel.density learned nominal
        let n = gradient.Length
        let scores = gradient |> Array.map (fun g -> Array.map2 (fun g d -> g / d) g d)
        let sum f = Array.sum (Array.mapi f weights)

        // The constraints are at their best at the nominal point: they add to I and nothing to U.
        let constrained =
            learned.Model.Parameters
            |> List.map (fun p ->
                match Constraint.width p.Constraint with
                | Some width when width > 0.0 -> 1.0 / (width * width)
                | _ -> 0.0)
            |> List.toArray

        let information =
            Matrix<float>
                .Build.Dense(
                    n,
                    n,
                    fun p q ->
                        sum (fun i v -> v * scores[p][i] * scores[q][i])
                        + (if p = q then constrained[p] else 0.0)
                )

        let m =
            Matrix<float>
                .Build.Dense(n, n, fun p q -> covariance learned weights scores[p] scores[q])

        let slope = LearnedModel.expectedSlope learned nominal

        let u =
            Vector<float>.Build.Dense(n, fun p -> sum (fun i v -> v * scores[p][i]) - slope[p])

        let c = information.Inverse()

        {
            Value = nominal[place] + (c * u)[place]
            Error = sqrt (c * m * c).[place, place]
        }

    /// Of the test that adds up ln [D(nominal)/D(null)].
    let internal sumOfLogs (learned: LearnedModel) (weights: float[]) (place: int) =
        let nominal = learned.Model.Initial
        let absent = Array.copy nominal
        absent[place] <- learned.Analysis.Null

        LearnedModel.simulationWeights learned absent
        |> Option.map (fun null' ->
            let atNull = LearnedModel.values learned absent

            let t =
                Array.map2 (fun a b -> log (a / b)) (LearnedModel.values learned nominal) atNull

            let gain = Array.map3 (fun v v0 t -> (v - v0) * t) weights null' t
            let noise = Array.map2 (fun v0 t -> v0 * t * t) null' t
            let gained, variance = Array.sum gain, Array.sum noise
            let z = gained / sqrt variance
            // dZ/Z = dΣ(v − v⁰)T/Σ(v − v⁰)T − ½ dΣv⁰T²/Σv⁰T², per expected event of the sample.
            let expected = SimulatedEvents.expected learned.Simulated

            let influence =
                Array.init t.Length (fun i ->
                    if expected[i] = 0.0 then
                        0.0
                    else
                        z * (gain[i] / gained - 0.5 * noise[i] / variance) / expected[i])

            {
                Value = z
                Error = sqrt (covariance learned expected influence influence)
            })

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

                let variance = covariance learned weights logRatio logRatio

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
                    OneStep = oneStep learned weights place
                    SumOfLogs = sumOfLogs learned weights place
                    Weights = weights
                }))
