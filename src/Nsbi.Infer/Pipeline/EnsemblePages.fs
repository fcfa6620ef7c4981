namespace Nsbi.Infer

open System
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks

/// The page of the report on the uncertainty of the networks.
[<RequireQualifiedAccess>]
module internal EnsemblePages =
    let private text = Markup.Text

    let private measured (found: Measured) : string =
        if Double.IsFinite found.Value then
            $"{Quantity.valueFor found.Error found.Value} ± {Quantity.error found.Error}"
        else
            Quantity.unknown

    /// The members of each replica beside each other, the averages among them.
    let private fitsChart (interest: string) (point: EnsemblePoint) : Chart =
        let values = point.Refits
        let isNested = values.Plan.IsNested

        let place j m =
            if isNested then float (j + 1) else float (m + 1)

        let members =
            values.Members
            |> Array.mapi (fun j members -> members |> Array.mapi (fun m x -> place j m, x))
            |> Array.concat
            |> Array.filter (fun (_, x) -> Double.IsFinite x)

        let x, y = Array.unzip members

        let count =
            if isNested then
                values.Members.Length
            else
                values.Plan.Members

        let sigma = point.Summary.Sigma.Value
        let ends = [| 0.5; float count + 0.5 |]

        let marks = [
            if Double.IsFinite sigma && Double.IsFinite point.Fitted then
                let level shift = [| point.Fitted + shift; point.Fitted + shift |]
                Mark.Band(ends, level -sigma, level sigma, Colour.Sky, "± σ of one")
            Mark.Points(x, y, Array.create x.Length nan, Colour.Blue, "one estimator")
            if isNested && values.Plan.Members > 1 then
                let at = Array.init values.Averages.Length (fun j -> float (j + 1))
                let none = Array.create at.Length nan
                Mark.Points(at, values.Averages, none, Colour.Vermillion, "average")
            Mark.Level(point.Fitted, Chart.dashed Colour.Ink, "networks of the analysis")
        ]

        Chart.single
            $"Best {interest} with the ratios of each estimator"
            (Chart.axisFrom (if isNested then "bootstrap" else "network") ends[0] ends[1])
            (Chart.axis $"best {interest}")
            marks
        |> Chart.sized 560.0 300.0

    let private scalingChart (interest: string) (summary: EnsembleSummary) : Chart option =
        let series = [
            "double bootstrap", Colour.Vermillion, summary.Scaling
            "nested bootstrap", Colour.Blue, summary.NestedScaling
        ]

        let found = [
            for label, colour, scaling in series do
                match scaling with
                | Some scaling ->
                    let x, y = scaling.Points |> List.toArray |> Array.unzip
                    label, colour, Array.map float x, y
                | None -> ()
        ]

        if found.IsEmpty then
            None
        else
            let top = found |> List.collect (fun (_, _, _, y) -> List.ofArray y) |> List.max

            Chart.single
                "Uncertainty over the number of networks"
                (Chart.logAxis "networks M")
                (Chart.axisFrom $"σ({interest})" 0.0 (1.1 * top))
                [
                    for label, colour, x, y in found do
                        Mark.Line(x, y, Chart.solid colour, label)
                        Mark.Points(x, y, Array.create x.Length nan, colour, "")

                        if label = "double bootstrap" then
                            let fall = x |> Array.map (fun m -> y[0] * sqrt (x[0] / m))
                            Mark.Line(x, fall, Chart.dotted Colour.Grey, "1/√M")
                ]
            |> Chart.sized 420.0 300.0
            |> Some

    let private tableChart (study: EnsembleStudy) : Chart option =
        let points = study.Table |> List.filter (fun (_, s) -> Double.IsFinite s.Value)

        if points.Length < 2 then
            None
        else
            let x = points |> List.map fst |> List.toArray
            let y = points |> List.map (fun (_, s) -> s.Value) |> List.toArray
            let errors = points |> List.map (fun (_, s) -> s.Error) |> List.toArray

            Chart.single
                $"Uncertainty by the networks over {study.Interest}"
                (Chart.axis study.Interest)
                (Chart.axisFrom
                    $"σ({study.Interest})"
                    0.0
                    (1.2 * Array.max (Array.map2 (+) y errors)))
                [ Mark.Points(x, y, errors, Colour.Blue, "by the networks") ]
            |> Chart.sized 420.0 300.0
            |> Some

    let private table (study: EnsembleStudy) : Markup =
        let row (what: string) (found: Measured) = [ text what; text (measured found) ]

        let rows events (summary: EnsembleSummary) = [
            row $"{events}: {summary.Method}" summary.Sigma

            for estimate in summary.Estimates do
                row
                    $"{events}: ({estimate.Method.Letter}) {estimate.Method.Name}, {estimate.Trainings} estimators"
                    estimate.Sigma

            match summary.Training with
            | Some training -> row $"{events}: noise of one training" training
            | None -> ()

            match summary.DoubleBootstrap with
            | Some found -> row $"{events}: double bootstrap, for comparison" found
            | None -> ()
        ]

        Page.table [ "found by"; $">σ({study.Interest})" ] [
            yield! rows "Asimov" study.Nominal.Summary

            match study.Nominal.Linear with
            | Some linear -> row "Asimov, linear formula: the same spread" linear.Sigma
            | None -> ()

            match study.Observed with
            | Some observed -> yield! rows "data" observed.Summary
            | None -> ()
        ]

    let private breakdown (study: EnsembleStudy) : ReportPicture list =
        match study.Breakdown with
        | None -> []
        | Some(what, found) -> [
            {
                Caption =
                    $"The error of {study.Interest} ({what}) with the nuisance parameter of the networks, in parts: what each group of nuisance parameters causes by quadrature subtraction."
                Drawing =
                    Page.table [ "part"; ">error" ] [
                        [ text "all"; text (Quantity.error found.Total.Mean) ]

                        for part in found.Parts do
                            [ text part.Group; text (Quantity.error part.Quadrature.Mean) ]

                        [
                            text "no constrained nuisance parameter"
                            text (Quantity.error found.Statistical.Mean)
                        ]
                    ]
            }
          ]

    /// The page of a study.
    let ofStudy (study: EnsembleStudy) : ReportPage =
        let nominal = study.Nominal

        let picture caption chart : ReportPicture = {
            Caption = caption
            Drawing = ChartSvg.render chart
        }

        {
            Title = "Uncertainty of the networks"
            Question = "How far would the result move with another simulation and another training?"
            Checks = []
            Notes = [
                $"{study.Plan.Ensemble}: {study.Networks.Length} networks. In a bootstrap every simulated event counts a Poisson number of times, for training and normalisation alike, copies of it included; expected yields and event variations stay. Then the same events are fitted with the ratios of each."
                yield! study.Warnings

                for check in nominal.Summary.SelfChecks do
                    $"Self-check of {check.Name}: {check.Finding}"
            ]
            Pictures = [
                fitsChart study.Interest nominal
                |> picture
                    "Best values for the learned Asimov set of the analysis at the nominal point, with the ratios of each estimator."

                match study.Observed with
                | Some observed ->
                    fitsChart study.Interest observed
                    |> picture "Best values for the data with the ratios of each estimator."
                | None -> ()

                match scalingChart study.Interest nominal.Summary with
                | Some chart ->
                    picture
                        "What is left of an uncertainty with more networks on the same simulated events. One that falls as 1/√M does not contain their finite number."
                        chart
                | None -> ()

                match tableChart study with
                | Some chart ->
                    picture $"The uncertainty by the networks at values of {study.Interest}." chart
                | None -> ()

                {
                    Caption = "The uncertainty by each way of finding it."
                    Drawing = table study
                }

                yield! breakdown study
            ]
        }
