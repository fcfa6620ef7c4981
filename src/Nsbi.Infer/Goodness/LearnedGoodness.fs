namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

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
            LearnedToys.sampler compiled theta prepared
            |> Result.bind (fun sampler ->
                let channels =
                    prepared
                    |> Array.map (fun c -> {
                        Space = GoodnessChannel.dataSpace observation free.Length c
                        Weights = GoodnessChannel.reference compiled c
                    })

                let found, value = LearnedToys.statistic fits observation fit channels

                match found.Failure with
                | Some reason ->
                    let remedy =
                        "fix parameters that the data do not determine, or take another family"

                    Error [ TableFault.create "the learned goodness of fit" reason remedy ]
                | None ->
                    let form = GoodnessForm.find fits settings observation fit prepared channels

                    let toys =
                        if work.Run.Toys = 0 then
                            [||]
                        else
                            LearnedToys.measurement fits settings sampler prepared
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
