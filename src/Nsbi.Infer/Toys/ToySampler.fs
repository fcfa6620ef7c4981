namespace Nsbi.Infer

open System
open System.IO
open Nsbi.Kernels
open Nsbi.Model

/// <summary>How the events of a toy are drawn from weighted events w_i.</summary>
type ToyMethod =
    /// <summary>N ~ Poisson(Σ w) draws with replacement, i with probability w_i/Σ w: time
    /// proportional to N.</summary>
    | Multinomial
    /// <summary>n_i ~ Poisson(w_i) for each event: the same distribution, in time proportional to the
    /// table. The slow twin.</summary>
    | PoissonPerEvent

/// The parts of toys of one channel that are the same for all of them.
[<NoComparison; ReferenceEquality>]
type internal ToyChannel = {
    Source: ToySource
    /// None where nothing is expected, or where it is not needed.
    Alias: AliasTable option
    Purpose: string
}

/// <summary>Draws pseudo-experiments at one parameter point. Immutable; shared by threads.</summary>
/// <remarks>A toy is a function of (seed, index): events from the weighted events of each unbinned
/// channel, counts n_b ~ Poisson(ν_b(θ)) of binned ones, global observables from their constraints
/// at θ: a ~ N(θ, σ²), a ~ Poisson(τθ), ln a ~ N(ln θ, s²). The global observable of a parameter that
/// the model holds fixed stays as it is, its constraint being a constant; one that a fit alone holds
/// is drawn, which moves −2 ln L by a constant and no difference. Source: ATLAS, arXiv:2412.01600.
/// </remarks>
[<Sealed>]
type ToySampler
    internal
    (
        compiled: CompiledLikelihood,
        theta: float[],
        method: ToyMethod,
        channels: ToyChannel[],
        expected: float[][],
        validity: ToyValidity
    ) =
    let parameters = List.toArray compiled.Parameters

    let fingerprint =
        lazy
            (use stream = new MemoryStream()
             use writer = new BinaryWriter(stream)

             let numbers (values: float[]) =
                 writer.Write values.Length
                 values |> Array.iter (fun (x: float) -> writer.Write x)

             writer.Write(string method)
             numbers theta

             for channel in channels do
                 writer.Write channel.Source.Channel.Name
                 writer.Write(string channel.Source.Table)
                 numbers channel.Source.Weights

             Array.iter numbers expected
             writer.Flush()
             ContentHash.ofBytes (stream.ToArray()))

    /// The rows that were drawn, ascending, with how often each was.
    let distinct (draws: int[]) : struct (int[] * float[]) =
        Array.Sort draws
        let rows = Array.zeroCreate<int> draws.Length
        let counts = Array.zeroCreate<float> draws.Length
        let mutable n = 0

        for row in draws do
            if n > 0 && rows[n - 1] = row then
                counts[n - 1] <- counts[n - 1] + 1.0
            else
                rows[n] <- row
                counts[n] <- 1.0
                n <- n + 1

        struct (Array.sub rows 0 n, Array.sub counts 0 n)

    let multinomial (channel: ToyChannel) seed index =
        match channel.Alias with
        | None -> struct ([||], [||])
        | Some alias ->
            let mutable stream = RandomStream(seed, channel.Purpose, index)
            let events = int (stream.NextPoisson channel.Source.Validity.Expected)
            let draws = Array.zeroCreate<int> events

            for k in 0 .. events - 1 do
                draws[k] <- alias.Draw &stream

            distinct draws

    let poisson (channel: ToyChannel) seed index =
        let mutable stream = RandomStream(seed, channel.Purpose, index)
        let rows = ResizeArray<int>()
        let counts = ResizeArray<float>()
        let weights = channel.Source.Weights

        for i in 0 .. weights.Length - 1 do
            if weights[i] > 0.0 then
                let n = stream.NextPoisson weights[i]

                if n > 0L then
                    rows.Add i
                    counts.Add(float n)

        struct (rows.ToArray(), counts.ToArray())

    /// <summary>The parameter values θ that toys are drawn at, in the order of the index; a new array
    /// each time.</summary>
    member _.Theta: float[] = Array.copy theta

    /// <summary>The likelihood that the toys are observations of.</summary>
    member _.Likelihood: CompiledLikelihood = compiled

    /// <summary>How events are drawn.</summary>
    member _.Method: ToyMethod = method

    /// <summary>Whether the weighted events can stand for the densities they came from.</summary>
    member _.Validity: ToyValidity = validity

    /// <summary>Expected events of all channels, Σ ν.</summary>
    member _.Expected: float =
        (channels |> Array.sumBy _.Source.Validity.Expected)
        + Array.sumBy Array.sum expected

    /// <summary>SHA-256 of all that toys are drawn from: parameter values, weights of the rows,
    /// expectations of the bins and the method. Samplers of one model and equal fingerprint draw equal
    /// toys.</summary>
    member _.Fingerprint: string = fingerprint.Value

    /// <summary>A toy, a function of the arguments alone.</summary>
    /// <param name="seed">of the random numbers</param>
    /// <param name="index">the number of the toy</param>
    member _.Draw(seed: uint64, index: uint64) : Observation =
        let events =
            channels
            |> Array.map (fun channel ->
                let struct (rows, counts) =
                    match method with
                    | Multinomial -> multinomial channel seed index
                    | PoissonPerEvent -> poisson channel seed index

                let source = channel.Source
                ObservedData.eventsOfRows source.Channel source.Table rows counts)

        let mutable bins = RandomStream(seed, "toy bins", index)

        let counts =
            Array.init expected.Length (fun k -> Array.zeroCreate expected[k].Length)

        for k in 0 .. counts.Length - 1 do
            for b in 0 .. counts[k].Length - 1 do
                let mean = expected[k][b]
                counts[k][b] <- float (bins.NextPoisson mean)

        let mutable auxiliary = RandomStream(seed, "toy global observables", index)
        let constraints = Array.copy compiled.Constraints

        for k in 0 .. constraints.Length - 1 do
            if not parameters[k].Fixed then
                let observed =
                    match constraints[k] with
                    | Unconstrained -> nan
                    | Gaussian(_, sigma) -> theta[k] + sigma * auxiliary.NextGaussian()
                    | Poisson(_, tau) -> float (auxiliary.NextPoisson(tau * theta[k]))
                    | LogNormal(_, sigma) -> theta[k] * exp (sigma * auxiliary.NextGaussian())

                constraints[k] <- Constraint.withObserved observed constraints[k]

        Observation(compiled, events, counts, constraints)

