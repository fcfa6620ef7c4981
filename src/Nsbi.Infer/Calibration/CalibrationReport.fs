namespace Nsbi.Infer.Calibration

open Nsbi.Infer
open Nsbi.Learn.Networks

/// <summary>The page of a calibration: self-contained HTML with the distributions before and after.
/// </summary>
[<RequireQualifiedAccess>]
module CalibrationReport =
    let private text = Markup.Text

    let private measured (it: Measured) =
        $"{Quantity.valueFor it.Error it.Value} ± {Quantity.error it.Error}"

    let private failed (result: CalibrationResult) =
        result.Checks |> List.filter (fun check -> not check.Passed)

    let private cards (result: CalibrationResult) = [
        LimitPage.card true "two-sample area, calibrated" (measured result.AreaAfter) [
            $"before: {measured result.AreaBefore}"
            "½ is perfect"
        ]
        LimitPage.card
            false
            "checks"
            $"{result.Checks.Length - (failed result).Length} of {result.Checks.Length}"
            [ "passed" ]
        for name, size in [ "source", result.Source; "target", result.Target ] do
            LimitPage.card false name $"{size.Events}" [
                $"{size.HeldOut} held out,"
                $"{Quantity.brief 4 size.Effective} effective"
            ]
        LimitPage.card false "calibrated, effective" (Quantity.brief 4 result.Effective) [
            "events of equal weight"
        ]
    ]

    let private distances (it: ClosureDistance) = [
        text (Quantity.significant 3 it.Kolmogorov.Distance)
        text (Quantity.brief 2 it.Kolmogorov.PValue)
        text (measured it.Wasserstein)
    ]

    let private table (result: CalibrationResult) =
        Page.table [
            "quantity"
            ">distance before"
            ">p"
            ">Wasserstein before"
            ">distance after"
            ">p"
            ">Wasserstein after"
            ">by chance"
        ] [
            for it in result.Quantities ->
                [
                    text it.Name
                    yield! distances it.Before
                    yield! distances it.After
                    text (Quantity.significant 2 it.After.Noise)
                ]
        ]

    let private figures (quantities: QuantityClosure list) =
        Page.grid [
            for it in quantities ->
                CalibrationCharts.quantity it
                |> ChartSvg.render
                |> Page.figure
                    $"{it.Name}, held-out events: Kolmogorov–Smirnov distance {Quantity.significant 2 it.Before.Kolmogorov.Distance} before, {Quantity.significant 2 it.After.Kolmogorov.Distance} after (p = {Quantity.brief 2 it.After.Kolmogorov.PValue})."
        ]

    let private binned (result: CalibrationResult) = [
        for it in result.Quantities do
            for binned in it.Binned do
                CalibrationCharts.binned it.Name binned
                |> ChartSvg.render
                |> Page.figure
                    $"{it.Name} in bins of {binned.Of}; below 1 chance explains the distance."
    ]

    let private positive (result: CalibrationResult) =
        Page.section "Negative weights" [
            match result.Positive with
            | None -> ()
            | Some it ->
                Page.paragraph
                    $"Events of negative weight were replaced by positive ones of the same density: {CalibrationResult.negative result.Plan}."

                Page.table [ "what"; ">value" ] [
                    for name, value in
                        [
                            "signed events are worth", it.SignedSize
                            "positive ones are worth", it.PositiveSize
                            "factor that restores the sum of weights", it.Factor
                            "events without weight, where the signs cancel", float it.Cut
                            "their share of Σ|w|", it.CutShare
                        ] -> [ text name; text (Quantity.brief 4 value) ]
                ]
        ]

    let private provenance (identity: RunIdentity) (result: CalibrationResult) = [
        "version", identity.Version
        "instruction path", identity.InstructionPath
        "seed", string result.Plan.Seed
        "method", CalibrationResult.method result.Plan
        "negative weights", CalibrationResult.negative result.Plan
        yield! result.Files
        for name in result.Written do
            "written", name
    ]

    /// <summary>The page.</summary>
    /// <param name="identity">of the program</param>
    /// <param name="result">what was found</param>
    let render (identity: RunIdentity) (result: CalibrationResult) : string =
        let plan = result.Plan
        let moved, derived = result.Quantities |> List.partition _.IsMoved
        let inBins = binned result

        LimitPage.page
            plan.Name
            (cards result)
            [
                yield!
                    LimitPage.warnings [
                        for check in failed result ->
                            $"The check '{check.Name}' failed. {check.Finding}"
                    ]
                Page.section "What was done" [
                    Page.paragraph
                        $"The source was calibrated onto the target by {CalibrationResult.method plan}. Everything below is measured on held-out events, which no training saw."
                    yield! plan.Notes |> List.map Page.paragraph
                ]
                Page.section "Closure" [
                    table result
                    Page.note
                        "Distances are those of Kolmogorov–Smirnov; the Wasserstein distance is in units of the quantity, its error from bootstraps of the held-out events. What chance gives knows of the finite numbers of held-out and, after calibration, of training events: a calibration cannot be better than the data it was learned from."
                ]
                Page.section
                    (if CalibrationResult.moves plan then
                         "Moved quantities"
                     else
                         "Features")
                    [ figures moved ]
                Page.section "Derived quantities" [
                    if not derived.IsEmpty then
                        figures derived
                ]
                Page.section "In bins" [
                    if not inBins.IsEmpty then
                        Page.grid inBins
                ]
                positive result
                LimitPage.checks result.Checks
            ]
            (provenance identity result)
