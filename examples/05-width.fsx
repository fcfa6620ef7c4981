// The width of a resonance from its two production modes: off-shell events, in which the signal interferes
// with the background, over on-shell ones. Γ/Γ_SM = μ_off/μ_on becomes a parameter of the model itself, so
// that fits, intervals and toys are those of the width. Run: dotnet fsi examples/05-width.fsx
#load "Nsbi.fsx"

open System
open Nsbi.Infer
open Nsbi.Model
open Nsbi.Model.Words

/// The value, or every fault on the screen and the end.
let valid (result: Result<'a, ModelError list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults ->
        for fault in faults do
            eprintfn $"{fault}"

        exit 2

// 1. Three channels: off-shell events with per-event density ratios, an off-shell histogram of another
//    decay, and an on-shell count. Luminosity acts on all of them, theory on one background.
let off = poi "mu_off" |> between 0.0 8.0
let on = poi "mu_on" |> between 0.0 5.0
let lumi, theory = nuisance "lumi", nuisance "theory"
let signal, total, background = interference off
let rate = normSys lumi (0.98, 1.02)

let strengths =
    model "off-shell and on-shell" [
        unbinned "off-shell" (reference "mixture") [
            processOf "S" [ scaledBy signal; yields 40.0; rate ]
            processOf "SBI" [ scaledBy total; yields (InterferenceToy.expected Total); rate ]
            processOf "B" [ scaledBy background; yields 80.0; rate ]
            processOf "NI" [ yields 200.0; rate; normSys theory (0.93, 1.08) ]
        ]
        binned "off-shell, other decay" [
            processOf "S" [ scaledBy signal; binYields [ 4.0; 8.0; 12.0 ]; rate ]
            processOf "SBI" [ scaledBy total; binYields [ 30.0; 22.0; 14.0 ]; rate ]
            processOf "B" [ scaledBy background; binYields [ 32.0; 20.0; 9.0 ]; rate ]
        ]
        counting "on-shell" [
            processOf "S" [ normFactor on; yields 100.0; rate ]
            processOf "B" [ yields 60.0; rate ]
        ]
    ]

// 2. The same model in Γ and μ_on: μ_off is replaced wherever it stands, in √μ_off too.
let width = poi "width" |> between 0.0 8.0
let inWidth = strengths |> Model.substitute "mu_off" (width * on)
printfn $"{Model.describe inWidth}\n"

// 3. Events: quadrature points, so that the expected result below is exact.
let points = InterferenceToy.quadrature 1201
let mixture = InterferenceToy.mixtureDensity InterferenceToy.reference

let events =
    RatioTable.weighted (Array.map2 (fun x width -> mixture x * width) points.Nodes points.Widths) [
        for proc in InterferenceToy.sampled do
            let ratio = InterferenceToy.ratio InterferenceToy.reference proc
            InterferenceToy.name proc, RatioSource.ofFormula (fun x -> log (ratio x[0]))
    ]
    |> RatioTable.withFeatures (points.Nodes |> Array.map Array.singleton)

let compile (model: Model) : CompiledLikelihood =
    RatioTables.empty
    |> RatioTables.reference "off-shell" events
    |> Likelihood.compile (valid (Model.validate model))
    |> valid

/// The Asimov set of the standard model.
let expected (model: Model) : Observation =
    let likelihood = compile model
    (valid (Observation.asimov likelihood likelihood.Model.Initial)).Observation

// 4. Fit, and intervals of the width: {t ≤ 1} and {t ≤ 3.841}, which asymptotically hold 68 % and 95 %.
let observation = expected inWidth
let best = Fit.run observation
printfn $"{best}\n"

for level, name in [ 1.0, "68 %"; 3.841, "95 %" ] do
    let found = Intervals.find Fit.settings observation best "width" level
    printfn $"{name}: {found}"

// 5. To first order the ratio of the strengths of the other parametrisation has the same error; its
//    asymmetric interval it has not.
let ratio = DerivedParameter.ofFit "width" (off / on) (Fit.run (expected strengths))
printfn $"\nfirst order: {ratio}\n"

// 6. What the error is made of: impacts of the nuisance parameters, and the parts of the error.
let ranking = Ranking.run Ranking.options Fit.settings observation "width" best
printfn $"{ranking}\n"

let groups = NuisanceGroup.standard (compile inWidth).Model [ "lumi"; "theory" ]

let parts =
    UncertaintyBreakdown.run true Fit.settings observation groups "width" best

printfn $"{parts}"

// 7. Both strengths of the other parametrisation together.
let both = expected strengths

for share in [ 0.683; 0.95 ] do
    let contour =
        Contours.find Fit.settings both (Fit.run both) "mu_off" "mu_on" (Contours.levelOf share)

    printfn $"\n{contour}"

    for curve in contour.Curves do
        let ends (values: float[]) =
            $"%.3f{Array.min values} to %.3f{Array.max values}"

        printfn $"  mu_off {ends curve.First}, mu_on {ends curve.Second}, area %.4f{curve.Area}"
