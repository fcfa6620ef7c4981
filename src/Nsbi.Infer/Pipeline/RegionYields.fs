namespace Nsbi.Infer

open Nsbi.Model

/// <summary>Expected events in the bins of a region: one bin for an unbinned one.</summary>
type RegionYields = {
    /// Of each sample.
    Nominal: Map<string, float list>
    /// Of the varied events, by the name of their plan.
    Varied: Map<string, Sides<float list>>
}

/// <summary>Yields and what nuisance parameters do to them.</summary>
[<RequireQualifiedAccess>]
module RegionYields =

    /// The code of a histogram beside a code of ratios.
    let private binCode (code: Interpolation) : Interpolation =
        if Interpolation.needsPositive code then
            PolynomialLinear
        else
            code

    /// I₋, which without a symmetrisation stays nominal where a quotient does not exist.
    let private low (plan: VariationPlan) (nominal: float) (high: float) : float =
        match plan.Systematic.Symmetrisation with
        | Some symmetrisation ->
            let value = Symmetrisation.low symmetrisation nominal high
            if System.Double.IsFinite value then value else nominal
        | None -> nominal

    /// A bin without nominal events keeps to that: a few varied events in it would make its expectation
    /// negative on the other side of 0.
    let private covered (nominal: float list) (varied: float list) =
        List.map2 (fun y v -> if y = 0.0 then 0.0 else v) nominal varied

    /// The two sides of the varied bins, low first.
    let private sides (plan: VariationPlan) (nominal: float list) (varied: Sides<float list>) =
        let varied = Sides.map (covered nominal) varied

        let down =
            match varied.Down with
            | Some down -> down
            | None -> List.map2 (low plan) nominal varied.Up

        down, varied.Up

    let private plansOf (plans: VariationPlan list) (term: MixtureTerm) =
        plans |> List.filter (fun plan -> List.contains term.Name plan.Processes)

    let private parameter (analysis: Analysis) (name: string) =
        analysis.Parameters |> List.find (fun p -> p.Name = name)

    let private factors (analysis: Analysis) (term: MixtureTerm) = [
        for systematic in analysis.Systematics do
            for name, variation in systematic.Variations do
                match variation with
                | RateFactors(low, high) when name = term.Name ->
                    let p = parameter analysis systematic.Parameter
                    NormSys(p, systematic.Code, low, high)
                | _ -> ()
    ]

    let private eventModifiers region (term: MixtureTerm) (plan: VariationPlan) = [
        let nominal = region.Nominal[term.Sample]
        let low, high = sides plan nominal region.Varied[plan.Name]
        let code = plan.Systematic.Code

        if plan.HasRate && term.EventRate <> FromEvents then
            NormSys(plan.Parameter, code, low.Head / nominal.Head, high.Head / nominal.Head)

        if plan.HasShape then
            EventSys {
                Variation = plan.Parameter.Name
                Parameter = plan.Parameter
                Code = code
                Symmetrisation = plan.Systematic.Symmetrisation
            }
    ]

    let private binModifiers region (term: MixtureTerm) (plan: VariationPlan) = [
        let nominal = region.Nominal[term.Sample]
        let low, high = sides plan nominal region.Varied[plan.Name]
        let code = plan.Systematic.Code
        let rate bins = List.sum bins / List.sum nominal

        match plan.Systematic.Effect with
        | RateOnly -> NormSys(plan.Parameter, code, rate low, rate high)
        | RateAndShape -> HistoSys(plan.Parameter, binCode code, low, high)
        | ShapeOnly ->
            let scaled bins =
                bins |> List.map (fun y -> y / rate bins)

            HistoSys(plan.Parameter, binCode code, scaled low, scaled high)
    ]

    let private processes make (analysis: Analysis) (region: RegionYields) : Process list =
        let plans = VariationPlan.ofAnalysis analysis

        [
            for term in analysis.Terms ->
                {
                    Process.create term.Name term.Scale region.Nominal[term.Sample] with
                        Modifiers =
                            factors analysis term
                            @ (plansOf plans term |> List.collect (make region term))
                        EventRate = term.EventRate
                }
        ]

    /// <summary>The processes of an unbinned channel: rates are factors, densities vary event by
    /// event.</summary>
    let unbinned (analysis: Analysis) (region: RegionYields) : Process list =
        processes eventModifiers analysis region

    /// <summary>The processes of a binned channel: histograms of the same varied events.</summary>
    let binned (analysis: Analysis) (region: RegionYields) : Process list =
        processes binModifiers analysis region
        |> List.map (fun p -> { p with EventRate = Renormalised })

    /// <summary>The same expected events for every sample and variation: for a look at a model whose
    /// yields are not known yet.</summary>
    let equal (analysis: Analysis) : RegionYields = {
        Nominal = Map.ofList [ for term in analysis.Terms -> term.Sample, [ 1.0 ] ]
        Varied =
            Map.ofList [
                for plan in VariationPlan.ofAnalysis analysis ->
                    plan.Name, { Up = [ 1.0 ]; Down = Some [ 1.0 ] }
            ]
    }
