namespace Nsbi.Learn.Networks

open System
open Nsbi.Learn

/// <summary>Events with their differential rates at several points of the parameters, of densities that
/// are squares of amplitudes: F(x; θ) = Σ_j (Σ_i a_ij(x) u_i(θ))² with known terms u(θ), such as
/// (1, θ_1, …, θ_d) for amplitudes that are linear in d Wilson coefficients.</summary>
/// <remarks>Axes: events n, features F, points b, terms m.</remarks>
[<NoComparison; ReferenceEquality>]
type AmplitudeEvents = {
    /// F.
    FeatureCount: int
    /// n x F, row-major.
    Features: float32[]
    /// Weights of the events as a sample of the reference density; 0 or above.
    Weights: float[]
    /// Events of one group stay in one fold.
    Groups: uint64[]
    /// u(θ_b): points x terms; their products must determine a form of m(m + 1)/2 numbers.
    Points: float[][]
    /// <summary>dσ(θ_b)/dσ_ref of each event, which may depend on more than the features: points x
    /// events; 0 or above.</summary>
    Rates: float[][]
}

/// <summary>Checks of such events.</summary>
[<RequireQualifiedAccess>]
module AmplitudeEvents =

    /// <summary>The events, or every fault of them.</summary>
    let validate (source: string) (events: AmplitudeEvents) : Result<AmplitudeEvents, Fault list> =
        let log = FaultLog()
        let n = events.Weights.Length

        let length what expected found =
            if found <> expected then
                Fault.create source $"{found} {what} for {expected}" "give one for each"
                |> log.Add

        let positive what (values: float[]) =
            values
            |> Array.iteri (fun i x ->
                if not (Double.IsFinite x && x >= 0.0) then
                    Fault.create source $"{what} is not a number of 0 or above" "correct the event"
                    |> Fault.atEvent i
                    |> Fault.withValue (JsonFields.text x)
                    |> log.Add)

        if n = 0 then
            Fault.create source "there are no events" "give simulated events" |> log.Add

        length "feature values" (n * events.FeatureCount) events.Features.Length
        length "groups" n events.Groups.Length
        length "rates" events.Points.Length events.Rates.Length
        positive "a weight" events.Weights

        events.Features
        |> Array.iteri (fun k x ->
            if not (Single.IsFinite x) then
                Fault.create source "a feature is not a finite number" "replace or drop the event"
                |> Fault.atEvent (k / max 1 events.FeatureCount)
                |> log.Add)

        for b in 0 .. events.Rates.Length - 1 do
            length $"rates of point {b}" n events.Rates[b].Length
            positive $"a rate of point {b}" events.Rates[b]

            if Array.forall (fun x -> x = 0.0) events.Rates[b] then
                Fault.create source $"the rates of point {b} are all 0" "leave the point out"
                |> log.Add

        if events.Points |> Array.distinctBy _.Length |> Array.length <> 1 then
            Fault.create source "the points have different numbers of terms" "give each all terms"
            |> log.Add

        if log.IsEmpty then Ok events else Error(log.ToList())
