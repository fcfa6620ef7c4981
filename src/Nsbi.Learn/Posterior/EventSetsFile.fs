namespace Nsbi.Learn.Posterior

open System
open System.Collections.Generic
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Events

/// <summary>Which files and columns sets of events are read from.</summary>
type EventSetsRequest = {
    /// The file of events, as <c>EventFile</c> reads it.
    Events: string
    /// The column with the number of the set of each event: whole, from 0, in any order.
    Set: string
    /// The columns of features.
    Features: string list
    /// The column of weights, or None for weight 1.
    Weight: string option
    /// Which events are kept.
    Selection: Condition option
    /// The columns of the parameters φ, in the order of the prior.
    Parameters: string list
    /// <summary>A second file with one row for each set: the column <c>Set</c> and the parameters. Sets without
    /// events are known only from there. None: the parameters stand beside each event.</summary>
    Values: string option
}

/// <summary>Sets of events with their parameters from event files.</summary>
[<RequireQualifiedAccess>]
module EventSetsFile =
    let private text (value: float) =
        value.ToString("R", CultureInfo.InvariantCulture)

    /// Whole numbers of a column, or faults.
    let private numbers (log: FaultLog) (name: string) (table: EventTable) : int64[] =
        table.Column(name).ToArray()
        |> Array.mapi (fun i value ->
            if value >= 0.0 && value <= 9007199254740992.0 && Math.Floor value = value then
                int64 value
            else
                let struct (source, row) = table.Origin i

                Fault.create source "the number of a set is not a whole number" "0 or above"
                |> Fault.atEvent row
                |> Fault.inColumn name
                |> Fault.withValue (text value)
                |> log.Add

                -1L)

    /// Parameters of each set from one row each.
    let private fromRows (log: FaultLog) (request: EventSetsRequest) (table: EventTable) =
        let columns =
            request.Parameters |> List.map (fun name -> table.Column(name).ToArray())

        let values = Dictionary<int64, float[]>()
        let order = List<int64>()

        numbers log request.Set table
        |> Array.iteri (fun i number ->
            if number >= 0L then
                if values.TryAdd(number, [| for column in columns -> column[i] |]) then
                    order.Add number
                else
                    let struct (source, row) = table.Origin i

                    Fault.create source "the set is there more than once" "one row for each set"
                    |> Fault.atEvent row
                    |> Fault.inColumn request.Set
                    |> Fault.withValue (string number)
                    |> log.Add)

        values, order

    /// Parameters of each set that stand beside its events, all the same.
    let private fromEvents (log: FaultLog) (request: EventSetsRequest) (table: EventTable) found =
        let columns =
            request.Parameters
            |> List.map (fun name -> name, table.Column(name).ToArray())
            |> Array.ofList

        let values = Dictionary<int64, float[]>()
        let order = List<int64>()

        found
        |> Array.iteri (fun i number ->
            if number >= 0L then
                match values.TryGetValue number with
                | true, known ->
                    columns
                    |> Array.iteri (fun k (name, column) ->
                        if column[i] <> known[k] then
                            let struct (source, row) = table.Origin i

                            Fault.create
                                source
                                "the parameter is not the same for all events of a set"
                                $"set {number} began with {text known[k]}"
                            |> Fault.atEvent row
                            |> Fault.inColumn name
                            |> Fault.withValue (text column[i])
                            |> log.Add)
                | _ ->
                    values.Add(number, columns |> Array.map (fun (_, column) -> column[i]))
                    order.Add number)

        values, order

    let private assemble
        (log: FaultLog)
        (request: EventSetsRequest)
        events
        (table: EventTable option)
        =
        let found = numbers log request.Set events

        let values, order =
            match table with
            | Some table -> fromRows log request table
            | None -> fromEvents log request events found

        let rowsOf = Dictionary<int64, List<int>>()

        for number in order do
            rowsOf.Add(number, List<int>())

        found
        |> Array.iteri (fun i number ->
            match rowsOf.TryGetValue number with
            | true, rows -> rows.Add i
            | _ when number >= 0L ->
                let struct (source, row) = events.Origin i

                Fault.create
                    source
                    "the set has no parameters"
                    $"give it a row in {defaultArg request.Values source}"
                |> Fault.atEvent row
                |> Fault.inColumn request.Set
                |> Fault.withValue (string number)
                |> log.Add
            | _ -> ())

        let features =
            request.Features
            |> List.map (fun name -> events.Column(name).ToArray())
            |> Array.ofList

        let weights = events.Weights.ToArray()

        let set number =
            let rows = rowsOf[number].ToArray()

            {
                Parameters = values[number]
                Features = [|
                    for row in rows do
                        for column in features -> float32 column[row]
                |]
                Weights =
                    if request.Weight.IsNone then
                        [||]
                    else
                        rows |> Array.map (fun row -> weights[row])
            }

        if log.IsEmpty then
            EventSets.create
                request.Events
                request.Parameters
                request.Features
                (order |> Seq.map set |> Array.ofSeq)
        else
            Error(log.ToList())

    /// <summary>Reads sets, in the order in which they first stand in the file of their parameters.</summary>
    /// <param name="request">files and columns</param>
    /// <returns>or every fault: those of the event files, numbers of sets that are not whole, parameters that
    /// change within a set, sets without parameters or with several rows of them, weights of a set that do not add
    /// up to more than 0</returns>
    let read (request: EventSetsRequest) : Result<EventSets, Fault list> =
        let beside = if request.Values.IsSome then [] else request.Parameters

        let events =
            EventFile.read
                {
                    EventRequest.all with
                        Columns = Some(List.distinct (request.Set :: beside @ request.Features))
                        Weight = request.Weight
                        Selection = request.Selection
                }
                request.Events

        let values =
            request.Values
            |> Option.map (fun path ->
                EventFile.read
                    (EventRequest.columns (List.distinct (request.Set :: request.Parameters)))
                    path)

        let log = FaultLog()

        match events, values with
        | Ok events, None -> assemble log request events None
        | Ok events, Some(Ok values) -> assemble log request events (Some values)
        | _ ->
            match events with
            | Error faults -> log.AddRange faults
            | Ok _ -> ()

            match values with
            | Some(Error faults) -> log.AddRange faults
            | _ -> ()

            Error(log.ToList())
