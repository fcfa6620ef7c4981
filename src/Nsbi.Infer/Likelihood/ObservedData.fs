namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

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

[<NoComparison; ReferenceEquality>]
type internal ObservedEvents = {
    Table: TableKind
    Events: WeightedEvents
    /// The event columns of the same events.
    Columns: InterpolatedColumns
}

/// <summary>The parts of an observation, checked against the compiled likelihood.</summary>
[<RequireQualifiedAccess>]
module internal ObservedData =

    let private number = TableFault.number
    let private fault = TableFault.create

    /// Some rows of a table with their weights, in time proportional to their number: what a toy is.
    /// Its columns are held as the options of the likelihood say for toys. The slow twin is
    /// <c>eventsOf</c> with a weight for every row of the table.
    let eventsOfRows
        (channel: CompiledUnbinned)
        (kind: TableKind)
        (rows: int[])
        (weights: float[])
        : ObservedEvents =
        let table = channel.Tables[kind]

        let events =
            WeightedEvents.CreateAt(table.Tiles, ReadOnlySpan rows, ReadOnlySpan weights)

        {
            Table = kind
            Events = events
            Columns = table.Columns.For(events, channel.ToyPrecision)
        }

    /// The weighted events of an unbinned channel.
    let eventsOf
        (data: ObservedData)
        (channel: CompiledUnbinned)
        : Result<ObservedEvents, ModelError list> =
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
                    let events = WeightedEvents.Create(table.Tiles, ReadOnlySpan weights)

                    Ok {
                        Table = kind
                        Events = events
                        Columns = table.Columns.For events
                    }

    /// The counts of a binned channel.
    let countsOf (data: ObservedData) (channel: CompiledBinned) : Result<float[], ModelError list> =
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

    /// Faults of names that the model does not have.
    let unknown (what: string) (known: string list) (names: string seq) : ModelError list =
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

    /// The constraint of each parameter with its global observable.
    let constraintsOf
        (compiled: CompiledLikelihood)
        (data: ObservedData)
        : Result<Constraint, ModelError list> list =
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
