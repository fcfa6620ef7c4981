/// Decay times: an exponential distribution with an uncertain rate and an uncertain scale.
module Nsbi.Infer.Tests.DecayModel

open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel

/// One standard deviation of the scale, x → x e^ν.
let sigma = 0.1

/// Expected events.
let expected = 200.0

/// ln p(x|ν)/p(x|0) of x → x e^ν.
let private logRatio (nu: float) (x: float) = -nu - x * (exp -nu - 1.0)

/// Times of a scale, independent of others of another purpose or index.
let times (purpose: string) (index: int) (events: int) (scale: float) : float[] =
    let mutable stream = RandomStream(7UL, purpose, uint64 index)
    Array.init events (fun _ -> -scale * log (1.0 - stream.NextDouble()))

/// Events of a Poisson number.
let poisson (purpose: string) (index: int) (mean: float) : int =
    let mutable stream = RandomStream(8UL, purpose, uint64 index)
    int (stream.NextPoisson mean)

let private table (xs: float[]) (isFree: bool) : RatioTable =
    let nominal =
        RatioTable.unweighted xs.Length [ "B", Ratios(Array.create xs.Length 1.0) ]

    let ratios nu =
        Ratios(xs |> Array.map (fun x -> exp (logRatio nu x)))

    if isFree then
        nominal
        |> RatioTable.withVariation
            "B"
            "scale"
            (VariationRatios.between (ratios -sigma, ratios sigma))
    else
        nominal

let private norm = Words.nuisance "norm"
let private scale = Words.nuisance "scale"

/// <summary>The observation of data, with a reference.</summary>
/// <param name="isFree">whether rate (5 %) and scale are uncertain</param>
let observe (isFree: bool) (reference: float[]) (data: float[]) : Observation * FitFeature list =
    let model =
        Words.model "decays" [
            Words.unbinned "SR" (Words.reference "ref") [
                Words.processOf "B" [
                    Words.yields expected
                    if isFree then
                        Words.normSys norm (0.95, 1.05)
                        Words.eventSys scale
                ]
            ]
        ]

    let compiled =
        RatioTables.empty
        |> RatioTables.reference "SR" (table reference isFree)
        |> RatioTables.observed "SR" (table data isFree)
        |> Likelihood.compile (valid model)
        |> ok

    ok (Observation.observed compiled []), [ FitFeature.create "x" "SR" reference data ]

/// Few functions, for quick tests.
let quick = {
    LearnedGoodnessSettings.standard with
        Family =
            GoodnessFamily.Kernels {
                LearnedGoodnessSettings.kernels with
                    Functions = 12
            }
}

/// The test of an observation.
let test (toys: ToyRun) settings (observation: Observation, features: FitFeature list) =
    let fit = Fit.run observation

    LearnedGoodness.run (ToyWork.ofRun Fit.settings toys) settings observation fit features
    |> ok
