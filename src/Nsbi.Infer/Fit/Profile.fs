namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

/// <summary>−2 ln L minimised over all parameters but one.</summary>
type ProfilePoint = {
    /// The value of the one.
    Value: float
    /// <summary>t = −2 ln L(value, others at their best) − min −2 ln L; +∞ where impossible.
    /// </summary>
    T: float
    /// All parameters there, in the order of θ.
    Point: float[]
}

/// <summary>A scan of the profile likelihood ratio.</summary>
[<NoComparison; ReferenceEquality>]
type Scan = {
    /// The parameter that was scanned.
    Parameter: string
    /// In the order of the values asked for.
    Points: ProfilePoint list
    /// The best fit: the one given, or a lower one that the scan came upon.
    Best: FitResult
} with

    /// The scan as a table of values and t.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let row (value: string) (t: string) = $"{value, 12}  {t, 12}"

        row this.Parameter "t"
        :: (this.Points |> List.map (fun p -> row (number p.Value) (number p.T)))
        |> String.concat "\n"

/// <summary>Profile likelihood ratios.</summary>
[<RequireQualifiedAccess>]
module Profile =

    /// <summary>t at each of these values of a parameter.</summary>
    /// <param name="progress">told the share of the values that is done, 0 to 1; may be null</param>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">of the fit</param>
    /// <param name="best">a fit that succeeded</param>
    /// <param name="name">a parameter that is not fixed</param>
    /// <param name="values">values inside of its bounds</param>
    /// <exception cref="T:System.ArgumentException">the parameter is unknown or fixed, a value is
    /// outside of the bounds, or the fit did not succeed</exception>
    /// <exception cref="T:System.OperationCanceledException">the cancellation of the settings was
    /// asked for, between two values or within one</exception>
    let scanWith
        (progress: IProgress<float>)
        (settings: FitSettings)
        (observation: Observation)
        (best: FitResult)
        (name: string)
        (values: float list)
        : Scan =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates
        let p = compiled.Parameters[compiled.Index[name]]

        if not best.Status.Succeeded then
            invalidArg (nameof best) "The fit did not succeed: its status says what to do."

        for v in values do
            if not (v >= p.Lower && v <= p.Upper) then
                invalidArg
                    (nameof values)
                    $"{v} is outside of the bounds {p.Lower} to {p.Upper} of '{name}'."

        let toInner (v: float) =
            if inner.IsSquared compiled.Index[name] then sqrt v else v

        let compute (profile: InnerProfile) =
            let mutable last = []
            let count = float values.Length

            let points =
                values
                |> List.mapi (fun k v ->
                    settings.Cancellation.ThrowIfCancellationRequested()
                    let struct (t, _, point) = profile.At(toInner v, last)
                    last <- [ point ]

                    if not (isNull progress) then
                        progress.Report(float (k + 1) / count)

                    v, t, point)

            {
                Parameter = name
                Points =
                    points
                    |> List.map (fun (v, t, point) -> {
                        Value = v
                        T = max t 0.0
                        Point = inner.ToOuter point
                    })
                Best = profile.Best
            }

        InnerProfile.compute settings observation best name compute

    /// <summary>The same without progress.</summary>
    let scan settings observation best name values : Scan =
        scanWith null settings observation best name values
