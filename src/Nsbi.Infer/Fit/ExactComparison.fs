namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>−2 ln L at one point as compiled and by definition.</summary>
type ExactPoint = {
    /// <summary>What the point is, as in "best fit" or "mu, lower end".</summary>
    Name: string
    /// −2 ln L as compiled.
    Compiled: float
    /// <summary>−2 ln L by definition: Z over the whole reference table, columns in double precision.
    /// </summary>
    Exact: float
} with

    /// Exact − Compiled.
    member this.Shift: float = this.Exact - this.Compiled

/// <summary>A fit held against the definition of its likelihood, where that was compiled to
/// something faster.</summary>
type ExactComparison = {
    /// The minima and the ends of the intervals.
    Points: ExactPoint list
    /// <summary>The largest |σ/σ_exact − 1| of the parameters, with σ from the Hessians of both at the
    /// best fit; none without errors.</summary>
    ErrorDifference: float option
}

/// <summary>Comparisons with the definition.</summary>
[<RequireQualifiedAccess>]
module ExactComparison =

    /// <summary>Whether a likelihood was compiled to anything but its definition.</summary>
    let isNeeded (compiled: CompiledLikelihood) : bool = compiled.IsApproximate

    let private value (evaluation: Evaluation) : float =
        match evaluation with
        | Finite jet -> jet.Value
        | Infinite _ -> infinity

    let private errorDifference (observation: Observation) (fit: FitResult) exact =
        let inner = observation.Owner.Model.InnerCoordinates

        let free =
            fit.Parameters
            |> List.indexed
            |> List.filter (fun (_, p) -> not p.IsFixed && not p.AtBound)
            |> List.map fst
            |> List.toArray

        match exact with
        | Infinite _ -> None
        | Finite jet ->
            FitErrors.covariance inner free (inner.ToInner fit.Values) jet
            |> Option.map (fun v ->
                free
                |> Array.choose (fun k ->
                    fit.Parameters[k].Error
                    |> Option.map (fun error -> abs (error / sqrt v[k, k] - 1.0)))
                |> Array.fold max 0.0)

    /// <summary>Evaluates the minima of a fit and the ends of its intervals by definition.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">of the fit</param>
    /// <param name="fit">the fit</param>
    /// <param name="intervals">intervals of its parameters</param>
    /// <returns>none where the likelihood is its definition</returns>
    let run
        (settings: FitSettings)
        (observation: Observation)
        (fit: FitResult)
        (intervals: LikelihoodIntervals list)
        : ExactComparison option =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates

        if not (isNeeded compiled) || fit.Minima.IsEmpty then
            None
        else
            let minima =
                fit.Minima
                |> List.mapi (fun k m ->
                    let name = if k = 0 then "best fit" else $"minimum {k + 1}"
                    name, m.Values |> List.map snd |> List.toArray)

            let ends = [
                for found in intervals do
                    for k, point in List.indexed found.Ends do
                        $"{found.Parameter}, end {k + 1}", point
            ]

            let evaluated =
                minima @ ends
                |> List.map (fun (name, theta) ->
                    settings.Cancellation.ThrowIfCancellationRequested()
                    let kappa = inner.ToInner theta
                    let exact = Likelihood.evaluateExact settings.Team observation kappa

                    let point = {
                        Name = name
                        Compiled = value (Likelihood.evaluateInner settings.Team observation kappa)
                        Exact = value exact
                    }

                    point, exact)

            Some {
                Points = List.map fst evaluated
                ErrorDifference = errorDifference observation fit (snd evaluated.Head)
            }

    let private number (x: float) : string =
        x.ToString("G3", CultureInfo.InvariantCulture)

    /// <summary>The checks: |shift of −2 ln L| ≤ 0.01 at every point, errors within 1 %.</summary>
    let checks (comparison: ExactComparison) : Check list =
        let worst = comparison.Points |> List.maxBy (fun p -> abs p.Shift)

        let meaning =
            "the likelihood was compiled to an approximation that is not good enough here: compile \
             it with more events for Z (Normalisation.Compiled), the exact pass \
             (Normalisation.ExactPass) or double precision (Precision.Exact)"

        [
            Check.create
                "compiled likelihood, −2 ln L"
                CheckRule.AtMost
                0.01
                (abs worst.Shift)
                nan
                $"the exact evaluation shifts −2 ln L by {number worst.Shift} at most ({worst.Name})"
                meaning

            match comparison.ErrorDifference with
            | None -> ()
            | Some difference ->
                Check.create
                    "compiled likelihood, errors"
                    CheckRule.AtMost
                    0.01
                    difference
                    nan
                    $"the exact Hessian changes the errors by {number difference} of themselves at most"
                    meaning
        ]