/// <summary>Making samplers.</summary>
[<RequireQualifiedAccess>]
module ToySampler =

    let private number = TableFault.number
    let private fault = TableFault.create

    /// Poisson means that RandomStream takes, and events that fit into an array.
    let private greatestMean = 1e15

    let private greatestEvents = 1e9

    let private pointFaults (compiled: CompiledLikelihood) (theta: float[]) : ModelError list = [
        for p, value in Seq.zip compiled.Parameters theta do
            let place = $"parameter '{p.Name}'"

            if not (Double.IsFinite value) then
                fault place $"toys cannot be drawn at {number value}" "give a finite value"
            elif not (value >= p.Lower && value <= p.Upper) then
                let what =
                    $"{number value} is outside of its bounds, {number p.Lower} to {number p.Upper}"

                fault place what "draw toys inside of the bounds"
            else
                match p.Constraint with
                | Poisson(_, tau) when
                    not p.Fixed && not (value >= 0.0 && tau * value <= greatestMean)
                    ->
                    let what = $"its auxiliary measurement would expect {number (tau * value)}"
                    fault place what $"the expectation must lie in 0 to {number greatestMean}"
                | LogNormal _ when not p.Fixed && not (value > 0.0) ->
                    let what = $"toys of its log-normal constraint are drawn at {number value}"
                    fault place what "give a value above 0"
                | _ -> ()
    ]

    let private binFaults (channel: CompiledBinned) (expected: float[]) : ModelError list = [
        for b in 0 .. expected.Length - 1 do
            if not (expected[b] >= 0.0 && expected[b] <= greatestMean) then
                let place = $"channel '{channel.Name}', bin {b}"
                let what = $"{number expected[b]} events are expected"
                let remedy = "choose parameter values at which every expectation is 0 or above"
                fault place what remedy
    ]

    let private build
        (method: ToyMethod)
        (compiled: CompiledLikelihood)
        (theta: float[])
        (source: float[] -> CompiledUnbinned -> Result<ToySource, ModelError list>)
        : Result<ToySampler, ModelError list> =
        if theta.Length <> compiled.Index.Count then
            invalidArg (nameof theta) $"Give {compiled.Index.Count} values, not {theta.Length}."

        match pointFaults compiled theta with
        | [] ->
            let kappa = compiled.Model.InnerCoordinates.ToInner theta

            let sources =
                compiled.Unbinned
                |> Array.map (fun channel ->
                    source kappa channel
                    |> Result.bind (fun source ->
                        let nu = source.Validity.Expected

                        if nu <= greatestEvents then
                            Ok source
                        else
                            let place = $"channel '{channel.Name}'"
                            let what = $"{number nu} events are expected in each toy"
                            Error [ fault place what "a toy holds 10⁹ events at most" ]))
                |> Array.toList
                |> TableFault.collect

            let expected =
                compiled.Binned |> Array.map (fun c -> BinnedChannel.expected c kappa)

            let binned =
                Seq.zip compiled.Binned expected
                |> Seq.collect (fun (c, nu) -> binFaults c nu)
                |> Seq.toList

            match sources, binned with
            | Ok sources, [] ->
                let channels =
                    sources
                    |> List.map (fun source -> {
                        Source = source
                        Alias =
                            if method = Multinomial && source.Validity.Expected > 0.0 then
                                Some(AliasTable.Create source.Weights)
                            else
                                None
                        Purpose = $"toy events of {source.Channel.Name}"
                    })
                    |> List.toArray

                let validity = sources |> List.map _.Validity |> ToyValidity.ofChannels

                Ok(ToySampler(compiled, Array.copy theta, method, channels, expected, validity))
            | sources, faults -> Error(TableFault.ofResult sources @ faults)
        | faults -> Error faults

    /// <summary>Toys of the model at θ: events are drawn from the reference tables with the Asimov
    /// weights w_A,i = D(x_i; θ) w_ref,i/Σ w_ref.</summary>
    /// <param name="method">how events are drawn</param>
    /// <param name="compiled">needs the reference table of every unbinned channel</param>
    /// <param name="theta">parameter values in the order of its index</param>
    /// <returns>the sampler; or every fault: values out of bounds or outside of a constraint, a
    /// missing table, a negative Asimov weight (with row and process), a negative expectation</returns>
    /// <exception cref="T:System.ArgumentException">not one value per parameter</exception>
    let createWith
        (method: ToyMethod)
        (compiled: CompiledLikelihood)
        (theta: float[])
        : Result<ToySampler, ModelError list> =
        build method compiled theta (fun kappa -> ToySource.ofModel compiled theta kappa)

    /// <summary>The same with N ~ Poisson(ν) draws from an alias table.</summary>
    let create
        (compiled: CompiledLikelihood)
        (theta: float[])
        : Result<ToySampler, ModelError list> =
        createWith Multinomial compiled theta

    /// <summary>Toys of weighted events as they are given: how often each row of a table is expected.
    /// Counts and global observables come from the model at θ.</summary>
    /// <param name="method">how events are drawn</param>
    /// <param name="compiled">has these tables</param>
    /// <param name="theta">parameter values in the order of its index</param>
    /// <param name="weights">for each unbinned channel a table and the weights of its rows, 0 or
    /// above</param>
    /// <returns>the sampler or every fault</returns>
    let ofWeights
        (method: ToyMethod)
        (compiled: CompiledLikelihood)
        (theta: float[])
        (weights: Map<string, TableKind * float[]>)
        : Result<ToySampler, ModelError list> =
        build method compiled theta (fun _ channel ->
            match weights.TryFind channel.Name with
            | Some(kind, weights) -> ToySource.ofWeights channel kind weights
            | None ->
                Error [
                    fault $"channel '{channel.Name}'" "it has no weights" "give those of a table"
                ])

    /// <summary>Toys of held-out simulation, whose coverage counts as physics: events of the true
    /// processes from the observed tables, with their ratios as they are on data, those of each sample
    /// in proportion to Σ f_c ν_c G_c at θ. Counts and global observables come from the model at θ.
    /// </summary>
    /// <param name="method">how events are drawn</param>
    /// <param name="compiled">has the simulated events as the observed table of every unbinned
    /// channel</param>
    /// <param name="theta">parameter values in the order of its index</param>
    /// <param name="events">the samples of the rows, for each unbinned channel</param>
    /// <returns>the sampler; or every fault: a sample with a negative expectation or a negative weight,
    /// for then the sum of samples is no sample; a process with events and no sample; event variations
    /// that are not at their nominal point, which the simulated events do not follow</returns>
    let ofSimulation
        (method: ToyMethod)
        (compiled: CompiledLikelihood)
        (theta: float[])
        (events: Map<string, HeldOutEvents>)
        : Result<ToySampler, ModelError list> =
        build method compiled theta (fun kappa channel ->
            match events.TryFind channel.Name with
            | Some events -> ToySource.ofSimulation theta kappa channel events
            | None ->
                Error [
                    fault
                        $"channel '{channel.Name}'"
                        "it has no held-out events"
                        "say of which sample each row of its observed table is"
                ])
