namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>Results of posteriors as text for people.</summary>
[<RequireQualifiedAccess>]
module PosteriorText =
    let private number (value: float) =
        value.ToString("G4", CultureInfo.InvariantCulture)

    let private columns (rows: string list list) : string =
        let widths = rows |> List.transpose |> List.map (List.map String.length >> List.max)

        rows
        |> List.map (fun row ->
            List.zip widths row
            |> List.mapi (fun k (width, cell) ->
                if k = 0 then cell.PadRight width else cell.PadLeft width)
            |> String.concat "  ")
        |> String.concat "\n"

    let private observed (it: ObservedPosterior) =
        let at level (p: ParameterPosterior) =
            p.Quantiles |> List.find (fun (l, _) -> l = level) |> snd |> _.Value |> number

        let table =
            columns [
                yield [ ""; "mean"; "sd"; "median"; "16 %"; "84 %"; "2.5 %"; "97.5 %" ]
                for p in it.Parameters do
                    yield [
                        p.Name
                        number p.Mean.Value
                        number p.StandardDeviation.Value
                        at 0.5 p
                        at 0.16 p
                        at 0.84 p
                        at 0.025 p
                        at 0.975 p
                    ]
            ]

        let events = it.Events.ToString("N0", CultureInfo.InvariantCulture)
        String.Join("\n", $"{it.Name}, {events} events:" :: table :: it.Warnings)

    /// <summary>The training, the posterior of each set as a table, and the checks.</summary>
    let ofResult (result: PosteriorResult) : string =
        let history = result.Estimator.History
        let good = result.Checks |> List.filter _.Passed |> List.length

        String.Join(
            "\n\n",
            [
                $"{result.Plan.Name}: best of {history.Epochs.Length} epochs is {history.BestEpoch}, \
                  validation loss {number history.BestLoss}"
                yield! result.Observed |> List.map observed
                columns [
                    for check in result.Checks ->
                        [
                            check.Name
                            (if check.Passed then "passed" else "FAILED")
                            number check.Value
                            number check.Limit
                        ]
                ]
                $"{good} of {result.Checks.Length} checks passed"
            ]
        )
