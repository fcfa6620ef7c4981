namespace Nsbi.Infer

open System

/// The page of the report on the goodness of fit in all features.
[<RequireQualifiedAccess>]
module internal GoodnessPages =

    let private ofToys (test: LearnedGoodness) : Chart option =
        match test.Toys |> Array.map _.Value |> Array.filter Double.IsFinite with
        | [||] -> None
        | values ->
            let top = 1.05 * max test.Value (Array.max values)
            let bins = max 8 (min 40 (values.Length / 5))
            let edges = Array.init (bins + 1) (fun b -> top * float b / float bins)
            let counts = Array.zeroCreate<float> bins

            for t in values do
                let bin = min (bins - 1) (int (t / top * float bins))
                counts[bin] <- counts[bin] + 1.0

            let form =
                test.Asymptotic
                |> Option.map (fun form ->
                    let survival = AsymptoticForm.survival form.Scale form.Degrees

                    Array.pairwise edges
                    |> Array.map (fun (a, b) -> float values.Length * (survival a - survival b)))

            let highest =
                Array.max (Array.append counts (form |> Option.defaultValue [| 0.0 |]))

            Chart.single
                "The statistic in toys of the fitted model"
                (Chart.axisFrom "t" 0.0 top)
                (Chart.axisFrom "toys" 0.0 (1.15 * highest))
                [
                    Mark.Steps(edges, counts, Chart.thin Colour.Sky, true, "toys")
                    match form with
                    | Some expected ->
                        let label = "asymptotic form"
                        Mark.Steps(edges, expected, Chart.dashed Colour.Ink, false, label)
                    | None -> ()
                    Mark.Line(
                        [| test.Value; test.Value |],
                        [| 0.0; 1.1 * highest |],
                        Chart.solid Colour.Vermillion,
                        "found"
                    )
                ]
            |> Chart.sized 420.0 300.0
            |> Some

    let private ofProfile (data: string) (profile: GoodnessProfile) : Chart option =
        let kept =
            [| 0 .. profile.Model.Length - 1 |]
            |> Array.filter (fun b -> profile.Model[b] > 0.0)

        if kept.Length = 0 then
            None
        else
            let ratio (numbers: float[]) =
                kept |> Array.map (fun b -> numbers[b] / profile.Model[b])

            let centres =
                kept |> Array.map (fun b -> 0.5 * (profile.Edges[b] + profile.Edges[b + 1]))

            let errors =
                kept
                |> Array.map (fun b ->
                    let data, model = profile.Data[b], profile.Model[b]
                    sqrt (max 1.0 data + profile.ModelError[b] ** 2.0) / model)

            Chart.single
                $"Data over model in {profile.Feature}"
                (Chart.axis profile.Feature)
                (Chart.axis "over the fitted model")
                [
                    Mark.Level(1.0, Chart.dashed Colour.Ink, "fitted model")
                    Mark.Points(centres, ratio profile.Data, errors, Colour.Blue, data)
                    Mark.Line(
                        centres,
                        ratio profile.Learned,
                        Chart.solid Colour.Vermillion,
                        "learned ratio"
                    )
                ]
            |> Chart.sized 420.0 300.0
            |> Some

    let private driving (study: GoodnessStudy) : string list =
        match study.Driving with
        | [] -> []
        | events -> [
            "The events that drive the discrepancy, with ln of the learned ratio of data and model: "
            + (events
               |> List.truncate 5
               |> List.map (fun e ->
                   let values =
                       List.zip study.Columns e.Values
                       |> List.map (fun (name, x) -> FormattableString.Invariant $"{name} {x:G4}")
                       |> String.concat ", "

                   FormattableString.Invariant $"event {e.Event}: {e.LogRatio:F2} ({values})")
               |> String.concat "; ")
            + ". results.json lists more."
          ]

    let private notes (study: GoodnessStudy) : string list =
        let test = study.Test
        let names = test.Features |> List.collect snd |> String.concat ", "

        [
            $"The density of the fitted model times e^f, f any function of {names} of a wide family, is fitted to the data together with the parameters of the model; t is the gain in −2 ln L over the model alone. Toys of the fitted model, each fitted in both ways, give its distribution; where the reference is a finite sample, that of every toy is another one of its size."
            match test.PValue with
            | Some p ->
                FormattableString.Invariant
                    $"t = {test.Value:G4}, p = {p.Value:G3} ± {p.Error:G2} ({p.Above.Trials} toys, {test.Failed} failed)."
            | None -> FormattableString.Invariant $"t = {test.Value:G4}; there are no toys."
            match test.Asymptotic with
            | Some form ->
                FormattableString.Invariant
                    $"For many events t would follow {form.Scale:G3} χ² of {form.Degrees:G3} degrees, p = {form.PValue:G3}; the largest distance of the toys to it is {form.Distance:G2} (p = {form.DistancePValue:G2}). It is shown and not used."
            | None -> ()
            if study.Of <> "observed" then
                "The data were not looked at: a pseudo-experiment of the nominal model stands in for them, and there is nothing to conclude."
            yield! driving study
        ]

    /// The page of a study.
    let ofStudy (study: GoodnessStudy) : ReportPage = {
        Title = "Goodness of fit in all features"
        Question = "Does the fitted model describe the data in the space of all features?"
        Checks = study.Checks
        Notes = notes study
        Pictures = [
            match ofToys study.Test with
            | Some chart -> {
                Caption = "The statistic and its distribution in toys of the fitted model."
                Drawing = ChartSvg.render chart
              }
            | None -> ()
            for profile in study.Profiles do
                match ofProfile study.Of profile with
                | Some chart -> {
                    Caption =
                        $"{profile.Feature}: data and model times the learned ratio, both over the fitted model, in bins of equal expectation."
                    Drawing = ChartSvg.render chart
                  }
                | None -> ()
        ]
    }
