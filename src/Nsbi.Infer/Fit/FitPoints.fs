namespace Nsbi.Infer

open System.Threading
open Nsbi.Kernels
open Nsbi.Model

/// <summary>How a fit is to run.</summary>
[<NoComparison; ReferenceEquality>]
type FitSettings = {
    /// The trust-region search.
    Search: TrustRegionSettings
    /// <summary>Starts per parameter of interest with interference (of which an expectation is not a
    /// straight line), on a grid over its range, bounds included, beside the model's initial values;
    /// 0 for these alone.</summary>
    StartsPerPoi: int
    /// Parameters held at a value, by name, beside those that the model holds.
    Fixed: Map<string, float>
    /// <summary>Whether the factors γ_b of bins whose best value is known in closed form are put
    /// there (Barlow–Beeston lite) rather than searched for: the same minimum in fewer dimensions.
    /// </summary>
    ClosedForm: bool
    /// Threads that share each evaluation; none for the caller's own.
    Team: ThreadTeam option
    /// Ends the fit with an OperationCanceledException.
    Cancellation: CancellationToken
}

/// <summary>Which parameters a fit moves, and where it starts.</summary>
[<RequireQualifiedAccess>]
module internal FitPoints =

    /// The search with the error of a likelihood's values.
    let search (settings: FitSettings) (observation: Observation) : TrustRegionSettings = {
        settings.Search with
            Noise = max settings.Search.Noise observation.Noise
    }

    /// The values of the parameters that are held, by the settings or by the model.
    let held (settings: FitSettings) (compiled: CompiledLikelihood) : Map<string, float> =
        for name in settings.Fixed.Keys do
            compiled.Index[name] |> ignore

        (settings.Fixed, compiled.Parameters)
        ||> List.fold (fun fixed' p ->
            if p.Fixed && not (fixed'.ContainsKey p.Name) then
                fixed'.Add(p.Name, p.Initial)
            else
                fixed')

    /// Places of the parameters that are not fixed.
    let freePlaces (settings: FitSettings) (compiled: CompiledLikelihood) : int[] =
        let held = held settings compiled

        compiled.Index.Names
        |> List.indexed
        |> List.filter (fun (_, name) -> not (held.ContainsKey name))
        |> List.map fst
        |> List.toArray

    /// The initial point with the fixed values, in inner coordinates.
    let template (settings: FitSettings) (compiled: CompiledLikelihood) : float[] =
        let held = held settings compiled

        compiled.Parameters
        |> List.map (fun p -> held.TryFind p.Name |> Option.defaultValue p.Initial)
        |> List.toArray
        |> compiled.Model.InnerCoordinates.ToInner

    /// The initial point, then a grid over these parameters of interest.
    let private grid (settings: FitSettings) (compiled: CompiledLikelihood) (pois: int[]) =
        let initial = template settings compiled
        let inner = compiled.Model.InnerCoordinates

        // At most about 50 starts, however many parameters of interest there are.
        let perPoi =
            if pois.Length = 0 then
                0
            else
                min settings.StartsPerPoi (int (50.0 ** (1.0 / float pois.Length)))

        let range k =
            let p = compiled.Parameters[k]
            let reach = 4.0 * max 1.0 (abs p.Initial)
            let low = if p.Lower = -infinity then p.Initial - reach else p.Lower
            let high = if p.Upper = infinity then p.Initial + reach else p.Upper

            let at theta =
                (inner.ToInner(Array.create initial.Length theta))[k]

            let a, b = at low, at high

            [
                for j in 0 .. perPoi - 1 do
                    if perPoi = 1 then
                        0.5 * (a + b)
                    else
                        a + (b - a) * float j / float (perPoi - 1)
            ]

        let rec combine points places =
            match places with
            | [] -> points
            | k :: rest ->
                let next = [
                    for point in points do
                        for value in range k do
                            let moved = Array.copy point
                            moved[k] <- value
                            moved
                ]

                combine next rest

        if perPoi = 0 then
            [ initial ]
        else
            initial :: combine [ initial ] (List.ofArray pois)

    /// <summary>The initial point, then a grid over the free parameters of interest that can give
    /// several minima: those in which the expectations are not straight lines.</summary>
    let starts (settings: FitSettings) (compiled: CompiledLikelihood) (free: int[]) : float[] list =
        let curved = CurvedParameters.ofInterest compiled.Model

        free
        |> Array.filter (fun k -> curved.Contains compiled.Index.Names[k])
        |> grid settings compiled

    /// The initial point, then a grid over all free parameters of interest.
    let allStarts (settings: FitSettings) (compiled: CompiledLikelihood) (free: int[]) =
        free
        |> Array.filter (fun k -> compiled.Parameters[k].Role = PointOfInterest)
        |> grid settings compiled
