namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>What an unbinned channel expects at a point, in the inner coordinates: D = Σ_c A_c r_c
/// Π g, ν = Σ_c N_c.</summary>
[<NoComparison>]
type internal UnbinnedExpectation = {
    /// A_c = f_c ν_c G_c/Z_c; without Z_c where the event rate is AsGiven or FromEvents.
    Amplitudes: PlacedJet[]
    /// N_c = f_c ν_c G_c; times Z_c where the event rate is FromEvents.
    Yields: PlacedJet[]
}

/// <summary>The expectations of an unbinned channel.</summary>
[<RequireQualifiedAccess>]
module internal UnbinnedExpectation =

    /// ln Z_c of a process as a function of θ.
    let private logZ (channel: CompiledUnbinned) (beta: float[]) (c: int) : PlacedJet option =
        channel.Normalisations[c]
        |> Option.map (fun z -> {
            Places =
                channel.Processes[c].EventParameters
                |> Array.map (fun k -> channel.EventParameters[k])
            Jet = z.LogZ beta
        })

    /// Amplitudes and yields at κ, given ln Z_c of each process as a function of θ where it has
    /// one; or why they do not exist.
    let create
        (inner: InnerCoordinates)
        (channel: CompiledUnbinned)
        (normalised: PlacedJet option[])
        (kappa: float[])
        : Result<UnbinnedExpectation, Impossible> =
        let theta = inner.ToOuter kappa
        let toInner = PlacedJet.toInner inner kappa

        let undefined c =
            let jet = channel.Processes[c].Coefficient.Jet kappa
            not (Double.IsFinite jet.Value)

        let impossible =
            seq { 0 .. channel.Processes.Length - 1 }
            |> Seq.tryPick (fun c ->
                let name = channel.Processes[c].Name

                match normalised[c] with
                | _ when undefined c -> Some(UndefinedCoefficient(channel.Name, name))
                | Some z when not (Double.IsFinite z.Jet.Value) ->
                    Some(EventNormalisation(channel.Name, name))
                | _ -> None)

        match impossible with
        | Some reason -> Error reason
        | None ->
            let parts =
                channel.Processes
                |> Array.mapi (fun c p ->
                    let scale =
                        PlacedJet.scale p.Yield {
                            Places = p.Coefficient.Places
                            Jet = p.Coefficient.Jet kappa
                        }

                    let rate =
                        if p.Rates.Length = 0 then
                            scale
                        else
                            YieldFactor.evaluate p.Rates theta
                            |> toInner
                            |> PlacedJet.multiply scale

                    let times sign (z: PlacedJet) =
                        PlacedJet.exponential sign z |> toInner |> PlacedJet.multiply rate

                    match normalised[c], p.EventRate with
                    | Some z, Renormalised -> times -1.0 z, rate
                    | Some z, FromEvents -> rate, times 1.0 z
                    | _ -> rate, rate)

            Ok {
                Amplitudes = Array.map fst parts
                Yields = Array.map snd parts
            }

    /// The same with the compiled normalisations.
    let ofChannel
        (inner: InnerCoordinates)
        (channel: CompiledUnbinned)
        (kappa: float[])
        : Result<UnbinnedExpectation, Impossible> =
        let beta = CompiledUnbinned.eventParameters channel (inner.ToOuter kappa)
        let normalised = Array.init channel.Processes.Length (logZ channel beta)
        create inner channel normalised kappa

/// <summary>The likelihood of unbinned channels.</summary>
[<RequireQualifiedAccess>]
module internal UnbinnedEvaluation =

    /// The name of the process whose term of D is the least at an event, or not a number.
    let private worst (channel: CompiledUnbinned) (table: TiledTable) (a: float[]) beta row =
        let terms =
            channel.Processes
            |> Array.mapi (fun c p ->
                let factors = EventFactors(table.Terms, c, p.EventParameters, beta)
                factors.Fill([| row |], 0)
                a[c] * table.Tiles[c, row] * exp factors.Log[0])

        match Array.tryFindIndex (Double.IsFinite >> not) terms with
        | Some c -> channel.Processes[c].Name
        | None ->
            let c = Array.IndexOf(terms, Array.min terms)
            channel.Processes[c].Name

    /// <summary>Adds 2ν − 2 Σ_i w_i ln D_i of a channel in the inner coordinates, or says why it is
    /// +∞.</summary>
    let add
        (team: ThreadTeam option)
        (inner: InnerCoordinates)
        (kappa: float[])
        (sum: JetSum)
        (channel: CompiledUnbinned)
        (observed: ObservedEvents)
        : Impossible option =
        match UnbinnedExpectation.ofChannel inner channel kappa with
        | Error reason -> Some reason
        | Ok expected ->
            let table = channel.Tables[observed.Table]
            let a = expected.Amplitudes |> Array.map _.Jet.Value
            let beta = CompiledUnbinned.eventParameters channel (inner.ToOuter kappa)

            let mixture =
                MixtureKernel.Evaluate(
                    observed.Events,
                    ReadOnlySpan a,
                    table.Terms,
                    ReadOnlySpan beta,
                    2,
                    Option.toObj team
                )

            if mixture.BadRow >= 0 then
                let proc = worst channel table a beta mixture.BadRow
                Some(EventDensity(channel.Name, observed.Table, mixture.BadRow, proc))
            else
                // β_k = θ_k as a function of its inner coordinate.
                let parameters =
                    channel.EventParameters
                    |> Array.mapi (fun position k ->
                        let struct (value, first, second) =
                            inner.Chain(k, kappa[k], struct (beta[position], 1.0, 0.0))

                        struct ([| k |],
                                {
                                    Value = value
                                    Gradient = [| first |]
                                    Hessian = array2D [ [ second ] ]
                                }))

                for n in expected.Yields do
                    sum.AddJet(2.0, n.Places, n.Jet)

                sum.AddChain(
                    -2.0 * mixture.Value,
                    mixture.Gradient |> Array.map (fun g -> -2.0 * g),
                    mixture.Hessian |> Array.map (fun h -> -2.0 * h),
                    Array.append
                        (expected.Amplitudes |> Array.map (fun f -> struct (f.Places, f.Jet)))
                        parameters
                )

                None
