namespace Nsbi.Learn.Transport

open System
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

// Axes: event i, feature a, condition c.

/// <summary>The training of a transport map by the dual of Kantorovich's problem.</summary>
/// <remarks>
/// <code>
/// TransportEvents.create 3 1 source target
/// |> Result.bind (TransportTraining.train (TrainingContext.plain team) TransportSettings.standard)
/// |> Result.map (fun map -> map.Apply(team, features, conditions))
/// </code>
/// With u of the source p and v of the target q in scaled coordinates, f and g convex:
/// sup over g of inf over f … W₂²(p, q) = E|u|² + E|v|² − 2 min_f max_g { E_q f(v) + E_p[⟨u, ∇g(u)⟩ − f(∇g(u))] };
/// at the solution ∇g moves p onto q, ∇f moves q onto p. In turn g takes steps along
/// E_p[f(∇g(u)) − ⟨u, ∇g(u)⟩] and f along E_q f(v) − E_p f(∇g(u)). With conditions all functions have the
/// conditions z as a second argument, u and v keep theirs, and q(z) = p(z) is required (<c>TransportEvents</c>).
/// Events are drawn into the batches with probabilities proportional to their weights.
/// Progress: <c>TrainLoss</c> is the estimate of W₂², <c>ValidationLoss</c> the cycle (<c>TransportEpoch</c>).
/// Source: Makkuva, Taghvaei, Oh and Lee, arXiv:1908.10902, eq. 8; Brenier 1991; with calibration in view:
/// Pollard and Windischhofer, arXiv:2107.08648; Algren, Raine and Golling, arXiv:2307.05187.
/// </remarks>
[<RequireQualifiedAccess>]
module TransportTraining =
    let private identity n =
        Array2D.init n n (fun a b -> if a = b then 1.0 else 0.0)

    /// M of ∇g and M⁻¹ of ∇f at the start.
    let private start
        (settings: TransportSettings)
        (frame: TransportFrame)
        (events: TransportEvents)
        =
        let n = events.FeatureCount

        match settings.Start with
        | TransportStart.Translation -> identity n, identity n
        | TransportStart.Gaussian ->
            let moments (sample: TransportSample) =
                TransportFrame.scaledMoments frame sample.Features sample.Weights

            let forward =
                GaussianTransport.between (moments events.Source) (moments events.Target)

            forward.Matrix, SymmetricRoot.apply (fun x -> 1.0 / x) forward.Matrix

    let private range columns (values: float[]) (weights: float[]) : TransportRange =
        let pick (choose: float -> float -> float) (worst: float) a =
            let mutable found = worst

            for i in 0 .. weights.Length - 1 do
                if weights[i] > 0.0 then
                    found <- choose found values[i * columns + a]

            found

        {
            Lowest = Array.init columns (pick min infinity)
            Highest = Array.init columns (pick max -infinity)
        }

    let internal prepare (settings: TransportSettings) (events: TransportEvents) =
        let frame = TransportFrame.fit settings.Cost events

        let potential =
            TransportMap.potentialOf settings events.FeatureCount events.ConditionCount

        let forward, backward = start settings frame events

        let first prefix matrix =
            ConvexPotential.initialValues prefix potential settings.Seed matrix

        let initial =
            Map.foldBack
                Map.add
                (first TransportMap.MapPrefix forward)
                (first TransportMap.DualPrefix backward)

        struct (potential, frame, initial)

    /// <summary>Trains a map that moves the source onto the target.</summary>
    /// <param name="context">threads, progress, cancellation, checkpoints</param>
    /// <param name="settings">potentials, updates, seed</param>
    /// <param name="events">source and target</param>
    /// <returns>the map, whose <c>History.Ending</c> says if it diverged; or every fault of the settings</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    /// <remarks>The bytes of the result are a function of settings and events, not of the number of threads or
    /// of interruptions.</remarks>
    let train
        (context: TrainingContext)
        (settings: TransportSettings)
        (events: TransportEvents)
        : Result<TransportMap, Fault list> =
        match TransportSettings.validate settings with
        | Error faults -> Error faults
        | Ok settings ->
            let struct (potential, frame, initial) = prepare settings events
            let source = events.Source

            use loop =
                new TransportLoop(context.Team, settings, potential, frame, events, initial)

            loop.Run context

            TransportMap(
                potential,
                settings,
                frame,
                loop.Values,
                range events.FeatureCount source.Features source.Weights,
                range events.ConditionCount source.Conditions source.Weights,
                loop.History
            )
            |> Ok
