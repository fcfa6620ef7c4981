/// A report with something in every part: the interference toy with invented networks.
module Nsbi.Infer.Tests.ReportExample

open System
open Nsbi.Infer
open Nsbi.Infer.Tests.GaussianRatios

let private piece low high : ReportPiece = { Low = low; High = high }

/// t(μ|1) of the toy in −2 ln L, by quadrature over x.
let private scanCurve (scale: float) (label: string) : ReportCurve =
    let s x = 40.0 * density 1.2 0.7 x
    let b x = 80.0 * density 0.0 1.0 x
    let n x = 200.0 * density -0.6 1.2 x

    let rate mu x =
        mu * s x - 1.2 * sqrt (mu * s x * b x) + b x + n x

    let nodes = Array.init 600 (fun i -> -6.0 + 0.02 * float i)

    let t mu =
        nodes
        |> Array.sumBy (fun x ->
            let one = rate 1.0 x
            2.0 * 0.02 * (rate mu x - one - one * log (rate mu x / one)))

    let values = Array.init 121 (fun i -> 0.025 * float i)

    {
        Label = label
        Values = values
        T = values |> Array.map (fun mu -> scale * t mu)
    }

let private training (name: string) (offset: float) : ReportTraining list = [
    for fold in 1..3 do
        for k in 1..2 do
            let wobble (e: int) = 0.004 * sin (float (e * fold + 3 * k))

            let loss (bias: float) =
                Array.init 40 (fun e ->
                    offset + 0.12 * exp (-float e / 6.0) + bias * float e / 40.0 + wobble e)

            {
                Network = name
                Member = $"fold {fold}, member {k}"
                Training = loss -0.01
                Validation = loss 0.012
                BestEpoch = 14 + fold + k
            }
]

let private ratios (name: string) (ratio: float -> float) : RatioDiagnostics =
    let sample, x = sampleOf true 20000 42 ratio

    RatioDiagnostics.run CheckLimits.standard name sample [
        "x", x
        "cos θ*", x |> Array.map (fun v -> tanh (v + 0.3))
    ]

