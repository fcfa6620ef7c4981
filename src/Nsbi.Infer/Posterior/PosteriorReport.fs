namespace Nsbi.Infer

open Nsbi.Learn.Networks

/// <summary>The page of a posterior: self-contained HTML with its pictures.</summary>
[<RequireQualifiedAccess>]
module PosteriorReport =
    let private text = Markup.Text

    /// More sets than these have numbers but no pictures.
    let private pictured = 6

    let private table (it: ObservedPosterior) =
        let at level (p: ParameterPosterior) =
            p.Quantiles
            |> List.find (fun (l, _) -> l = level)
            |> snd
            |> fun value -> text (Quantity.valueFor (0.1 * p.StandardDeviation.Value) value.Value)

        Page.table [
            "parameter"
            ">mean"
            ">standard deviation"
            ">median"
            ">16 %"
            ">84 %"
            ">2.5 %"
            ">97.5 %"
        ] [
            for p in it.Parameters ->
                let near = Quantity.valueFor (0.1 * p.StandardDeviation.Value)

                [
                    text p.Name
                    text (near p.Mean.Value)
                    text (near p.StandardDeviation.Value)
                    at 0.5 p
                    at 0.16 p
                    at 0.84 p
                    at 0.025 p
                    at 0.975 p
                ]
        ]

    let private figure caption chart =
        chart |> ChartSvg.render |> Page.figure caption

    let private pictures (result: PosteriorResult) (it: ObservedPosterior) = [
        let count = it.Parameters.Length

        for i in 0 .. min 5 (count - 1) do
            PosteriorCharts.marginal result it i |> figure ""

        for i in 0 .. min 2 (count - 1) do
            for j in i + 1 .. min 2 (count - 1) do
                PosteriorCharts.region result it i j
                |> figure "Regions of highest density with 68 % and 95 % of the posterior."

        match it.Alarm with
        | Some alarm ->
            PosteriorCharts.cloud it alarm
            |> figure
                $"Does the set look like simulated ones? p = {Quantity.brief 2 alarm.PValue}: the share of sets \
                  whose embedding lies as far out."
        | None -> ()
    ]

    let private observed (result: PosteriorResult) (n: int) (it: ObservedPosterior) =
        Page.section $"{it.Name}: {it.Events} events" [
            yield! LimitPage.warnings it.Warnings
            table it

            if n < pictured then
                Page.grid (pictures result it)
        ]

    let private calibration (result: PosteriorResult) =
        Page.section "Is the posterior right on the average?" [
            if result.CheckSets > 0 then
                Page.paragraph
                    $"{result.CheckSets} sets that the training has not seen, with known parameters from the prior."

                Page.grid [
                    for test in result.Ranks do
                        PosteriorCharts.ranks test
                        |> figure
                            "Flat where the posterior is right; a valley where it is too narrow, a hill where \
                             it is too wide, a slope where it lies to one side."

                    PosteriorCharts.coverage result.Coverage
                    |> figure
                        "Below the diagonal regions hold the truth too rarely: the posterior is too narrow."
                ]
        ]

    /// <summary>The page.</summary>
    /// <param name="made">what it was made from</param>
    /// <param name="result">the study</param>
    let render (made: (string * string) list) (result: PosteriorResult) : string =
        let passed = result.Checks |> List.filter _.Passed |> List.length
        let history = result.Estimator.History

        LimitPage.page
            result.Plan.Name
            [
                match result.Observed with
                | it :: _ ->
                    for p in it.Parameters |> List.truncate 3 do
                        let sd = p.StandardDeviation.Value

                        LimitPage.card
                            true
                            $"{p.Name} given {it.Name}"
                            $"{Quantity.valueFor sd p.Mean.Value} ± {Quantity.error sd}"
                            [ "mean and standard deviation" ]
                | [] -> ()

                LimitPage.card false "checks" $"{passed} of {result.Checks.Length}" [ "passed" ]

                match result.Information with
                | Some it ->
                    LimitPage.card false "information" $"{Quantity.valueFor it.Error it.Value} nats" [
                        "what a set tells beyond the prior"
                    ]
                | None -> ()
            ]
            [
                yield! result.Observed |> List.mapi (observed result)
                calibration result
                LimitPage.checks result.Checks
                Page.section "Training" [
                    if not history.Epochs.IsEmpty then
                        Page.grid [
                            PosteriorCharts.learning history
                            |> figure
                                $"The weights of epoch {history.BestEpoch} are kept, with the least validation loss."
                        ]

                    Page.note (string result.Estimator)
                    yield! result.Plan.Notes |> List.map Page.note
                ]
            ]
            (made @ result.Files @ [ "posterior", result.Estimator.Identity ])
