namespace Nsbi.Infer

open Nsbi.Model

/// <summary>Where the asymptotic distributions of a test statistic do not hold.</summary>
[<RequireQualifiedAccess>]
module AsymptoticValidity =

    /// <summary>Whether −2 ln L has no derivative in a parameter at 0: a coefficient holds its root.
    /// </summary>
    let isSingularAtZero (compiled: CompiledLikelihood) (poi: string) : bool =
        compiled.Model.InnerCoordinates.IsSquared compiled.Index[poi]

    /// <summary>Sentences on asymptotic statements about the value 0 of a parameter, on which q0, CLb
    /// and all expectations for the background alone rest; none where nothing is wrong.</summary>
    let atZero (compiled: CompiledLikelihood) (poi: string) : string list =
        if isSingularAtZero compiled poi then
            [
                $"Asymptotic statements about {poi} = 0 are invalid for this model: it contains the \
                  square root of {poi}, so that −2 ln L has no derivative at 0 and the best fit is \
                  not Gaussian there (it lies at 0 in 37 %% of the pseudo-experiments of the \
                  interference toy, not in 50 %%). Use pseudo-experiments (--method toys)."
            ]
        else
            []

    /// <summary>Sentences on a best fit at a bound that is not 0, beyond which the likelihood may be
    /// higher; none where nothing is wrong.</summary>
    let atBound (poi: string) (fit: FitResult) : string list =
        let p = fit[poi]

        if p.AtBound && p.Value <> 0.0 then
            [
                $"The best fit of {poi} is at its bound {p.Value}: the asymptotic distributions \
                  suppose that it can go beyond; widen the bound if it has no meaning."
            ]
        else
            []
