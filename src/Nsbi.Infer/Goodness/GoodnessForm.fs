namespace Nsbi.Infer

open System

/// The form of the statistic of a learned test for many events.
[<RequireQualifiedAccess>]
module internal GoodnessForm =

    /// What the fit would find with no freedom of f: the form of its statistic for many events.
    let find
        (fits: FitSettings)
        (settings: LearnedGoodnessSettings)
        (observation: Observation)
        (fit: FitResult)
        (prepared: GoodnessChannel[])
        (channels: RatioChannel[])
        : (float * float) option =
        let shapes = channels |> Array.map _.Space.Shape
        let count = shapes |> Array.sumBy _.Parameters

        if shapes |> Array.exists (fun s -> not s.IsLinear) then
            Some(1.0, float count)
        else
            let compiled = observation.Owner
            let free = FitPoints.freePlaces fits compiled
            let kappa = compiled.Model.InnerCoordinates.ToInner fit.Values
            let objective = RatioFit.objective fits observation fit.Values channels
            let inside = free |> Array.map (fun k -> not fit.Parameters[k].AtBound)

            let point =
                Array.append (Array.zeroCreate count) (free |> Array.map (fun k -> kappa[k]))

            objective.Evaluate point
            |> Option.bind (fun jet ->
                let ridge = shapes |> Array.collect (fun s -> Array.create s.Parameters s.Ridge)

                let own = [| 0 .. free.Length - 1 |] |> Array.filter (fun k -> inside[k])

                let block =
                    Array2D.init own.Length own.Length (fun k l ->
                        0.5 * jet.Hessian[count + own[k], count + own[l]])

                SymmetricMatrix.cholesky block
                |> Option.bind (fun l ->
                    // J_pp − J_pκ J_κκ⁻¹ J_κp: what is left of the information once the model was fitted.
                    let halves =
                        Array.init count (fun a ->
                            own
                            |> Array.map (fun k -> 0.5 * jet.Hessian[a, count + k])
                            |> SymmetricMatrix.forward l)

                    let information =
                        Array2D.init count count (fun a b ->
                            let absorbed =
                                Array.fold2 (fun s x y -> s + x * y) 0.0 halves[a] halves[b]

                            let whole = 0.5 * jet.Hessian[a, b]
                            whole - (if a = b then ridge[a] else 0.0) - absorbed)

                    let reference = Array2D.zeroCreate<float> count count

                    if settings.Fluctuating then
                        let mutable at = 0

                        for c in 0 .. channels.Length - 1 do
                            let space = channels[c].Space
                            let w = prepared[c].Weights
                            let p = space.Shape.Parameters
                            let dw = free |> Array.map (fun _ -> Array.zeroCreate w.Length)
                            let squares = w |> Array.map (fun x -> x * x)
                            let found = space.Evaluate(squares, dw, Array.zeroCreate p)

                            for a in 0 .. p - 1 do
                                for b in 0 .. p - 1 do
                                    reference[at + a, at + b] <- found.Hessian[a * p + b]

                            at <- at + p

                    AsymptoticForm.ofInformation information ridge reference))
