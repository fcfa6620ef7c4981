namespace Nsbi.Infer

open System

/// <summary>Whether a ratio integrates to one over its reference.</summary>
[<RequireQualifiedAccess>]
module NormalisationCheck =
    /// <summary>
    /// C = E_ref[r] = Σ w_i r_i / Σ w_i with its standard error. Passed where |C − 1| is below both
    /// the allowed number of standard errors and the absolute limit.
    /// </summary>
    /// <remarks>Source: diagnostics of ATLAS, arXiv:2412.01600.</remarks>
    let run (limits: CheckLimits) (name: string) (sample: RatioSample) : Check * WeightedMean =
        let mean = WeightedMean.compute sample.Ratio sample.Reference
        let limit = min limits.Normalisation (limits.Sigmas * mean.StandardError)

        let finding =
            FormattableString.Invariant
                $"The mean of r over the reference is {mean.Value:F4} ± {mean.StandardError:F4}."

        let meaning =
            "Where it is not one, the yield of the process is wrong by this factor and the "
            + "fitted parameter takes up the difference."

        Check.create
            $"normalisation of {name}"
            (CheckRule.Near 1.0)
            limit
            mean.Value
            mean.StandardError
            finding
            meaning,
        mean
