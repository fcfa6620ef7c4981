namespace Nsbi.Infer.Calibration

open System
open Nsbi.Infer
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// Events of one side with all quantities as columns, at one stage.
[<NoComparison; ReferenceEquality>]
type internal StageEvents = {
    Table: EventTable
    Weights: float[]
    HeldOut: bool[]
    Counts: byte[][]
}

/// Distances of all quantities, before and after, in all bins.
[<RequireQualifiedAccess>]
module internal CalibrationClosure =
    /// Fewer effective events say nothing.
    let private fewest = 10.0

    let effective (rows: int[]) (weights: float[]) : float =
        let mutable sum, squares = 0.0, 0.0

        for i in rows do
            sum <- sum + weights[i]
            squares <- squares + weights[i] * weights[i]

        if squares > 0.0 then sum * sum / squares else 0.0

    /// Rows of one kind for which something holds.
    let private rows (events: StageEvents) (heldOut: bool) (holds: int -> bool) : int[] =
        [| 0 .. events.Weights.Length - 1 |]
        |> Array.filter (fun i -> events.HeldOut[i] = heldOut && events.Weights[i] > 0.0 && holds i)

    /// 1/m of the training events of both sides.
    let private training source target inSource inTarget : float =
        let size (events: StageEvents) holds =
            effective (rows events false holds) events.Weights

        1.0 / size source inSource + 1.0 / size target inTarget

    let private values (name: string) (events: StageEvents) rows : ClosureValues =
        ClosureDistance.take rows (EventTable.values name events.Table) events.Weights events.Counts

    let private distance pValue isAfter name (source: StageEvents) target inSource inTarget =
        let own, other = rows source true inSource, rows target true inTarget

        if effective own source.Weights < fewest || effective other target.Weights < fewest then
            None
        else
            let training =
                if isAfter then
                    training source target inSource inTarget
                else
                    0.0

            if Double.IsFinite training then
                Some(
                    ClosureDistance.compute
                        pValue
                        training
                        (values name source own)
                        (values name target other)
                )
            else
                None

    let private bins
        pValue
        name
        (words: CalibrationWords)
        (before: StageEvents)
        (after: StageEvents)
        (target: StageEvents)
        : BinnedClosure list = [
        for feature, edges in words.Bins do
            // Of as many bins, one is beyond what chance gives to each more often.
            let each = pValue / float (edges.Length - 1)

            let within b (events: StageEvents) =
                let values = Expression.evaluate feature.Expression events.Table
                fun i -> WeightedHistogram.binOf edges values[i] = b

            {
                Of = feature.Name
                Bins = [
                    for b in 0 .. edges.Length - 2 do
                        let at isAfter stage =
                            distance
                                each
                                isAfter
                                name
                                stage
                                target
                                (within b stage)
                                (within b target)

                        {
                            Low = edges[b]
                            High = edges[b + 1]
                            Before = at false before
                            After = at true after
                        }
                ]
            }
    ]

    let private histograms name (before: StageEvents) (after: StageEvents) (target: StageEvents) =
        let held events = rows events true (fun _ -> true)

        let pick (events: StageEvents) =
            let rows = held events
            let all = EventTable.values name events.Table
            let total = rows |> Array.sumBy (fun i -> events.Weights[i])

            rows |> Array.map (fun i -> all[i]),
            rows |> Array.map (fun i -> events.Weights[i] / total)

        let sides = [ pick before; pick after; pick target ]
        let x = sides |> List.map fst |> Array.concat
        let w = sides |> List.map snd |> Array.concat
        let ends = WeightedQuantile.compute [| 0.003; 0.997 |] x w

        let edges =
            if ends[1] > ends[0] then
                WeightedHistogram.equalWidth 30 ends[0] ends[1]
            else
                WeightedHistogram.equalWidth 1 (ends[0] - 0.5) (ends[0] + 0.5)

        sides |> List.map (fun (x, w) -> WeightedHistogram.fill edges x w)

    /// All quantities, moved ones first.
    let all
        (pValue: float)
        (words: CalibrationWords)
        (before: StageEvents)
        (after: StageEvents)
        (target: StageEvents)
        : Result<QuantityClosure list, Fault list> =
        let names = [
            for feature in words.Moved do
                feature.Column, true
            for feature in words.Derived do
                feature.Name, false
        ]

        let everywhere _ = true

        let closures =
            names
            |> List.map (fun (name, isMoved) ->
                match
                    distance pValue false name before target everywhere everywhere,
                    distance pValue true name after target everywhere everywhere
                with
                | Some first, Some second ->
                    let found = histograms name before after target

                    Ok {
                        Name = name
                        IsMoved = isMoved
                        Before = first
                        After = second
                        Binned = bins pValue name words before after target
                        Source = found[0]
                        Calibrated = found[1]
                        Target = found[2]
                    }
                | _ ->
                    Error(
                        Fault.create
                            "closure"
                            "there are fewer than 10 effective events held out or trained on"
                            "give more events, or another heldOut"
                    ))

        match
            closures
            |> List.tryPick (fun result ->
                match result with
                | Error fault -> Some fault
                | Ok _ -> None)
        with
        | Some fault -> Error [ fault ]
        | None -> Ok(closures |> List.choose Result.toOption)
