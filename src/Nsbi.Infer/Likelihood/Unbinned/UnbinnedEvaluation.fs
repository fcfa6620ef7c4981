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

/// <summary>The likelihood of unbinned channels.</summary>
[<RequireQualifiedAccess>]
module internal UnbinnedEvaluation =

    /// The name of the process whose term of D is the least at an event, or not a number.
    let private worst (channel: CompiledUnbinned) (table: TiledTable) (a: float[]) beta row =
        let terms =
            channel.Processes
            |> Array.mapi (fun c _ ->
                let factors = EventFactors(channel, table, c, beta)
                factors.Fill([| row |], 0)
                a[c] * table.Tiles[c, row] * factors.Value[0])

        match Array.tryFindIndex (Double.IsFinite >> not) terms with
        | Some c -> channel.Processes[c].Name
        | None ->
            let c = Array.IndexOf(terms, Array.min terms)
            channel.Processes[c].Name

    let private sumOf team table (a: float[]) (forms: ColumnForm[]) (beta: float[]) events columns =
        MixtureKernel.Evaluate(
            events,
            ReadOnlySpan a,
            columns,
            ReadOnlySpan forms,
            table.Shapes,
            ReadOnlySpan beta,
            2,
            Option.toObj team
        )

    /// Σ_i w_i ln D_i with its derivatives in (A, β).
    let private mixture mode team channel (observed: ObservedEvents) (a: float[]) (beta: float[]) =
        let table = channel.Tables[observed.Table]
        let sumOf = sumOf team table a (CompiledUnbinned.forms channel beta) beta

        let add (s: MixtureSum) (t: MixtureSum) =
            if s.BadRow >= 0 then
                s
            elif t.BadRow >= 0 then
                t
            else
                MixtureSum(
                    s.Value + t.Value,
                    Array.map2 (+) s.Gradient t.Gradient,
                    Array.map2 (+) s.Hessian t.Hessian,
                    -1
                )

        match mode with
        | ByDefinition when
            channel.Columns.Length > 0
            && observed.Events.Tiles.Events > 0
            && observed.Columns.Precision <> ColumnPrecision.Double
            ->
            SourceColumns.parts channel table observed.Events
            |> Seq.map (fun struct (events, columns) -> sumOf events columns)
            |> Seq.reduce add
        | _ -> sumOf observed.Events observed.Columns

    let private badEvent channel (observed: ObservedEvents) (a: float[]) beta row =
        let proc = worst channel channel.Tables[observed.Table] a beta row
        Some(EventDensity(channel.Name, observed.Table, row, proc))

    /// <summary>Adds 2ν − 2 Σ_i w_i ln D_i of a channel in the inner coordinates, or says why it is
    /// +∞: the slow twin.</summary>
    let addByJets
        (mode: EvaluationMode)
        (team: ThreadTeam option)
        (inner: InnerCoordinates)
        (kappa: float[])
        (sum: JetSum)
        (channel: CompiledUnbinned)
        (observed: ObservedEvents)
        : Impossible option =
        let beta = CompiledUnbinned.eventParameters channel (inner.ToOuter kappa)
        let logZ = UnbinnedNormalisation.logZ mode team channel beta

        match UnbinnedExpectation.create inner channel logZ kappa with
        | Error reason -> Some reason
        | Ok expected ->
            let a = expected.Amplitudes |> Array.map _.Jet.Value
            let mixture = mixture mode team channel observed a beta

            if mixture.BadRow >= 0 then
                badEvent channel observed a beta mixture.BadRow
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

    /// As above, by logarithmic derivatives; none where these do not exist.
    let private tryAddFast
        team
        (space: UnbinnedSpace)
        kappa
        (sum: JetSum)
        (observed: ObservedEvents)
        =
        let channel = space.Plan.Channel

        match FastExpectation.fill space kappa with
        | Some reason -> Some(Some reason)
        | None when not (Array.forall Double.IsFinite space.Amplitudes) -> None
        | None ->
            let table = channel.Tables[observed.Table]
            let a, beta = space.Amplitudes, space.Beta
            let mixture = sumOf team table a space.Forms beta observed.Events observed.Columns

            if mixture.BadRow >= 0 then
                Some(badEvent channel observed a beta mixture.BadRow)
            else
                FastExpectation.add space mixture sum
                Some None

    /// <summary>Adds 2ν − 2 Σ_i w_i ln D_i of a channel in the inner coordinates, or says why it is
    /// +∞.</summary>
    let add
        (mode: EvaluationMode)
        (team: ThreadTeam option)
        (inner: InnerCoordinates)
        (spaces: WorkSpaces<UnbinnedSpace>)
        (kappa: float[])
        (sum: JetSum)
        (channel: CompiledUnbinned)
        (observed: ObservedEvents)
        : Impossible option =
        let slowly () =
            addByJets mode team inner kappa sum channel observed

        match mode with
        | ByDefinition -> slowly ()
        | AsCompiled ->
            let space = spaces.Rent()

            let result =
                if space.Plan.IsFast then
                    tryAddFast team space kappa sum observed
                else
                    None

            spaces.Return space
            result |> Option.defaultWith slowly
