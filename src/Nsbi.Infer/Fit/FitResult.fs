namespace Nsbi.Infer

open System
open System.Globalization
open System.Text
open Nsbi.Model

/// <summary>How a fit ended, and what to do about it.</summary>
type FitStatus =
    /// A minimum inside of all bounds.
    | Converged
    /// A minimum at which these parameters are at a bound.
    | AtBoundary of parameters: string list
    /// No minimum was reached; the sentence says what to do.
    | NotConverged of advice: string
    /// The likelihood cannot be fitted; the sentence says why.
    | InvalidModel of reason: string

    /// <summary>The word for it in files: converged, atBoundary, notConverged, invalidModel.
    /// </summary>
    member this.Name: string =
        match this with
        | Converged -> "converged"
        | AtBoundary _ -> "atBoundary"
        | NotConverged _ -> "notConverged"
        | InvalidModel _ -> "invalidModel"

    /// One sentence: what it means and what to do.
    member this.Advice: string =
        match this with
        | Converged -> "The fit converged."
        | AtBoundary names ->
            let names = String.Join(", ", names)

            $"The minimum lies at a bound of {names}: the Hessian gives no error there, use the \
              interval, or widen the bound if it has no meaning."
        | NotConverged advice -> advice
        | InvalidModel reason -> reason

    /// Whether a minimum was found.
    member this.Succeeded: bool =
        match this with
        | Converged
        | AtBoundary _ -> true
        | NotConverged _
        | InvalidModel _ -> false

/// <summary>One parameter of a fit.</summary>
type FittedParameter = {
    /// Its name.
    Name: string
    /// Best-fit value.
    Value: float
    /// <summary>√V_kk with V = 2H⁻¹ of −2 ln L in the parameters that are free and not at a bound;
    /// none for a parameter that is fixed or at a bound, or if H is not positive definite.</summary>
    Error: float option
    /// Held at its value by the settings.
    IsFixed: bool
    /// The minimum lies at one of its bounds.
    AtBound: bool
}

/// <summary>A local minimum of −2 ln L.</summary>
type LocalMinimum = {
    /// −2 ln L there.
    TwiceNll: float
    /// The parameters in the order of θ.
    Values: (string * float) list
}

/// <summary>The result of a fit. It prints as a table.</summary>
[<CustomEquality; NoComparison>]
type FitResult = {
    /// How it ended.
    Status: FitStatus
    /// −2 ln L at the best fit; NaN if the model is invalid.
    TwiceNll: float
    /// All parameters in the order of θ.
    Parameters: FittedParameter list
    /// <summary>V = 2H⁻¹ over all parameters; zeros where there is no error.</summary>
    Covariance: float[,]
    /// <summary>V_kl/√(V_kk V_ll); the unit matrix where there is no error.</summary>
    Correlation: float[,]
    /// The decrease of −2 ln L that the quadratic model still promises at the best fit.
    Edm: float
    /// All distinct minima found, lowest first.
    Minima: LocalMinimum list
    /// Evaluations of −2 ln L with its derivatives.
    Evaluations: int
} with

    /// The best-fit values in the order of θ; a new array each time.
    member this.Values: float[] = this.Parameters |> List.map _.Value |> List.toArray

    /// <summary>The parameter of a name.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such parameter</exception>
    member this.Item
        with get (name: string): FittedParameter =
            match this.Parameters |> List.tryFind (fun p -> p.Name = name) with
            | Some p -> p
            | None -> invalidArg (nameof name) $"There is no parameter '{name}' in this fit."

    override this.Equals(other: obj) : bool = Object.ReferenceEquals(this, other)
    override this.GetHashCode() : int = this.Evaluations

    /// The fit as a table.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let text = StringBuilder()
        let line (s: string) = text.Append(s).Append('\n') |> ignore
        line $"{this.Status.Name}: {this.Status.Advice}"
        line $"-2 ln L = {number this.TwiceNll}, EDM = {number this.Edm}"

        let width = this.Parameters |> List.fold (fun m p -> max m p.Name.Length) 9

        let row (name: string) (value: string) (error: string) (remark: string) =
            line ($"{name.PadRight width}  {value, 12}  {error, 12}  {remark}".TrimEnd())

        row "parameter" "value" "error" ""

        for p in this.Parameters do
            let error = p.Error |> Option.map number |> Option.defaultValue "-"

            let remark =
                if p.IsFixed then "fixed"
                elif p.AtBound then "at bound"
                else ""

            row p.Name (number p.Value) error remark

        match this.Minima with
        | _ :: (_ :: _ as others) ->
            for other in others do
                let values =
                    other.Values |> List.map (fun (name, value) -> $"{name} = {number value}")

                let rise = number (other.TwiceNll - this.TwiceNll)
                line $"""another minimum, higher by {rise}: {String.Join(", ", values)}"""
        | _ -> ()

        text.ToString().TrimEnd()
