namespace Nsbi.Model.HistFactory

open Nsbi.Model

/// <summary>The settings of a measurement put upon the parameters of a document.</summary>
module internal Settings =

    let private fault place what remedy : ModelError = {
        Place = place
        Fault = what
        Remedy = remedy
    }

    /// The settings a kind of parameter takes.
    let known (set: ParameterSet) : string list =
        match set.Constraint with
        | SetConstraint.Free -> [ "inits"; "bounds"; "fixed" ]
        | SetConstraint.UnitGaussian _ -> [ "inits"; "bounds"; "auxdata"; "fixed" ]
        | SetConstraint.Gaussian _ -> [ "inits"; "bounds"; "auxdata"; "sigmas"; "fixed" ]
        | SetConstraint.Poisson _ -> [ "inits"; "bounds"; "auxdata"; "factors"; "fixed" ]

    let private faults (place: string) (set: ParameterSet) (settings: ParameterSettings) = [
        let given = [
            "inits", settings.Inits |> Option.map _.Length
            "bounds", settings.Bounds |> Option.map _.Length
            "auxdata", settings.AuxData |> Option.map _.Length
            "factors", settings.Factors |> Option.map _.Length
            "sigmas", settings.Sigmas |> Option.map _.Length
        ]

        for name, length in given do
            match length with
            | Some _ when not (List.contains name (known set)) ->
                let listed = known set |> String.concat ", "

                fault
                    $"{place}.{name}"
                    $"'{set.Name}' is a {set.Kind}, which takes no {name}"
                    $"it takes: {listed}"
            | Some length when length <> set.Fixed.Length ->
                fault
                    $"{place}.{name}"
                    $"'{set.Name}' has {set.Fixed.Length} components, and there are {length} values"
                    "give one value per component"
            | _ -> ()
    ]

    let private put (settings: ParameterSettings) (set: ParameterSet) : ParameterSet =
        let or' given otherwise = given |> Option.orElse otherwise

        {
            set with
                Inits = or' settings.Inits set.Inits
                Bounds = or' settings.Bounds set.Bounds
                Fixed =
                    match settings.Fixed with
                    | Some value -> set.Fixed |> List.map (fun _ -> value)
                    | None -> set.Fixed
                Constraint =
                    match set.Constraint with
                    | SetConstraint.Free -> SetConstraint.Free
                    | SetConstraint.UnitGaussian auxData ->
                        SetConstraint.UnitGaussian(Option.defaultValue auxData settings.AuxData)
                    | SetConstraint.Gaussian(auxData, sigmas) ->
                        SetConstraint.Gaussian(
                            or' settings.AuxData auxData,
                            or' settings.Sigmas sigmas
                        )
                    | SetConstraint.Poisson(auxData, factors) ->
                        SetConstraint.Poisson(
                            Option.defaultValue auxData settings.AuxData,
                            Option.defaultValue factors settings.Factors
                        )
        }

    /// The parameters with the settings of a measurement, or every fault. The path is that of the
    /// measurement.
    let apply
        (path: string)
        (measurement: MeasurementSpec)
        (sets: ParameterSet list)
        : Result<ParameterSet list, ModelError list> =
        let settings =
            measurement.Parameters
            |> List.mapi (fun index s -> s.Name, ($"{path}.config.parameters[{index}]", s))
            |> Map.ofList

        let faults =
            sets
            |> List.collect (fun set ->
                match settings.TryFind set.Name with
                | Some(place, settings) -> faults place set settings
                | None -> [])

        if faults.IsEmpty then
            sets
            |> List.map (fun set ->
                match settings.TryFind set.Name with
                | Some(_, settings) -> put settings set
                | None -> set)
            |> Ok
        else
            Error faults

    let private missing (path: string) (set: ParameterSet) : ModelError list =
        let auxData, sigmas =
            match set.Constraint with
            | SetConstraint.Gaussian(auxData, sigmas) -> auxData.IsNone, sigmas.IsNone
            | _ -> false, false

        let absent =
            [
                "inits", set.Inits.IsNone
                "bounds", set.Bounds.IsNone
                "auxdata", auxData
                "sigmas", sigmas
            ]
            |> List.filter snd
            |> List.map fst

        if absent.IsEmpty then
            []
        else
            let listed = String.concat ", " absent

            [
                fault
                    $"{path}.config.parameters"
                    $"nothing is said of {listed} of '{set.Name}', a {set.Kind}, which has no default"
                    "give them"
            ]

    let private terms (set: ParameterSet) : Constraint list =
        match set.Constraint with
        | SetConstraint.Free -> set.Fixed |> List.map (fun _ -> Unconstrained)
        | SetConstraint.UnitGaussian auxData -> auxData |> List.map (fun a -> Gaussian(a, 1.0))
        | SetConstraint.Gaussian(Some auxData, Some sigmas) ->
            List.map2 (fun a sigma -> Gaussian(a, sigma)) auxData sigmas
        | SetConstraint.Gaussian _ -> []
        | SetConstraint.Poisson(auxData, factors) ->
            List.map2 (fun a tau -> Poisson(a, tau)) auxData factors

    let private components (poi: string) (set: ParameterSet) : Parameter list =
        let inits = Option.defaultValue [] set.Inits
        let bounds = Option.defaultValue [] set.Bounds

        List.zip3 (ParameterSet.names set) (List.zip inits bounds) (List.zip (terms set) set.Fixed)
        |> List.map (fun (name, (initial, (lower, upper)), (term, isFixed)) -> {
            Name = name
            Role = if set.Name = poi then PointOfInterest else Nuisance
            Initial = initial
            Lower = lower
            Upper = upper
            Constraint = term
            Fixed = isFixed
        })

    /// A vector cannot be of interest. A name that no modifier has is that of a signal which a
    /// patch may add: without it nothing is of interest.
    let private poiFaults (path: string) (poi: string) (sets: ParameterSet list) =
        match sets |> List.tryFind (fun set -> set.Name = poi) with
        | Some set when set.Fixed.Length <> 1 -> [
            fault
                $"{path}.config.poi"
                $"'{poi}' is a {set.Kind} of {set.Fixed.Length} components"
                "give a parameter of one component"
          ]
        | _ -> []

    /// <summary>The components of each parameter by its name, with what the measurement says of
    /// them; or every fault.</summary>
    let parameters
        (path: string)
        (measurement: MeasurementSpec)
        (sets: ParameterSet list)
        : Result<Map<string, Parameter list>, ModelError list> =
        apply path measurement sets
        |> Result.bind (fun sets ->
            match List.collect (missing path) sets @ poiFaults path measurement.Poi sets with
            | [] ->
                sets
                |> List.map (fun set -> set.Name, components measurement.Poi set)
                |> Map.ofList
                |> Ok
            | faults -> Error faults)
