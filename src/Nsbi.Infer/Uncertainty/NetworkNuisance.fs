namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>The uncertainty of the networks as a nuisance parameter of the likelihood: what a parameter of
/// interest is measured to be is taken to be off by σ(μ) at one standard deviation, μ → μ + α σ(μ) with α
/// under the unit Gaussian constraint.</summary>
/// <remarks>Source: the spurious-signal approach, as applied to networks in arXiv:2412.01548; σ(μ) from
/// <c>McStatEstimators</c> at several μ.
///
/// Where a coefficient has a root of μ, at μ ≥ 0, the root must stay defined and smooth where μ + ασ would be
/// negative. There the shift is made in κ = √μ, in which the model is smooth: κ → κ + α σ_κ with
/// σ_κ = σ/(2 (μ² + σ²/16)^¼), which is σ/2κ up to (σ/μ)²/64, and √σ at μ = 0, so that α = ±1 moves μ = 0 by σ. A
/// κ below 0 is the root with the other sign: where S + I + B is written in κ the density stays that of a
/// mixture, with an interference of the other sign; nothing is clamped.</remarks>
[<RequireQualifiedAccess>]
module NetworkNuisance =

    /// <summary>α σ_κ as a function of μ = κ². Where σ vanishes at μ = 0, its smallest part of the largest
    /// σ keeps 0/0 away.</summary>
    let private inRoot (alpha: Coefficient) (mu: Coefficient) (sigma: Spline) : Coefficient =
        let least = 1e-12 * (sigma.Knots |> List.map snd |> List.max) ** 2.0
        let at = Interpolated(mu, sigma)
        alpha * at * (0.5 * Power(mu * mu + at * at / 16.0 + least, -0.25))

    let private fault place what remedy =
        Error [
            {
                Place = place
                Fault = what
                Remedy = remedy
            }
        ]

    /// The scale of a process with the parameters that multiply its yield taken into it where one of them is
    /// the parameter of interest.
    let private withFactors (isIt: Parameter -> bool) (proc: Process) : Process =
        let factors, others =
            proc.Modifiers
            |> List.partition (fun modifier ->
                match modifier with
                | NormFactor p
                | Lumi p -> isIt p
                | _ -> false)

        {
            proc with
                Scale = Process.factor { proc with Modifiers = factors }
                Modifiers = others
        }

    /// <summary>The model with the nuisance parameter.</summary>
    /// <param name="poi">a parameter of interest, in coefficients and factors of yields only</param>
    /// <param name="nuisance">the name of α, which is new in the model</param>
    /// <param name="sigma">(μ, σ(μ)) at two values of μ or more, ascending, σ ≥ 0; a spline between them
    /// and a straight line beyond</param>
    /// <param name="model">the model</param>
    /// <returns>the model, or what is wrong with the names, the table or the model</returns>
    let apply
        (poi: string)
        (nuisance: string)
        (sigma: (float * float) list)
        (model: Model)
        : Result<Model, ModelError list> =
        let place = $"parameter '{poi}'"
        let isIt (p: Parameter) = p.Name = poi
        let parameters = Model.parameters model

        match Model.validate model, Spline.tryCreate sigma, parameters |> List.tryFind isIt with
        | Error faults, _, _ -> Error faults
        | _, Error what, _ -> fault place what "give σ at two values or more, ascending"
        | _, _, None ->
            let known = parameters |> List.map _.Name |> String.concat ", "
            fault place "the model has no such parameter" $"it has: {known}"
        | _ when List.exists (fun (_, s) -> s < 0.0) sigma ->
            fault place "a σ is negative" "give standard deviations"
        | _ when parameters |> List.exists (fun p -> p.Name = nuisance) ->
            fault $"parameter '{nuisance}'" "the model has one of this name" "give another name"
        | Ok valid, Ok curve, Some interest ->
            let alpha = Words.nuisance nuisance
            let processes = model.Channels |> List.collect Channel.processes

            let elsewhere =
                processes
                |> List.collect (
                    withFactors isIt >> _.Modifiers >> List.collect Modifier.parameters
                )
                |> List.exists isIt

            let isRoot = List.contains poi valid.InnerCoordinates.Squared
            let least = fst sigma.Head

            if interest.Constraint <> Unconstrained || elsewhere then
                fault
                    place
                    "it has a constraint, or shifts yields or densities as a nuisance parameter"
                    "give a parameter of interest"
            elif isRoot && least < 0.0 then
                fault place $"σ is given at {least}, below its bound of 0" "give it from 0 on"
            else
                // Only this parameter is written as the square of its root.
                let change =
                    if isRoot then
                        let inner =
                            InnerCoordinates.Of([ interest ], List.map Process.factor processes)

                        let mu = Parameter interest
                        let shifted = SquareRoot mu + inRoot alpha mu curve

                        inner.Rewrite
                        >> Coefficient.substitute (fun p -> if isIt p then shifted else Parameter p)
                    else
                        let mu = Parameter interest
                        let shifted = mu + alpha * Interpolated(mu, curve)
                        Coefficient.substitute (fun p -> if isIt p then shifted else Parameter p)

                model
                |> Model.mapProcesses (fun proc ->
                    if Process.mentions proc |> List.exists isIt then
                        let proc = withFactors isIt proc
                        { proc with Scale = change proc.Scale }
                    else
                        proc)
                |> Ok

    let rec private multipliers (coefficient: Coefficient) : Parameter list =
        let here =
            match coefficient with
            | Product(Parameter p, Interpolated _) when
                p.Role = Nuisance && p.Constraint <> Unconstrained
                  ->
                  [ p ]
            | _ -> []

        here @ (Coefficient.operands coefficient |> List.collect multipliers)

    /// <summary>The names of such parameters in a model: those with a constraint that multiply a tabulated
    /// function in a coefficient.</summary>
    let names (model: Model) : string list =
        model.Channels
        |> List.collect Channel.processes
        |> List.collect (_.Scale >> multipliers)
        |> List.map _.Name
        |> List.distinct
