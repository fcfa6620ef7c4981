namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>Fits with one parameter held at a value, started from points that are known already.
/// </summary>
[<RequireQualifiedAccess>]
module ConditionalFit =

    /// <summary>How far a minimum may lie below another by rounding and by the errors of the values
    /// of an approximate likelihood.</summary>
    let internal slack (observation: Observation) (value: float) : float =
        1e-9 + 1e-13 * abs value + 2.0 * observation.Noise

    /// <summary>Whether the best point of a fit is a minimum, so that −2 ln L there can be compared,
    /// though parameters may be left undetermined.</summary>
    let hasMinimum (fit: FitResult) : bool =
        fit.Status.Succeeded
        || (match fit.Minima with
            | lowest :: _ -> lowest.TwiceNll <= fit.TwiceNll
            | [] -> false)

    /// Whether a fit to this likelihood needs several starts: interference.
    let internal needsStarts (compiled: CompiledLikelihood) : bool =
        not (CurvedParameters.ofInterest compiled.Model).IsEmpty

    /// <summary>The points of all minima of a fit, in the order of θ, the lowest first; where there
    /// is none, the best point.</summary>
    let seeds (fit: FitResult) : float[] list =
        match fit.Minima with
        | [] when fit.Parameters |> List.forall (fun p -> Double.IsFinite p.Value) -> [ fit.Values ]
        | minima -> minima |> List.map (fun m -> m.Values |> List.map snd |> List.toArray)

    /// <summary>Minimises −2 ln L over all parameters but one.</summary>
    /// <param name="settings">of the fit; the parameter is fixed besides</param>
    /// <param name="observation">what is fitted</param>
    /// <param name="name">the parameter</param>
    /// <param name="value">where it is held, inside of its bounds</param>
    /// <param name="near">points to start from, in the order of θ, for example of a fit at a
    /// neighbouring value; without them this is an ordinary fit</param>
    /// <returns>always a result; its status says how the fit ended</returns>
    /// <remarks>With interference the usual starts are tried as well, because a basin in which no
    /// given point lies can be the lowest; they are also tried where no minimum is reached from the
    /// given points.</remarks>
    /// <exception cref="T:System.ArgumentException">there is no such parameter, or the value is
    /// outside of its bounds</exception>
    let run
        (settings: FitSettings)
        (observation: Observation)
        (name: string)
        (value: float)
        (near: float[] list)
        : FitResult =
        let compiled = observation.Owner
        let place = compiled.Index[name]
        let p = compiled.Parameters[place]

        if not (value >= p.Lower && value <= p.Upper) then
            invalidArg
                (nameof value)
                $"{value} is outside of the bounds {p.Lower} to {p.Upper} of '{name}'."

        let settings = Fit.fix name value settings
        let inner = compiled.Model.InnerCoordinates

        let warm =
            near
            |> List.map (fun point ->
                let start = Array.copy point
                start[place] <- value
                inner.ToInner start)

        if warm.IsEmpty then
            Fit.runWith settings observation
        else
            let others =
                if needsStarts compiled then
                    FitPoints.starts settings compiled (FitPoints.freePlaces settings compiled)
                else
                    []

            let fit = Fit.runFrom settings observation (warm @ others)

            if fit.Minima.IsEmpty then
                let again = Fit.runWith settings observation

                {
                    again with
                        Evaluations = fit.Evaluations + again.Evaluations
                }
            else
                fit
