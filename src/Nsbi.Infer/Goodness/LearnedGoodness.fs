namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Kernels
open Nsbi.Model

/// <summary>What a learned test found in one toy.</summary>
type LearnedToy = {
    /// The number of the toy.
    Index: int
    /// The statistic; NaN where a fit failed.
    Value: float
    /// Why a fit failed; none where it did not.
    Failure: string option
    /// Attempts of the fit after the first.
    Retries: int
}

/// <summary>A parameter where the model was fitted alone, and where it was together with f.</summary>
type GoodnessShift = {
    /// The parameter.
    Name: string
    /// At the best fit.
    Fitted: float
    /// Where f was fitted too.
    Joint: float
}

/// <summary>The goodness of fit in the space of all features, by a learned likelihood ratio.</summary>
[<NoComparison; ReferenceEquality>]
type LearnedGoodness = {
    /// The features, by channel.
    Features: (string * string list) list
    /// The family of functions.
    Settings: LearnedGoodnessSettings
    /// <summary>t ≥ 0; larger is worse.</summary>
    Value: float
    /// <summary>The share of toys of the fitted model, each fitted again, with a t as large; none without
    /// toys.</summary>
    PValue: ToyPValue option
    /// <summary>The toys in the order of their numbers.</summary>
    Toys: LearnedToy[]
    /// <summary>An asymptotic distribution beside that of the toys; none where there is none.</summary>
    Asymptotic: AsymptoticForm option
    /// The parameters that were free.
    Shifts: GoodnessShift list
    /// The data and the reference, by channel.
    Events: GoodnessEvents list
} with

    /// Toys whose fit failed, which are left out.
    member this.Failed: int =
        this.Toys |> Array.filter (fun t -> t.Failure.IsSome) |> Array.length

    /// The test in two lines.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G4", CultureInfo.InvariantCulture)

        let p =
            match this.PValue with
            | Some p ->
                $"p = {number p.Value} ± {number p.Error} ({this.Toys.Length - this.Failed} toys)"
            | None -> "no toys"

        let names = this.Features |> List.collect snd |> String.concat ", "
        let first = $"learned likelihood ratio in {names}: t = {number this.Value}, {p}"

        match this.Asymptotic with
        | Some form ->
            first
            + $"\n  asymptotically {number form.Scale} χ² of {number form.Degrees} degrees: p = {number form.PValue}"
        | None -> first

