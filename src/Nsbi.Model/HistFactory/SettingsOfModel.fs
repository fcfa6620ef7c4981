namespace Nsbi.Model.HistFactory

open System
open Nsbi.Model

/// <summary>What a measurement must say for the parameters of a document to be those of a model:
/// the settings it has are kept, and differences are added.</summary>
module internal SettingsOfModel =

    let private fault = ToDocument.fault

    /// The declared parameters of a set by component; a component that the model lacks, as the
    /// factor of an empty bin of a shapesys, is none.
    let private declared (parameters: Map<string, Parameter>) (names: string list) =
        names |> List.map parameters.TryFind

    /// The values of all components if one of them differs from what is set, none otherwise.
    let private changed
        (current: 'a list option)
        (value: Parameter -> 'a)
        (found: Parameter option list)
        : 'a list option =
        match current with
        | Some current ->
            let values =
                List.map2 (fun c p -> p |> Option.map value |> Option.defaultValue c) current found

            if values = current then None else Some values
        | None when List.forall Option.isSome found -> Some(found |> List.choose (Option.map value))
        | None -> None

    let private observed (p: Parameter) : float =
        Constraint.observed p.Constraint |> Option.defaultValue nan

    let private width (p: Parameter) : float =
        match p.Constraint with
        | Unconstrained -> nan
        | Gaussian(_, width)
        | LogNormal(_, width)
        | Poisson(_, width) -> width

    let private constraintFaults (set: ParameterSet) (p: Parameter) : ModelError list =
        let fault what remedy = [ fault $"parameter '{p.Name}'" what remedy ]
        let keep = "change the model, or keep the own format"

        match set.Constraint, p.Constraint with
        | SetConstraint.Free, Unconstrained
        | SetConstraint.UnitGaussian _, Gaussian(_, 1.0)
        | SetConstraint.Gaussian _, Gaussian _
        | SetConstraint.Poisson _, Poisson _ -> []
        | SetConstraint.Free, _ ->
            fault $"it has a constraint, and is that of a {set.Kind}, which has none in pyhf" keep
        | SetConstraint.UnitGaussian _, Gaussian(_, sigma) ->
            fault
                $"its constraint has the width {sigma}"
                "pyhf has unit widths for normsys and histosys: change the anchors and the width"
        | SetConstraint.Poisson _, _ ->
            fault $"pyhf constrains a {set.Kind} by a Poisson term, and it has another" keep
        | _ -> fault $"pyhf constrains a {set.Kind} by a Gaussian term, and it has another" keep

    let private boundFaults (p: Parameter) : ModelError list =
        if Double.IsFinite p.Lower && Double.IsFinite p.Upper then
            []
        else
            [
                fault
                    $"parameter '{p.Name}'"
                    "it has no finite bounds, and JSON has no word for infinity"
                    "give it a lower and an upper bound"
            ]

    /// The one word pyhf has for all components.
    let private held (set: ParameterSet) (found: Parameter option list) =
        let values =
            List.map2
                (fun current (p: Parameter option) ->
                    p |> Option.map _.Fixed |> Option.defaultValue current)
                set.Fixed
                found

        if values = set.Fixed then
            Ok None
        else
            match List.distinct values with
            | [ value ] -> Ok(Some value)
            | _ ->
                Error [
                    fault
                        $"parameter '{set.Name}'"
                        "some of its components are held and others are not"
                        "pyhf holds all or none: change the model, or keep the own format"
                ]

    let private merge
        (found: Parameter option list)
        (set: ParameterSet)
        (settings: ParameterSettings)
        isFixed
        : ParameterSettings =
        let or' changes current = changes |> Option.orElse current

        let auxData, factors, sigmas =
            match set.Constraint with
            | SetConstraint.Free -> None, None, None
            | SetConstraint.UnitGaussian auxData ->
                changed (Some auxData) observed found, None, None
            | SetConstraint.Gaussian(auxData, sigmas) ->
                changed auxData observed found, None, changed sigmas width found
            | SetConstraint.Poisson(auxData, factors) ->
                changed (Some auxData) observed found, changed (Some factors) width found, None

        {
            settings with
                Inits = or' (changed set.Inits _.Initial found) settings.Inits
                Bounds = or' (changed set.Bounds (fun p -> p.Lower, p.Upper) found) settings.Bounds
                AuxData = or' auxData settings.AuxData
                Factors = or' factors settings.Factors
                Sigmas = or' sigmas settings.Sigmas
                Fixed = or' isFixed settings.Fixed
        }

    /// The settings of one parameter, none if there is nothing to say of it.
    let private ofSet
        (parameters: Map<string, Parameter>)
        (current: ParameterSettings option)
        (set: ParameterSet)
        : Result<ParameterSettings option, ModelError list> =
        let found = declared parameters (ParameterSet.names set)
        let present = List.choose id found
        let isFixed = held set found

        let faults =
            List.collect (constraintFaults set) present
            @ List.collect boundFaults present
            @ (match isFixed with
               | Ok _ -> []
               | Error faults -> faults)

        match faults, isFixed with
        | [], Ok isFixed ->
            let before = current |> Option.defaultValue (ParameterSettings.none set.Name)
            let after = merge found set before isFixed

            Ok(
                if current.IsNone && after = before then
                    None
                else
                    Some after
            )
        | faults, _ -> Error faults

    /// <summary>The measurement under which the sets of a document are the parameters of a model.
    /// </summary>
    /// <param name="measurement">what is kept where the model agrees with it</param>
    /// <param name="sets">what the modifiers ask for</param>
    /// <param name="parameters">those of the model by name</param>
    let measurement
        (measurement: MeasurementSpec)
        (sets: ParameterSet list)
        (parameters: Map<string, Parameter>)
        : Result<MeasurementSpec, ModelError list> =
        // Settings that no longer fit the modifiers are of another model: they are left out.
        let fitting =
            measurement.Parameters
            |> List.filter (fun settings ->
                let one = {
                    measurement with
                        Parameters = [ settings ]
                }

                match Settings.apply "" one sets with
                | Ok _ -> true
                | Error _ -> false)

        let kept = {
            measurement with
                Parameters = fitting
        }

        Settings.apply "" kept sets
        |> Result.bind (fun current ->
            let settingsOf name =
                fitting |> List.tryFind (fun s -> s.Name = name)

            current
            |> List.map (fun set -> ofSet parameters (settingsOf set.Name) set)
            |> ToDocument.collect)
        |> Result.map (fun settings ->
            let found = settings |> List.choose (Option.map (fun s -> s.Name, s)) |> Map.ofList

            let known = fitting |> List.map _.Name |> Set.ofList

            let replaced =
                fitting |> List.map (fun s -> found.TryFind s.Name |> Option.defaultValue s)

            let added =
                settings |> List.choose id |> List.filter (fun s -> not (known.Contains s.Name))

            {
                kept with
                    Parameters = replaced @ added
            })
