namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>Simulated events of known processes that stand in the observed table of an unbinned
/// channel, with their ratios as they would be on data.</summary>
/// <remarks>Keep them apart from the events that the networks were trained on: coverage of toys that
/// are drawn from them counts as physics.</remarks>
[<NoComparison; ReferenceEquality>]
type HeldOutEvents = {
    /// <summary>The processes that each sample stands for. Several where one simulated sample has
    /// several terms in the model: their yields add.</summary>
    Samples: string list list
    /// <summary>The sample of each row of the observed table, from 0.</summary>
    Sample: int[]
    /// <summary>The weight of each row in its simulation; of each sample only their ratios matter.
    /// </summary>
    Weights: float[]
}

/// <summary>Weighted events of an unbinned channel that toys are drawn from.</summary>
[<NoComparison; ReferenceEquality>]
type internal ToySource = {
    Channel: CompiledUnbinned
    Table: TableKind
    /// How often each row is expected in a toy; finite, 0 or above.
    Weights: float[]
    Validity: ToyChannelValidity
}

/// <summary>Where toys come from.</summary>
[<RequireQualifiedAccess>]
module internal ToySource =

    let private number = TableFault.number
    let private fault = TableFault.create

    /// f_c ν_c G_c of each process.
    let private yields (channel: CompiledUnbinned) (theta: float[]) (kappa: float[]) : float[] =
        channel.Processes
        |> Array.map (fun p ->
            let rate = YieldFactor.evaluate p.Rates theta
            p.Coefficient.Value kappa * p.Yield * rate.Jet.Value)

    /// The Asimov weights of the reference table at θ.
    let ofModel
        (compiled: CompiledLikelihood)
        (theta: float[])
        (kappa: float[])
        (channel: CompiledUnbinned)
        : Result<ToySource, ModelError list> =
        AsimovWeights.weights channel theta kappa
        |> Result.map (fun (rescaling, shapes, weights) ->
            let expected = yields channel theta kappa

            let means =
                compiled.Rescalings
                |> List.filter (fun r ->
                    r.Channel = channel.Name
                    && expected[channel.Processes |> Array.findIndex (fun p -> p.Name = r.Process)]
                       <> 0.0)
                |> List.map _.MeanRatio

            let furthest =
                (0.0, rescaling :: means @ List.map snd shapes)
                ||> List.fold (fun most factor ->
                    if Double.IsFinite factor then
                        max most (abs (factor - 1.0))
                    else
                        most)

            {
                Channel = channel
                Table = TableKind.Reference
                Weights = weights
                Validity = ToyValidity.ofWeights channel.Name rescaling furthest weights
            })

    /// Weights as they are given.
    let ofWeights
        (channel: CompiledUnbinned)
        (kind: TableKind)
        (weights: float[])
        : Result<ToySource, ModelError list> =
        let place = $"channel '{channel.Name}', {kind}"

        match channel.Tables.TryFind kind with
        | None ->
            Error [ fault $"channel '{channel.Name}'" $"it has no {kind}" "compile it with one" ]
        | Some table when table.Weights.Length <> weights.Length ->
            let what = $"there are {weights.Length} weights for {table.Weights.Length} rows"
            Error [ fault place what "give one weight per row" ]
        | Some _ ->
            match weights |> Array.tryFindIndex (fun w -> not (Double.IsFinite w && w >= 0.0)) with
            | Some i ->
                let what = $"the weight of row {i} is {number weights[i]}"

                let remedy =
                    "toys need weights of 0 or above: a measure that is negative somewhere is no \
                     expectation of events; give the sample positive weights first"

                Error [ fault place what remedy ]
            | None ->
                Ok {
                    Channel = channel
                    Table = kind
                    Weights = weights
                    Validity = ToyValidity.ofWeights channel.Name 1.0 0.0 weights
                }

    let private faultsOf (channel: CompiledUnbinned) (events: HeldOutEvents) (theta: float[]) =
        let place = $"channel '{channel.Name}', held-out events"
        let known = channel.Processes |> Array.map _.Name |> Array.toList
        let named = List.concat events.Samples
        let rows = events.Sample.Length

        [
            if events.Weights.Length <> rows then
                let what = $"there are {events.Weights.Length} weights for {rows} rows"
                fault place what "give one weight per row"

            for name in List.except known named do
                let there = "there are: " + String.concat ", " known
                fault place $"the channel has no process '{name}'" there

            for name, count in List.countBy id named do
                if count > 1 then
                    fault place $"process '{name}' is in {count} samples" "put it into one"

            match
                events.Sample
                |> Array.tryFindIndex (fun k -> k < 0 || k >= events.Samples.Length)
            with
            | Some i ->
                let what = $"row {i} is of sample {events.Sample[i]}"
                fault place what $"there are the samples 0 to {events.Samples.Length - 1}"
            | None -> ()

            for p in channel.Processes do
                for b in p.EventParameters do
                    let k = channel.EventParameters[b]

                    if theta[k] <> 0.0 then
                        let what =
                            $"the event variations of process '{p.Name}' are at {number theta[k]}, \
                              and the simulated events at their nominal point"

                        fault place what "draw held-out toys at nominal event variations"
        ]

    /// Σ of the yields of each sample's processes, and the faults of those that are negative or
    /// stand in no sample.
    let private sampleYields (channel: CompiledUnbinned) (events: HeldOutEvents) expected =
        let expected: float[] = expected
        let place = $"channel '{channel.Name}', held-out events"
        let tolerance = 1e-12 * Array.sumBy abs expected

        let of' name =
            expected[channel.Processes |> Array.findIndex (fun p -> p.Name = name)]

        let yields =
            events.Samples
            |> List.map (fun names ->
                let nu = names |> List.sumBy of'
                if abs nu <= tolerance then 0.0 else nu)
            |> List.toArray

        let named = Set.ofList (List.concat events.Samples)

        let faults = [
            for names, nu in Seq.zip events.Samples yields do
                if not (Double.IsFinite nu && nu >= 0.0) then
                    let names = names |> List.map (fun n -> $"'{n}'") |> String.concat ", "
                    let what = $"{number nu} events are expected of {names}"

                    let remedy =
                        "a sum of samples with a negative part is no sample: choose a point at \
                         which all coefficients are 0 or above, or simulate that point itself"

                    fault place what remedy

            for p in channel.Processes do
                if not (named.Contains p.Name) && abs (of' p.Name) > tolerance then
                    let what = $"process '{p.Name}' expects {number (of' p.Name)} events"
                    fault place what "give a sample of it"
        ]

        if faults.IsEmpty then Ok yields else Error faults

    /// Simulated events of the true processes, those of each sample scaled to what it expects at θ.
    let ofSimulation
        (theta: float[])
        (kappa: float[])
        (channel: CompiledUnbinned)
        (events: HeldOutEvents)
        : Result<ToySource, ModelError list> =
        match faultsOf channel events theta with
        | [] ->
            sampleYields channel events (yields channel theta kappa)
            |> Result.bind (fun yields ->
                let sums = Array.zeroCreate<float> yields.Length

                Array.iter2 (fun k w -> sums[k] <- sums[k] + w) events.Sample events.Weights

                let empty =
                    seq { 0 .. yields.Length - 1 }
                    |> Seq.tryFind (fun k -> yields[k] > 0.0 && not (sums[k] > 0.0))

                match empty with
                | Some k ->
                    let names = String.concat ", " events.Samples[k]
                    let place = $"channel '{channel.Name}', held-out events"

                    let what =
                        $"the weights of the sample of {names} add up to {number sums[k]}, and it \
                          expects {number yields[k]} events"

                    Error [ fault place what "give simulated events of it" ]
                | None ->
                    Array.map2
                        (fun k w -> if yields[k] = 0.0 then 0.0 else w * yields[k] / sums[k])
                        events.Sample
                        events.Weights
                    |> ofWeights channel TableKind.Observed)
        | faults -> Error faults
