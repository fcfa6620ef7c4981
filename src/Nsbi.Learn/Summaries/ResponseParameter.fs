namespace Nsbi.Learn.Summaries

open System
open Nsbi.Learn.Networks

/// <summary>Events simulated again at two other values of a parameter, event by event. i: event, j:
/// feature.</summary>
type VariedCopies = {
    /// x_ij at the upper value, n x F, row-major; of no matter where the weight is 0.
    UpFeatures: float32[]
    /// Weights at the upper value; 0 where the event is not selected there.
    UpWeights: float[]
    /// x_ij at the lower value.
    DownFeatures: float32[]
    /// Weights at the lower value.
    DownWeights: float[]
    /// θ_up − θ_down, above 0.
    Distance: float
}

/// <summary>How a parameter moves events through the space of features.</summary>
[<RequireQualifiedAccess>]
type Displacement =
    /// It does not: it changes weights only.
    | Nowhere
    /// Along ∂x_ij/∂θ, n x F, row-major: the tangent of a differentiable simulator.
    | Along of tangents: float32[]
    /// From a lower to an upper copy of each event: finite variations.
    | Between of copies: VariedCopies

/// <summary>The response of events to a parameter at its nominal value, to first order: all that the
/// information of the Asimov counts depends on.</summary>
type ResponseParameter = {
    /// Name, unique among the parameters.
    Name: string
    /// σ of its Gaussian constraint, above 0; None where it is free.
    Width: float option
    /// ∂w_i/∂θ of each event; empty where no weight depends on it. Not with copies, which have weights.
    WeightSlopes: float[]
    /// How it moves the events.
    Displacement: Displacement
}

/// Words for responses.
[<RequireQualifiedAccess>]
module ResponseParameter =
    /// <summary>A parameter of which only weights depend.</summary>
    /// <param name="name">its name</param>
    /// <param name="slopes">∂w_i/∂θ of all events, sample after sample</param>
    let weighting (name: string) (slopes: float[]) : ResponseParameter = {
        Name = name
        Width = None
        WeightSlopes = slopes
        Displacement = Displacement.Nowhere
    }

    /// <summary>A parameter that moves events and leaves their weights.</summary>
    /// <param name="name">its name</param>
    /// <param name="tangents">∂x_ij/∂θ of all events, sample after sample</param>
    let moving (name: string) (tangents: float32[]) : ResponseParameter = {
        Name = name
        Width = None
        WeightSlopes = [||]
        Displacement = Displacement.Along tangents
    }

    /// <summary>A parameter known from copies of the events at two of its values.</summary>
    /// <param name="name">its name</param>
    /// <param name="copies">of all events, sample after sample</param>
    let varied (name: string) (copies: VariedCopies) : ResponseParameter = {
        Name = name
        Width = None
        WeightSlopes = [||]
        Displacement = Displacement.Between copies
    }

    /// <summary>A parameter to which the yields of some samples are proportional: ∂w_i/∂θ = w_i/θ.
    /// </summary>
    /// <param name="name">its name</param>
    /// <param name="nominal">θ, not 0: the expected events, or 1 for a strength</param>
    /// <param name="scaled">names of the samples</param>
    /// <param name="samples">all samples</param>
    let scaling
        (name: string)
        (nominal: float)
        (scaled: string list)
        (samples: ClassEvents list)
        : ResponseParameter =
        samples
        |> List.map (fun sample ->
            if List.contains sample.Name scaled then
                sample.Weights |> Array.map (fun w -> w / nominal)
            else
                Array.zeroCreate sample.Weights.Length)
        |> Array.concat
        |> weighting name

    /// <summary>The parameter with a Gaussian constraint at its nominal value.</summary>
    /// <param name="width">σ, in units of the parameter</param>
    /// <param name="parameter">the parameter</param>
    let constrainedBy (width: float) (parameter: ResponseParameter) : ResponseParameter = {
        parameter with
            Width = Some width
    }
