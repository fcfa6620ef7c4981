namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

/// <summary>A quantity h(θ) that follows from the parameters of a fit.</summary>
type DerivedParameter = {
    /// What it is called.
    Name: string
    /// h.
    Expression: Coefficient
    /// h(θ̂).
    Value: float
    /// <summary>√(∇hᵀ V ∇h) at the best fit, to first order (the delta method); none where a parameter
    /// of it is at a bound, or where the fit or h has no derivatives.</summary>
    Error: float option
    /// Why there is no error.
    Reason: string option
} with

    /// The quantity in a line.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let error =
            match this.Error, this.Reason with
            | Some error, _ -> $" ± {number error}"
            | None, Some reason -> $" (no error: {reason})"
            | None, None -> ""

        $"{this.Name} = {this.Expression} = {number this.Value}{error}"

/// <summary>How to derive quantities from fits. Where the likelihood is far from a parabola the error
/// is a poor interval: make the quantity a parameter with <c>Model.substitute</c> instead.</summary>
[<RequireQualifiedAccess>]
module DerivedParameter =

    /// <summary>h(θ̂) with its error.</summary>
    /// <param name="name">what to call it</param>
    /// <param name="expression">h, of parameters of the fit</param>
    /// <param name="fit">a fit that succeeded</param>
    /// <exception cref="T:System.ArgumentException">a parameter of the expression is not in the fit
    /// </exception>
    let ofFit (name: string) (expression: Coefficient) (fit: FitResult) : DerivedParameter =
        let index = ParameterIndex.OfNames(fit.Parameters |> List.map _.Name)
        let jet = Coefficient.evaluate index fit.Values expression

        let mentioned =
            Coefficient.parameters expression
            |> List.map (fun p -> fit[p.Name])
            |> List.distinct

        let variance =
            Seq.sum (
                seq {
                    for p in mentioned do
                        for q in mentioned do
                            let k, l = index[p.Name], index[q.Name]

                            // 0·∞ of a held parameter is 0.
                            if fit.Covariance[k, l] <> 0.0 then
                                jet.Gradient[k] * fit.Covariance[k, l] * jet.Gradient[l]
                }
            )

        let reason =
            match mentioned |> List.tryFind _.AtBound with
            | Some p -> Some $"{p.Name} is at a bound"
            | None when mentioned |> List.exists (fun p -> not p.IsFixed && p.Error.IsNone) ->
                Some "the fit has no errors"
            | None when not (Double.IsFinite variance) ->
                Some "the expression has no derivatives at the best fit"
            | None -> None

        {
            Name = name
            Expression = expression
            Value = jet.Value
            Error =
                if reason.IsSome then
                    None
                else
                    Some(sqrt (max 0.0 variance))
            Reason = reason
        }