/// <summary>Learned tests of the goodness of fit.</summary>
/// <remarks>The extended likelihood of a model whose density is D e^f, f any function of a family: t =
/// min_θ [−2 ln L(θ)] − min_{θ,f} [−2 ln L(θ) + 2 Σ_ref w(θ)(e^f − 1) − 2 Σ_data f + λ|f|²], which is τ − Δ;
/// without free parameters t = −2 min_f {Σ_ref w(e^f − 1) − Σ_data f + ½λ|f|²}. The reference are the events
/// of the reference tables with the Asimov weights of the model. Where it is a finite sample, as it is in
/// the table, every toy has another: each event counts as often as Poisson(1) says, the weights of each
/// process adding up to its yield as they do in the table, so that the distribution of t holds what the
/// finite simulation does. Toys are drawn from the same reference at the best fit, and fitted again.
/// The norm of event variations in the likelihood stays that of the table in all toys; where the reference is
/// a few times the data and shapes are uncertain, p came out a little too large: 0.58 on average over
/// experiments of four times, 0.53 of twenty times the data.
/// Sources: D'Agnolo and Wulzer, arXiv:1806.02350; d'Agnolo, Grosso, Pierini, Wulzer, Zanetti,
/// arXiv:2111.13633.</remarks>
[<RequireQualifiedAccess>]
module LearnedGoodness =

    /// Toys of a durable task: each takes a second or so.
    let private piece = 20

    let private joint
        (fits: FitSettings)
        (observation: Observation)
        (fit: FitResult)
        (channels: RatioChannel[])
        : RatioFitEnd * float =
        let found = RatioFit.run fits observation fit.Values channels
        found, max 0.0 (fit.TwiceNll - found.Minimum)

    /// What the fit would find with no freedom of f: the form of its statistic for many events.
    let private asymptotic
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

    /// The data with f, and the reference at both fits.
    let private events
        (observation: Observation)
        (found: RatioFitEnd)
        (prepared: GoodnessChannel[])
        (channels: RatioChannel[])
        : GoodnessEvents list =
        let inner = observation.Owner.Model.InnerCoordinates
        let kappa = inner.ToInner found.Theta

        [
            for c in 0 .. channels.Length - 1 do
                let kind, rows, counts = GoodnessChannel.observed observation prepared[c]

                match channels[c].Weights.At(kappa, [||]) with
                | None -> ()
                | Some(w, _) ->
                    let f = (channels[c].Space.Evaluate(w, [||], found.Parameters[c])).F

                    {
                        Channel = prepared[c].Channel.Name
                        Table = kind
                        Rows = rows
                        Counts = counts
                        LogRatio = Array.sub f w.Length rows.Length
                        Reference = prepared[c].Pool
                        Model = prepared[c].Weights
                        Learned = Array.mapi (fun j w -> w * exp f[j]) w
                    }
        ]

    let private measurement
        (fits: FitSettings)
        (settings: LearnedGoodnessSettings)
        (sampler: ToySampler)
        (prepared: GoodnessChannel[])
        : IToyMeasurement<LearnedToy> =
        let compiled = sampler.Likelihood
        let free = (FitPoints.freePlaces fits compiled).Length
        let theta = sampler.Theta

        let spaces =
            WorkSpaces(fun () ->
                prepared |> Array.map (fun c -> RatioSpace(c.Shape, c.Inputs, free)))

        let exact = prepared |> Array.map (GoodnessChannel.reference compiled)

        let basis =
            lazy
                (prepared
                 |> Array.collect (fun c ->
                     Array.concat [ c.Inputs; c.Shape.Centre; c.Shape.Scale ])
                 |> Array.collect BitConverter.GetBytes
                 |> ContentHash.ofBytes)

        {
            new IToyMeasurement<LearnedToy> with
                member _.Settings = [
                    "family", (string settings.Family).Replace("\n", " ")
                    "reference fluctuates", string settings.Fluctuating
                    "inputs of the family", basis.Value
                    yield! ToyRestart.settingsOf fits theta
                ]

                member _.Measure toy =
                    let failure (fit: FitResult) =
                        if fit.Status.Succeeded then
                            None
                        else
                            Some $"{fit.Status.Name}: {fit.Status.Advice}"

                    let struct (fit, failed, retries) =
                        ToyRestart.run fits theta toy failure _.TwiceNll (fun _ fit -> fit)

                    let result value reason = {
                        Index = toy.Index
                        Value = value
                        Failure = reason
                        Retries = retries
                    }

                    match failed with
                    | Some reason -> result nan (Some reason)
                    | None ->
                        let rented = spaces.Rent()

                        let channels =
                            Array.init prepared.Length (fun c ->
                                GoodnessChannel.toyCounts toy.Observation prepared[c]
                                |> rented[c].SetCounts

                                {
                                    Space = rented[c]
                                    Weights =
                                        if settings.Fluctuating then
                                            GoodnessChannel.bootstrap compiled toy prepared[c]
                                        else
                                            exact[c]
                                })

                        let found, value = joint fits toy.Observation fit channels
                        spaces.Return rented

                        match found.Failure with
                        | Some _ -> result nan found.Failure
                        | None -> result value None

                member _.Failure result = result.Failure

                member _.Write(writer, result) =
                    writer.Write result.Index
                    writer.Write result.Value
                    ToyRestart.write writer result.Failure result.Retries

                member _.Read reader =
                    let index = reader.ReadInt32()
                    let value = reader.ReadDouble()
                    let struct (failure, retries) = ToyRestart.read reader

                    {
                        Index = index
                        Value = value
                        Failure = failure
                        Retries = retries
                    }
        }

    /// Toys at the best fit, drawn from the events of the pools.
    let private sampler (compiled: CompiledLikelihood) (theta: float[]) prepared =
        let prepared: GoodnessChannel[] = prepared

        ToySampler.create compiled theta
        |> Result.bind (fun whole ->
            let isWhole (c: GoodnessChannel) = c.Pool.Length = c.PlaceOf.Length

            if Array.forall isWhole prepared then
                Ok whole
            else
                let kappa = compiled.Model.InnerCoordinates.ToInner theta

                compiled.Unbinned
                |> Array.toList
                |> List.map (fun channel ->
                    match prepared |> Array.tryFind (fun c -> c.Channel.Name = channel.Name) with
                    | Some own ->
                        let all = Array.zeroCreate<float> own.PlaceOf.Length
                        Array.iter2 (fun row w -> all[row] <- w) own.Pool own.Weights
                        Ok(channel.Name, (TableKind.Reference, all))
                    | None ->
                        AsimovWeights.weights channel theta kappa
                        |> Result.map (fun (_, _, w) -> channel.Name, (TableKind.Reference, w)))
                |> TableFault.collect
                |> Result.bind (Map.ofList >> ToySampler.ofWeights Multinomial compiled theta))

    /// <summary>The test with toys of its distribution.</summary>
    /// <param name="work">toys, seed, threads, settings of the fits, and where results are kept; 0 toys for
    /// the statistic alone</param>
    /// <param name="settings">the family of functions, and the reference</param>
    /// <param name="observation">what was fitted</param>
    /// <param name="fit">its best fit, which succeeded</param>
    /// <param name="features">the features of the space that is tested, of channels with a reference table;
    /// finite</param>
    /// <returns>the test, or why toys cannot be drawn at the best fit, or why f could not be learned
    /// </returns>
    /// <exception cref="T:System.ArgumentException">the fit did not succeed; a setting out of its range; a
    /// feature has not one finite value for each row</exception>
    let run
        (work: ToyWork)
        (settings: LearnedGoodnessSettings)
        (observation: Observation)
        (fit: FitResult)
        (features: FitFeature list)
        : Result<LearnedGoodness, ModelError list> =
        LearnedGoodnessSettings.check settings

        if not fit.Status.Succeeded then
            invalidArg (nameof fit) "The fit did not succeed: its status says what to do."

        let compiled = observation.Owner
        GoodnessChannel.check compiled features
        let theta = fit.Values
        let fits = ToyWork.ofToy work
        let free = FitPoints.freePlaces fits compiled
        let seed = ToyWork.seedAt work.Run.Seed "learned goodness" 0.0

        GoodnessChannel.create settings seed compiled theta features
        |> Result.bind (fun prepared ->
            sampler compiled theta prepared
            |> Result.bind (fun sampler ->
                let channels =
                    prepared
                    |> Array.map (fun c -> {
                        Space = GoodnessChannel.dataSpace observation free.Length c
                        Weights = GoodnessChannel.reference compiled c
                    })

                let found, value = joint fits observation fit channels

                match found.Failure with
                | Some reason ->
                    let remedy =
                        "fix parameters that the data do not determine, or take another family"

                    Error [ TableFault.create "the learned goodness of fit" reason remedy ]
                | None ->
                    let form = asymptotic fits settings observation fit prepared channels

                    let toys =
                        if work.Run.Toys = 0 then
                            [||]
                        else
                            measurement fits settings sampler prepared
                            |> ToyWork.runInPieces
                                piece
                                work
                                "learned-goodness"
                                seed
                                work.Run.Progress
                                sampler

                    let values = toys |> Array.map _.Value |> Array.filter Double.IsFinite

                    Ok {
                        Features =
                            prepared
                            |> Array.map (fun c -> c.Channel.Name, c.Features |> List.map _.Name)
                            |> Array.toList
                        Settings = settings
                        Value = value
                        PValue =
                            if values.Length = 0 then
                                None
                            else
                                Some(ToyPValue.ofToys values value)
                        Toys = toys
                        Asymptotic =
                            form
                            |> Option.map (fun (scale, degrees) ->
                                AsymptoticForm.ofToys scale degrees values value)
                        Shifts = [
                            for k in free ->
                                {
                                    Name = compiled.Index.Names[k]
                                    Fitted = theta[k]
                                    Joint = found.Theta[k]
                                }
                        ]
                        Events = events observation found prepared channels
                    }))

    /// <summary>The test of data against a weighted sample, without parameters.</summary>
    /// <param name="toys">how many, with which seed, on how many threads</param>
    /// <param name="settings">the family of functions, and the reference</param>
    /// <param name="reference">columns of the sample, by name</param>
    /// <param name="weights">expected events of each row, 0 or above; their sum is what is expected</param>
    /// <param name="data">columns of the data, by the same names in the same order</param>
    /// <returns>the test, or what is wrong with the weights</returns>
    /// <exception cref="T:System.ArgumentException">columns of other names or lengths, or that are not
    /// finite</exception>
    let ofArrays
        (toys: ToyRun)
        (settings: LearnedGoodnessSettings)
        (reference: (string * float[]) list)
        (weights: float[])
        (data: (string * float[]) list)
        : Result<LearnedGoodness, ModelError list> =
        if List.map fst reference <> List.map fst data || reference.IsEmpty then
            invalidArg (nameof data) "Give the same columns of the reference and of the data."

        let observed = (snd data.Head).Length

        for name, column in data do
            if column.Length <> observed then
                invalidArg (nameof data) $"Column '{name}' has another length."

        for name, column in reference do
            if column.Length <> weights.Length then
                invalidArg
                    (nameof reference)
                    $"Column '{name}' has another length than the weights."

        let table weights count =
            RatioTable.weighted weights [ "model", Ratios(Array.create count 1.0) ]

        Words.model "a weighted sample" [
            Words.unbinned "data" (Words.reference "reference") [
                Words.processOf "model" [ Words.yields (Array.sum weights) ]
            ]
        ]
        |> Model.validate
        |> Result.bind (fun model ->
            RatioTables.empty
            |> RatioTables.reference "data" (table weights weights.Length)
            |> RatioTables.observed "data" (table (Array.create observed 1.0) observed)
            |> Likelihood.compile model)
        |> Result.bind (fun compiled ->
            Observation.observed compiled []
            |> Result.bind (fun observation ->
                let features =
                    List.map2
                        (fun (name, r) (_, d) -> FitFeature.create name "data" r d)
                        reference
                        data

                let fit = Fit.run observation
                run (ToyWork.ofRun Fit.settings toys) settings observation fit features))
