namespace Nsbi.Infer

open System
open System.Globalization
open MathNet.Numerics
open Nsbi.Kernels
open Nsbi.Model

[<NoComparison; ReferenceEquality>]
type internal ObservedEvents = {
    Table: TableKind
    Events: WeightedEvents
}

/// <summary>What was observed, of one compiled likelihood: event weights over a table of each
/// unbinned channel, bin counts, and the global observables of the constraints. Immutable. Many
/// observations share one compiled likelihood: an Asimov set or a toy is a new observation.
/// </summary>
[<Sealed>]
type Observation
    internal
    (
        owner: CompiledLikelihood,
        events: ObservedEvents[],
        counts: float[][],
        constraints: Constraint[]
    ) =
    let countConstant =
        counts
        |> Array.sumBy (Array.sumBy (fun n -> 2.0 * SpecialFunctions.GammaLn(n + 1.0)))

    /// <summary>Σ_i w_i of an unbinned channel.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such unbinned channel</exception>
    member _.TotalWeight(channel: string) : float =
        match owner.Unbinned |> Array.tryFindIndex (fun c -> c.Name = channel) with
        | Some k -> Array.sum (events[k].Events.Weights.ToArray())
        | None -> invalidArg (nameof channel) $"There is no unbinned channel '{channel}'."

    /// The counts of the binned channels, by name.
    member _.Counts: (string * float list) list =
        Array.map2 (fun (c: CompiledBinned) n -> c.Name, Array.toList n) owner.Binned counts
        |> Array.toList

    /// The global observables of the constrained parameters, by name.
    member _.Globals: (string * float) list =
        List.zip owner.Parameters (Array.toList constraints)
        |> List.choose (fun (p, c) -> Constraint.observed c |> Option.map (fun a -> p.Name, a))

    /// <summary>The first unbinned channel with a negative weight, which makes −2 ln L unbounded
    /// below; none if there is none.</summary>
    member _.NegativeWeights: string option =
        Array.zip owner.Unbinned events
        |> Array.tryFind (fun (_, e) ->
            Array.exists (fun w -> w < 0.0) (e.Events.Weights.ToArray()))
        |> Option.map (fun (c, _) -> c.Name)

    member internal _.Owner: CompiledLikelihood = owner
    member internal _.Events: ObservedEvents[] = events
    member internal _.BinCounts: float[][] = counts
    member internal _.Constraints: Constraint[] = constraints
    member internal _.CountConstant: float = countConstant

/// <summary>What an observation is made from; what is left out has a default.</summary>
[<NoComparison; ReferenceEquality>]
type ObservedData = {
    /// <summary>Weights over one of the tables, by unbinned channel; left out: the observed table
    /// with its own weights.</summary>
    Weights: Map<string, TableKind * float[]>
    /// Counts n_b by binned channel, whole numbers for data; none may be left out.
    Counts: Map<string, float list>
    /// Global observables by parameter; left out: those that the model's constraints carry.
    Globals: Map<string, float>
}

/// <summary>An Asimov set: the observation whose counts are expectations.</summary>
[<NoComparison; ReferenceEquality>]
type Asimov = {
    /// The observation.
    Observation: Observation
    /// <summary>ν(θ)/Σ_i w_i before the last scaling, by unbinned channel; 1 up to rounding.
    /// </summary>
    Rescaling: (string * float) list
}

