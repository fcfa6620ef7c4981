namespace Nsbi.Model

/// <summary>The faults of the modifiers of a process.</summary>
module internal ModifierFaults =

    open ParameterFaults

    let private anchorFaults place (code: Interpolation) (names: string) (anchors: float list) = [
        for x in anchors do
            if not (isFinite x) then
                fault place $"one of its {names} is {number x}" "give finite numbers"

        if Interpolation.needsPositive code then
            match List.tryFind (fun x -> x <= 0.0) anchors with
            | Some x ->
                fault
                    place
                    $"one of its {names} is {number x}, and interpolation code \
                      {Interpolation.name code} takes its logarithm"
                    "give numbers above 0, or interpolate with code 0, 2 or 4p"
            | None -> ()
    ]

    let private lengthFaults place (bins: int) (what: string) (length: int) = [
        if length <> bins then
            fault
                place
                $"it has {length} {what} in a channel of {bins} bins"
                "give one number per bin"
    ]

    let private uncertaintyFaults place bins (uncertainties: float list) = [
        yield! lengthFaults place bins "uncertainties" uncertainties.Length

        match uncertainties |> List.tryFind (fun d -> not (isFinite d && d >= 0.0)) with
        | Some d ->
            fault place $"one of its uncertainties is {number d}" "give numbers of 0 or above"
        | None -> ()
    ]

    let private notHere place (binned: bool) (modifier: Modifier) = [
        let remedy =
            if binned then
                "give the histograms at ±1 by histosys"
            else
                "give the ratios of events at ±1 by eventsys, and rates by normsys"

        let channel = if binned then "a binned" else "an unbinned"
        fault place $"{Modifier.kind modifier} stands in {channel} channel" remedy
    ]

    let private ofModifier place binned (yields: float list) (modifier: Modifier) =
        let bins = yields.Length

        match modifier, binned with
        | (NormFactor _ | Lumi _), _ -> []
        | NormSys(_, code, low, high), _ -> anchorFaults place code "factors" [ low; high ]
        | HistoSys(_, code, low, high), true -> [
            yield! lengthFaults place bins "bins at −1" low.Length
            yield! lengthFaults place bins "bins at +1" high.Length
            yield! anchorFaults place code "bins" (low @ high)
            if Interpolation.needsPositive code then
                yield! anchorFaults place code "nominal bins" yields
          ]
        | StatError(gammas, uncertainties), true -> [
            yield! lengthFaults place bins "factors" gammas.Length
            yield! uncertaintyFaults place bins uncertainties
          ]
        | ShapeSys(gammas, uncertainties), true -> [
            yield! lengthFaults place bins "factors" gammas.Length
            yield! uncertaintyFaults place bins uncertainties
          ]
        | ShapeFactor factors, true -> lengthFaults place bins "factors" factors.Length
        | EventSys v, false -> nameFaults place "variation" v.Variation
        | EventShape(name, parameters), false -> [
            yield! nameFaults place "shape" name
            if parameters.IsEmpty then
                fault place $"the shape '{name}' has no parameters" "name those it depends on"
            yield! duplicates place "parameters" (parameters |> List.map _.Name)
          ]
        | _ -> notHere place binned modifier

    /// Every fault of the modifiers of one process.
    let ofProcess (place: string) (binned: bool) (proc: Process) : ModelError list = [
        for modifier in proc.Modifiers do
            let subject =
                match Modifier.parameters modifier with
                | [] -> ""
                | p :: _ -> $" of '{p.Name}'"

            let place = $"{place}, {Modifier.kind modifier}{subject}"
            yield! ofModifier place binned proc.Yields modifier

        let variations =
            proc.Modifiers
            |> List.choose (function
                | EventSys v -> Some v.Variation
                | EventShape(name, _) -> Some name
                | _ -> None)

        yield! duplicates place "event variations" variations
    ]
