namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>How the impact of a nuisance parameter θ on a parameter of interest μ is worked out.
/// </summary>
[<RequireQualifiedAccess>]
type ImpactMethod =
    /// <summary>μ̂ of a fit with θ held at θ̂ ± its post-fit error, minus μ̂: the default, and the
    /// convention of TRExFitter and cabinetry for post-fit impacts.</summary>
    | Postfit
    /// <summary>μ̂ of a fit with θ held at θ̂ ± the width of its constraint, minus μ̂: the pre-fit
    /// impact of the same programs. None without a constraint.</summary>
    | Prefit
    /// <summary>± V_μθ/σ_θ: what the post-fit impact is where the likelihood is a parabola; no fits.
    /// </summary>
    | Covariance
    /// <summary>μ̂ of a fit with the global observable of θ moved by ± its standard deviation, minus μ̂:
    /// the part of the error of μ that the auxiliary measurement of θ causes. These add up in
    /// quadrature with the statistical error (arXiv:2307.04007). None without a constraint.</summary>
    | Observable

    /// <summary>The word for it in files: postfit, prefit, covariance, observable.</summary>
    member this.Name: string =
        match this with
        | Postfit -> "postfit"
        | Prefit -> "prefit"
        | Covariance -> "covariance"
        | Observable -> "observable"

/// <summary>What one shift of a nuisance parameter does to the parameter of interest.</summary>
type ImpactSide = {
    /// <summary>Where the parameter is held, or the global observable is put; NaN without a shift.
    /// </summary>
    At: float
    /// <summary>The change of the best fit of the parameter of interest; NaN where there is none.
    /// </summary>
    Impact: float
    /// Why there is none, or what to know about it.
    Remark: string option
}

/// <summary>The impacts of the shift upwards and downwards, each with its own sign.</summary>
type ImpactPair = {
    /// Of the shift upwards.
    Up: ImpactSide
    /// Of the shift downwards.
    Down: ImpactSide
} with

    /// The larger of both in absolute value; NaN where both are unknown.
    member this.Size: float =
        let up, down = abs this.Up.Impact, abs this.Down.Impact

        if Double.IsNaN up then down
        elif Double.IsNaN down then up
        else max up down

/// <summary>A nuisance parameter in a ranking.</summary>
type Impact = {
    /// The parameter.
    Name: string
    /// What kind of parameter it is.
    Kind: NuisanceKind
    /// θ̂.
    Value: float
    /// Its error after the fit, from the Hessian; none at a bound.
    Error: float option
    /// <summary>The width of its constraint σ₀; none without one.</summary>
    Width: float option
    /// <summary>(θ̂ − θ₀)/σ₀ with θ₀ what its constraint prefers; none without a constraint.</summary>
    Pull: float option
    /// <summary>Error/σ₀: 1 where the events say nothing of it; none without a constraint or at a
    /// bound.</summary>
    Constraint: float option
    /// Impacts by each of the methods asked for.
    By: Map<ImpactMethod, ImpactPair>
}

/// <summary>Nuisance parameters by their impact on a parameter of interest, largest first. It prints
/// as a table.</summary>
[<NoComparison; ReferenceEquality>]
type Ranking = {
    /// The parameter of interest.
    Poi: string
    /// The methods; the order is that of the first.
    Methods: ImpactMethod list
    /// The best fit: the one given, or a lower one that a refit came upon.
    Best: FitResult
    /// Largest first; those without a number at the end.
    Impacts: Impact list
} with

    /// <summary>The impacts by the method of the order.</summary>
    member this.Leading(impact: Impact) : ImpactPair = impact.By[this.Methods.Head]

    /// The table: pull, constraint and the impacts of the leading method.
    override this.ToString() : string =
        let number (format: string) (x: float) =
            if Double.IsFinite x then
                x.ToString(format, CultureInfo.InvariantCulture)
            else
                "-"

        let optional format x = number format (defaultArg x nan)
        let width = this.Impacts |> List.fold (fun w i -> max w i.Name.Length) 9

        let row (name: string) pull constr up down remark =
            $"{name.PadRight width}  {pull, 8}  {constr, 10}  {up, 11}  {down, 11}  {remark}"
                .TrimEnd()

        String.Join(
            "\n",
            $"impacts on {this.Poi} ({this.Methods.Head.Name})"
            :: row "parameter" "pull" "constraint" "up" "down" ""
            :: [
                for impact in this.Impacts do
                    let pair = this.Leading impact

                    let remarks =
                        [ pair.Up.Remark; pair.Down.Remark ] |> List.choose id |> List.distinct

                    row
                        impact.Name
                        (optional "F3" impact.Pull)
                        (optional "F3" impact.Constraint)
                        (number "G4" pair.Up.Impact)
                        (number "G4" pair.Down.Impact)
                        (String.Join("; ", remarks))
            ]
        )
