namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>The prior of one parameter of a likelihood, beside its constraint.</summary>
[<RequireQualifiedAccess>]
type ParameterPrior =
    /// <summary>The same density everywhere within the bounds; not normalised where there are none.
    /// </summary>
    | Flat
    /// <summary>N(mean, width²) within the bounds.</summary>
    | Normal of mean: float * width: float
    /// <summary>The same density of ln x, for parameters above 0.</summary>
    | LogFlat

/// <summary>What is assumed of a parameter before the data, in words.</summary>
type StatedPrior = {
    /// <summary>Name of the parameter.</summary>
    Parameter: string
    /// <summary>Such as "flat within [0, 8]".</summary>
    Prior: string
}

/// <summary>The posterior of a likelihood: L(θ) with its constraints as the priors of their parameters, and a
/// prior for each of the others, flat within the bounds unless another is given.</summary>
[<NoComparison; ReferenceEquality>]
type LikelihoodDensity = {
    /// <summary>ln L − what its constraints and priors say, of the parameters that are not held.</summary>
    Density: ILogDensity
    /// <summary>The prior of each parameter, in the order of the density.</summary>
    Priors: StatedPrior list
    /// <summary>Parameters that are held, and where.</summary>
    Held: Map<string, float>
}

/// <summary>Densities of likelihoods.</summary>
[<RequireQualifiedAccess>]
module LikelihoodDensity =

    let private describe (p: Parameter) (prior: ParameterPrior) : string =
        let text (format: FormattableString) = FormattableString.Invariant format
        let bounded = Double.IsFinite p.Lower || Double.IsFinite p.Upper
        let range = text $"[{p.Lower}, {p.Upper}]"

        let own =
            match prior with
            | ParameterPrior.Flat when bounded -> $"flat within {range}"
            | ParameterPrior.Flat -> "flat without bounds"
            | ParameterPrior.Normal(mean, width) -> text $"normal({mean}, {width}) within {range}"
            | ParameterPrior.LogFlat -> $"flat in its logarithm within {range}"

        match p.Constraint with
        | Unconstrained -> own
        | _ when prior = ParameterPrior.Flat && bounded -> $"its constraint within {range}"
        | _ when prior = ParameterPrior.Flat -> "its constraint"
        | _ -> "its constraint, " + own

    let private value (prior: ParameterPrior) (x: float) : struct (float * float) =
        match prior with
        | ParameterPrior.Flat -> struct (0.0, 0.0)
        | ParameterPrior.Normal(mean, width) ->
            let z = (x - mean) / width
            struct (-0.5 * z * z, -z / width)
        | ParameterPrior.LogFlat -> struct (-(log x), -1.0 / x)

    /// <summary>The posterior density of an observation.</summary>
    /// <param name="priors">of parameters, by name, beside their constraints; flat where none is given
    /// </param>
    /// <param name="held">parameters that are held, beside those that the model holds</param>
    /// <param name="observation">made for a compiled likelihood</param>
    /// <exception cref="T:System.ArgumentException">an unknown parameter, none that is free, a width that is not
    /// above 0, or a logarithm of what may be negative</exception>
    let create
        (priors: Map<string, ParameterPrior>)
        (held: Map<string, float>)
        (observation: Observation)
        : LikelihoodDensity =
        let compiled = observation.Owner

        for name in Seq.append priors.Keys held.Keys do
            compiled.Index[name] |> ignore

        let all = Array.ofList compiled.Parameters

        let heldAt (p: Parameter) =
            match held.TryFind p.Name with
            | Some value -> Some value
            | None when p.Fixed -> Some p.Initial
            | None -> None

        let free = [|
            for k in 0 .. all.Length - 1 do
                if (heldAt all[k]).IsNone then
                    k
        |]

        if free.Length = 0 then
            invalidArg (nameof held) "All parameters are held: there is nothing to sample."

        let prior k =
            priors.TryFind all[k].Name |> Option.defaultValue ParameterPrior.Flat

        for k in free do
            match prior k with
            | ParameterPrior.Normal(_, width) when not (width > 0.0) ->
                invalidArg
                    (nameof priors)
                    $"The width of the prior of {all[k].Name} is above 0, not {width}."
            | ParameterPrior.LogFlat when not (all[k].Lower >= 0.0) ->
                invalidArg
                    (nameof priors)
                    $"{all[k].Name} may be negative: a prior flat in its logarithm needs the lower bound 0."
            | _ -> ()

        let priorOf = free |> Array.map prior

        let template = all |> Array.map (fun p -> heldAt p |> Option.defaultValue p.Initial)

        let evaluate (point: float[]) (gradient: float[]) =
            let theta = Objective.fill template free point

            match Likelihood.evaluate observation theta with
            | Infinite _ -> -infinity
            | Finite jet ->
                let mutable sum = -0.5 * jet.Value

                for k in 0 .. free.Length - 1 do
                    let struct (log, slope) = value priorOf[k] point[k]
                    sum <- sum + log
                    gradient[k] <- -0.5 * jet.Gradient[free[k]] + slope

                sum

        let pick f = free |> Array.map (fun k -> f all[k])

        {
            Density =
                LogDensity.bounded
                    (pick _.Name |> List.ofArray)
                    (pick _.Lower)
                    (pick _.Upper)
                    evaluate
            Priors = [
                for k in free ->
                    {
                        Parameter = all[k].Name
                        Prior = describe all[k] (prior k)
                    }
            ]
            Held =
                Map [
                    for p in all do
                        match heldAt p with
                        | Some value -> p.Name, value
                        | None -> ()
                ]
        }

    /// <summary>The same with flat priors beside the constraints.</summary>
    /// <param name="observation">made for a compiled likelihood</param>
    let ofObservation (observation: Observation) : LikelihoodDensity =
        create Map.empty Map.empty observation

    /// <summary>Starts around a best fit, twice its errors apart and within the bounds: overdispersed, so that
    /// R̂ means something.</summary>
    /// <param name="fit">of the same observation, with the same parameters held</param>
    /// <param name="seed">of the starts</param>
    /// <param name="count">one per chain</param>
    /// <param name="density">what is sampled</param>
    let starts
        (fit: FitResult)
        (seed: uint64)
        (count: int)
        (density: LikelihoodDensity)
        : NutsStart =
        let names = density.Density.Names

        NutsStart.Points [
            for chain in 0 .. count - 1 do
                let mutable stream = Nsbi.Kernels.RandomStream(seed, "nuts starts", uint64 chain)

                let point = Array.zeroCreate names.Length

                names
                |> List.iteri (fun k name ->
                    let best = fit[name]
                    let low, high = density.Density.Lower[k], density.Density.Upper[k]

                    let error =
                        match best.Error with
                        | Some error when error > 0.0 && Double.IsFinite error -> error
                        | _ -> 0.1 * max 1.0 (abs best.Value)

                    let near = 1e-3 * error

                    let inside (x: float) =
                        let x =
                            if Double.IsFinite low then
                                max (low + min near (0.01 * (high - low))) x
                            else
                                x

                        if Double.IsFinite high then
                            min (high - min near (0.01 * (high - low))) x
                        else
                            x

                    point[k] <- inside best.Value)

                for k in 0 .. point.Length - 1 do
                    let error =
                        fit[names[k]].Error
                        |> Option.filter (fun e -> e > 0.0 && Double.IsFinite e)
                        |> Option.defaultValue (0.1 * max 1.0 (abs point[k]))

                    let moved = point[k] + 2.0 * error * (2.0 * stream.NextDouble() - 1.0)

                    if moved > density.Density.Lower[k] && moved < density.Density.Upper[k] then
                        point[k] <- moved

                point
        ]