let content: ReportContent =
    let diagnostics = [ ratios "S" exact; ratios "SBI" (fun x -> 1.03 * Math.Pow(exact x, 1.04)) ]

    let intervals = [
        {
            Level = "68 %"
            Pieces = [ piece 0.594 1.387 ]
        }
        {
            Level = "95 %"
            Pieces = [ piece 0.0 0.012; piece 0.21 1.765 ]
        }
    ]

    {
        Title = "Off-shell signal strength, interference toy <IF1>"
        Abstract = [
            "The signal strength μ of 40 signal events that interfere with 80 background events, over 200 events of a background that does not interfere, from one observable. Event-by-event likelihood ratios are learned from 200,000 simulated events per sample."
            "The expected result is that of an Asimov set at μ = 1, weighted with the learned density."
        ]
        Parameter = "μ"
        Results = [
            {
                Label = "unbinned, observed"
                Value = 1.1178
                Lower = -0.4063
                Upper = 0.3871
                Intervals = intervals
                Significance = 1.71
            }
            {
                Label = "unbinned, expected"
                Value = 1.0
                Lower = -0.4056
                Upper = 0.3869
                Intervals = [ intervals[0] ]
                Significance = 1.5649
            }
            {
                Label = "10 bins, expected"
                Value = 1.0
                Lower = -0.431
                Upper = 0.402
                Intervals = []
                Significance = 1.4707
            }
        ]
        Scan =
            Some {
                Parameter = "μ"
                Curves = [
                    scanCurve 1.0 "unbinned, observed"
                    scanCurve 0.93 "unbinned, expected"
                    scanCurve 0.8 "10 bins, expected"
                ]
                Intervals = intervals
            }
        Fit =
            Some {
                Status = "Converged: the gradient is below its tolerance at an inner point."
                TwiceNll = -1284.20719
                Parameters = [
                    {
                        Name = "mu"
                        Value = 1.1178
                        Error = 0.3911
                        MinosLower = -0.4063
                        MinosUpper = 0.3871
                        Fixed = false
                    }
                    {
                        Name = "alpha_lumi"
                        Value = -0.021
                        Error = 0.992
                        MinosLower = nan
                        MinosUpper = nan
                        Fixed = false
                    }
                    {
                        Name = "alpha_jes"
                        Value = 0.31
                        Error = 0.87
                        MinosLower = nan
                        MinosUpper = nan
                        Fixed = false
                    }
                    {
                        Name = "kappa_NI"
                        Value = 1.0
                        Error = nan
                        MinosLower = nan
                        MinosUpper = nan
                        Fixed = true
                    }
                ]
                Minima = [
                    {
                        Above = 0.0
                        Values = [ 1.1178; -0.021; 0.31; 1.0 ]
                    }
                    {
                        Above = 2.449
                        Values = [ 0.0; 0.102; 0.288; 1.0 ]
                    }
                ]
                CorrelationNames = [ "mu"; "alpha_lumi"; "alpha_jes" ]
                Correlations = [|
                    [| 1.0; -0.31; 0.12 |]
                    [| -0.31; 1.0; -0.82 |]
                    [| 0.12; -0.82; 1.0 |]
                |]
            }
        Uncertainties = [
            {
                Label = "unbinned ratios, expected"
                Total = 0.456
                Statistical = 0.39
                Systematic = 0.236
            }
        ]
        Pulls = [
            {
                Name = "jes"
                Pull = -0.31
                Constraint = 0.72
            }
        ]
        Variations = [
            {
                Parameter = "jes"
                Process = "NI"
                Side = "up"
                Rate = 0.98
                RateError = 0.003
                Size = 0.1001
                Error = 0.0071
                EffectiveNominal = 200000.0
                EffectiveVaried = 200000.0
                Renormalisation = 0.0304
            }
        ]
        VariationNote = "The learned shapes are well beyond the noise of the training."
        Statements = [
            {
                Quantity = "upper limit at 95 %"
                Asymptotic = "1.83"
                Toys = "1.86 ± 0.03"
            }
        ]
        StatementNotes = [ "Pseudo-experiments are drawn at the profiled nuisance parameters." ]
        Pictures = [
            {
                Caption = "Upper limit < 2 & more."
                Drawing =
                    HeatMapSvg.render "Correlations" [| "mu"; "jes" |] [|
                        [| 1.0; 0.2 |]
                        [| 0.2; 1.0 |]
                    |]
            }
        ]
        Pages = [
            {
                Title = "Effective sizes"
                Question = "Do enough events carry the densities?"
                Checks = [
                    Check.create
                        "effective events at μ = 2"
                        CheckRule.AtLeast
                        100.0
                        812.0
                        nan
                        "812 effective events."
                        "Few events carry the density."
                ]
                Notes = [ "Sizes are (Σw)²/Σw²." ]
                Pictures = [
                    {
                        Caption = "Sizes < all."
                        Drawing = HeatMapSvg.render "Sizes" [| "mu" |] [| [| 0.5 |] |]
                    }
                ]
            }
            {
                Title = "Calibration"
                Question = "Is a score the probability that it claims?"
                Checks = diagnostics |> List.collect _.Checks
                Notes = []
                Pictures = []
            }
        ]
        Sensitivity = [
            {
                Feature = "x"
                Edges = WeightedHistogram.equalWidth 24 -4.0 4.0
                Information =
                    Array.init 24 (fun b ->
                        0.045 * exp (-0.5 * (float b - 17.5) ** 2.0 / 12.0)
                        + 0.05 * exp (-0.5 * (float b - 10.0) ** 2.0 / 5.0))
                Events = Array.init 24 (fun b -> 0.11 * exp (-0.5 * (float b - 11.0) ** 2.0 / 13.0))
            }
            {
                Feature = "m(4ℓ) [GeV]"
                Edges = WeightedHistogram.equalWidth 10 110.0 160.0
                Information = [| 0.01; 0.02; 0.12; 0.61; 0.18; 0.02; 0.02; 0.01; 0.005; 0.005 |]
                Events = [||]
            }
        ]
        Checks =
            (diagnostics |> List.collect _.Checks)
            @ [
                MixtureIdentityCheck.run CheckLimits.standard [| 1.0 |] [| [| 1.0; 1.0 + 1e-9 |] |]
            ]
        Ratios = diagnostics
        Training = training "S, SBI, B, NI against the mixture" 0.41 @ training "preselection" 0.62
        Provenance = [
            { Name = "seed"; Value = "20260101" }
            { Name = "version"; Value = "0.1.0" }
            {
                Name = "instruction path"
                Value = "avx2"
            }
            {
                Name = "network"
                Value = "4 × 64, SiLU, NAdam, 40 epochs, 3 folds × 2 members"
            }
        ]
        Files = [
            {
                Name = "analysis.json"
                Value = ContentHash.ofText "a"
            }
            {
                Name = "events/signal.csv.gz"
                Value = ContentHash.ofText "b"
            }
        ]
    }