/// <summary>How to make observations.</summary>
[<RequireQualifiedAccess>]
module Observation =

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    let private fault place what remedy : ModelError = {
        Place = place
        Fault = what
        Remedy = remedy
    }

    let private collect (results: Result<'a, ModelError list> list) =
        let faults =
            results
            |> List.collect (fun r ->
                match r with
                | Ok _ -> []
                | Error faults -> faults)

        if faults.IsEmpty then
            Ok(results |> List.choose Result.toOption)
        else
            Error faults

    let private eventsOf (data: ObservedData) (channel: CompiledUnbinned) =
        let place = $"channel '{channel.Name}'"

        let kind, weights =
            match data.Weights.TryFind channel.Name with
            | Some(kind, weights) -> kind, Some weights
            | None -> TableKind.Observed, None

        match channel.Tables.TryFind kind with
        | None -> Error [ fault place $"it has no {kind}" "compile the likelihood with one" ]
        | Some table ->
            let weights = weights |> Option.defaultValue table.Weights

            if weights.Length <> table.Weights.Length then
                let rows = table.Weights.Length
                let what = $"there are {weights.Length} weights for the {rows} rows of its {kind}"
                Error [ fault place what "give one weight per row" ]
            else
                match Array.tryFindIndex (Double.IsFinite >> not) weights with
                | Some i ->
                    let what = $"the weight of row {i} is {number weights[i]}"
                    Error [ fault place what "give finite weights" ]
                | None ->
                    Ok {
                        Table = kind
                        Events = WeightedEvents.Create(table.Tiles, ReadOnlySpan weights)
                    }

    let private countsOf (data: ObservedData) (channel: CompiledBinned) =
        let place = $"channel '{channel.Name}'"

        match data.Counts.TryFind channel.Name with
        | None -> Error [ fault place "it has no counts" $"give {channel.Bins}" ]
        | Some counts when counts.Length <> channel.Bins ->
            let what = $"it has {counts.Length} counts for {channel.Bins} bins"
            Error [ fault place what "give one count per bin" ]
        | Some counts ->
            match counts |> List.tryFindIndex (fun n -> not (Double.IsFinite n && n >= 0.0)) with
            | Some b ->
                let what = $"the count of bin {b} is {number counts[b]}"
                Error [ fault place what "a count is a finite number of 0 or above" ]
            | None -> Ok(List.toArray counts)

    let private unknown (what: string) (known: string list) (names: string seq) =
        let there =
            if known.IsEmpty then
                "there are none"
            else
                "there are: " + String.concat ", " known

        names
        |> Seq.filter (fun name -> not (List.contains name known))
        |> Seq.map (fun name ->
            fault $"{what} '{name}'" "data are given for it, and the model has none" there)
        |> Seq.toList

    let private constraintsOf (compiled: CompiledLikelihood) (data: ObservedData) =
        compiled.Parameters
        |> List.map (fun p ->
            match data.Globals.TryFind p.Name, p.Constraint with
            | None, term -> Ok term
            | Some a, term ->
                let valid =
                    match term with
                    | Unconstrained -> false
                    | Gaussian _ -> Double.IsFinite a
                    | Poisson _ -> Double.IsFinite a && a >= 0.0
                    | LogNormal _ -> Double.IsFinite a && a > 0.0

                if valid then
                    Ok(Constraint.withObserved a term)
                else
                    let what = $"its global observable is {number a}"

                    let remedy =
                        "give a value that its constraint can observe, and none if it has no \
                         constraint"

                    Error [ fault $"parameter '{p.Name}'" what remedy ])

    /// <summary>An observation from weights, counts and global observables.</summary>
    /// <returns>the observation, or every fault of the data</returns>
    /// <remarks>Events of weight zero are left out. Negative weights are allowed here, and refused
    /// by fits.</remarks>
    let create
        (compiled: CompiledLikelihood)
        (data: ObservedData)
        : Result<Observation, ModelError list> =
        let unbinned = compiled.Unbinned |> Array.map _.Name |> Array.toList
        let binned = compiled.Binned |> Array.map _.Name |> Array.toList

        let events =
            compiled.Unbinned |> Array.toList |> List.map (eventsOf data) |> collect

        let counts = compiled.Binned |> Array.toList |> List.map (countsOf data) |> collect
        let constraints = constraintsOf compiled data |> collect

        let names =
            unknown "unbinned channel" unbinned data.Weights.Keys
            @ unknown "binned channel" binned data.Counts.Keys
            @ unknown "parameter" compiled.Index.Names data.Globals.Keys

        match events, counts, constraints, names with
        | Ok events, Ok counts, Ok constraints, [] ->
            Observation(
                compiled,
                List.toArray events,
                List.toArray counts,
                List.toArray constraints
            )
            |> Ok
        | _ ->
            let faults result =
                match result with
                | Ok _ -> []
                | Error faults -> faults

            Error(names @ faults events @ faults counts @ faults constraints)

    /// No data: to be filled in, channel by channel.
    let nothing: ObservedData = {
        Weights = Map.empty
        Counts = Map.empty
        Globals = Map.empty
    }

    /// <summary>The observed tables with their own weights, these bin counts, and the global
    /// observables of the model.</summary>
    let observed
        (compiled: CompiledLikelihood)
        (counts: (string * float list) list)
        : Result<Observation, ModelError list> =
        create compiled {
            nothing with
                Counts = Map.ofList counts
        }

    /// <summary>The same with the weights of one unbinned channel over a table of it.</summary>
    let withWeights
        (channel: string)
        (kind: TableKind)
        (weights: float[])
        (data: ObservedData)
        : ObservedData = {
        data with
            Weights = data.Weights.Add(channel, (kind, weights))
    }

    /// <summary>u_c,i = r_c,i g_c,i of the reference table, scaled to a mean of 1 for processes with
    /// shapes; process by process.</summary>
    let private densities (channel: CompiledUnbinned) (table: TiledTable) (theta: float[]) =
        let n = table.Weights.Length
        let beta = channel.TermParameters |> Array.map (fun k -> theta[k])
        let total = Array.sum table.Weights

        Array.init channel.Processes.Length (fun c ->
            let u = Array.init n (fun i -> table.Tiles[c, i])
            let terms = table.Terms |> Array.filter (fun t -> t.Process = c)

            if terms.Length = 0 then
                u
            else
                for term in terms do
                    let own = term.Parameters |> Seq.map (fun k -> beta[k]) |> Seq.toArray
                    let log = Array.zeroCreate 64
                    let first = Array.zeroCreate (64 * own.Length)
                    let second = Array.zeroCreate (32 * own.Length * (own.Length + 1))

                    for start in 0..64 .. n - 1 do
                        let rows = [| start .. min n (start + 64) - 1 |]

                        term.Fill(
                            ReadOnlySpan rows,
                            ReadOnlySpan own,
                            0,
                            Span log,
                            Span first,
                            Span second
                        )

                        rows |> Array.iteri (fun j i -> u[i] <- u[i] * exp log[j])

                let mean = Array.sum (Array.map2 (*) u table.Weights) / total
                Array.map (fun x -> x / mean) u)

    /// <summary>The Asimov set at θ: w_A,i = D(x_i; θ) w_ref,i / Σ w_ref over the reference tables,
    /// counts ν_b(θ), global observables as expected at θ.</summary>
    /// <param name="compiled">needs the reference table of every unbinned channel</param>
    /// <param name="theta">parameter values in the order of its index</param>
    /// <returns>the set, with Σ w_A = ν(θ) exactly; or faults: a missing table, a negative
    /// density or expectation at θ</returns>
    let asimov (compiled: CompiledLikelihood) (theta: float[]) : Result<Asimov, ModelError list> =
        if theta.Length <> compiled.Index.Count then
            invalidArg (nameof theta) $"Give {compiled.Index.Count} values, not {theta.Length}."

        let kappa = compiled.Model.InnerCoordinates.ToInner theta

        let weights (channel: CompiledUnbinned) =
            let place = $"channel '{channel.Name}'"

            match channel.Tables.TryFind TableKind.Reference with
            | None -> Error [ fault place "it has no reference table" "compile it with one" ]
            | Some table ->
                let amplitudes = Expected.amplitudes channel kappa
                let u = densities channel table theta
                let total = Array.sum table.Weights

                let w =
                    table.Weights
                    |> Array.mapi (fun i reference ->
                        let mutable d = 0.0

                        for c in 0 .. amplitudes.Length - 1 do
                            d <- d + amplitudes[c] * u[c][i]

                        d * reference / total)

                match Array.tryFindIndex (fun x -> not (Double.IsFinite x && x >= 0.0)) w with
                | Some i ->
                    let what = $"the Asimov weight of row {i} is {number w[i]}"
                    let remedy = "choose other parameter values, or better ratios"
                    Error [ fault $"{place}, {TableKind.Reference}" what remedy ]
                | None ->
                    let rescaling = Array.sum amplitudes / Array.sum w
                    Ok(channel.Name, rescaling, Array.map (fun x -> x * rescaling) w)

        let globals =
            List.zip compiled.Parameters (Array.toList theta)
            |> List.choose (fun (p, value) ->
                Constraint.expected p.Constraint value |> Option.map (fun a -> p.Name, a))

        compiled.Unbinned
        |> Array.toList
        |> List.map weights
        |> collect
        |> Result.bind (fun sets ->
            create compiled {
                Weights =
                    sets
                    |> List.map (fun (name, _, w) -> name, (TableKind.Reference, w))
                    |> Map.ofList
                Counts =
                    compiled.Binned
                    |> Array.map (fun c -> c.Name, Array.toList (Expected.bins c kappa))
                    |> Map.ofArray
                Globals = Map.ofList globals
            }
            |> Result.map (fun observation -> {
                Observation = observation
                Rescaling = sets |> List.map (fun (name, rescaling, _) -> name, rescaling)
            }))
