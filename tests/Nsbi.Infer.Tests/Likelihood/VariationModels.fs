/// Random models of unbinned and binned channels with nuisance parameters on rates and densities,
/// and their slow twin: the definition in scalar arithmetic.
module Nsbi.Infer.Tests.VariationModels

open System
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel

let codes = [|
    PiecewiseLinear
    PiecewiseExponential
    QuadraticLinear
    PolynomialExponential
    PolynomialLinear
    LogPolynomial
|]

/// log g = α₁ a(x) + α₁ α₂ b(x) − α₂²/10.
let shapeLog (x: float[]) (a: float) (b: float) =
    0.2 * a * sin x[0] + 0.1 * a * b * cos x[0] - 0.1 * b * b

let shape: IEventShape =
    EventShape.ofFormula 2 (fun x beta ->
        let a, b = beta[0], beta[1]
        let scaled c u = Jet.multiply (Jet.constant 2 c) u

        Jet.subtract
            (Jet.add (scaled (0.2 * sin x[0]) a) (scaled (0.1 * cos x[0]) (Jet.multiply a b)))
            (scaled 0.1 (Jet.multiply b b)))

type Case = {
    Model: ValidModel
    Tables: RatioTables
    Counts: (string * float list) list
}

/// A random model over four nuisance parameters and μ, with tables of so many events.
let random (seed: int) (events: int) : Case =
    let mutable s = RandomStream(uint64 (uint32 seed), "variation models")
    let mutable tables = RatioTables.empty
    let uniform low high = low + (high - low) * s.NextDouble()
    let chance n = s.NextInt32 n = 0
    let pick (items: 'a[]) = items[s.NextInt32 items.Length]

    let mu = poi "mu" 1.0 0.0 9.0

    let alphas = [|
        for name in [ "a"; "b"; "c"; "d" ] ->
            parameter Nuisance name 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))
    |]

    let parameterOf c = (Coefficient.parameters c).Head

    let scale () =
        match s.NextInt32 5 with
        | 0 -> mu
        | 1 -> sqrt mu
        | 2 -> Constant 1.0
        | 3 -> exp (0.1 * pick alphas)
        // An interference that takes a little away.
        | _ -> -0.05 * sqrt mu

    let channel index =
        let name = $"U{index}"
        let n = max 1 (s.NextInt32(events + 1))

        let features = Array.init events (fun _ -> [| s.NextGaussian() |])
        let observed = Array.init n (fun _ -> [| 0.7 * s.NextGaussian() |])

        let mutable reference =
            RatioTable.weighted (Array.init events (fun _ -> uniform 0.1 2.0)) []
            |> RatioTable.withFeatures features

        let mutable data =
            RatioTable.weighted (Array.init n (fun _ -> if chance 5 then 0.0 else uniform 0.2 2.0)) []
            |> RatioTable.withFeatures observed

        let both change =
            reference <- change features reference
            data <- change observed data

        let ratios proc (formula: float[] -> float) =
            let source = RatioSource.ofFormula formula

            both (fun _ t -> {
                t with
                    Ratios = t.Ratios.Add(proc, source)
            })

        let variation proc (alpha: Coefficient) k =
            let strength, width = uniform -0.35 0.35, uniform 0.0 0.1
            let asymmetry = uniform 0.6 1.4
            let up (x: float[]) = strength * x[0] - width * x[0] * x[0]
            let down (x: float[]) = -asymmetry * strength * x[0]
            let variation = $"v{k}"

            let symmetrisation =
                if chance 3 then
                    Some(pick [| MirroredRatio; OneSided |])
                else
                    None

            let side (f: float[] -> float) (x: float[][]) =
                match s.NextInt32 2 with
                | 0 -> Ratios(Array.map (f >> exp) x)
                | _ -> RatioSource.ofFormula f

            both (fun x t ->
                let given =
                    match symmetrisation with
                    | None -> VariationRatios.between (side down x, side up x)
                    | Some _ -> VariationRatios.up (side up x)

                RatioTable.withVariation proc variation given t)

            EventSys {
                Variation = variation
                Parameter = parameterOf alpha
                Code = pick codes
                Symmetrisation = symmetrisation
            }

        let proc index =
            let name = $"p{index}"
            let slope = uniform -0.4 0.4
            ratios name (fun x -> slope * x[0] - 0.05)

            let rates = [
                for alpha in alphas do
                    if chance 2 then
                        NormSys(parameterOf alpha, pick codes, uniform 0.8 1.2, uniform 0.8 1.2)
            ]

            let variations = [
                for k, alpha in Array.indexed alphas do
                    if chance 3 then
                        variation name alpha k
                // A second variation of the same parameter.
                if chance 6 then
                    variation name alphas[0] 9
            ]

            let shapes = [
                if chance 5 then
                    both (fun _ -> RatioTable.withShape name "shape" shape)
                    EventShape("shape", [ parameterOf alphas[2]; parameterOf alphas[1] ])
            ]

            {
                Name = name
                // The first keeps D positive.
                Scale = if index = 0 then Constant 1.0 else scale ()
                Yields = [ if index = 0 then 60.0 else uniform 5.0 30.0 ]
                Modifiers = rates @ variations @ shapes
                EventRate = pick [| Renormalised; AsGiven; FromEvents |]
            }

        let processes = List.init (1 + s.NextInt32 4) proc

        tables <- tables |> RatioTables.reference name reference |> RatioTables.observed name data

        Unbinned {
            Name = name
            Reference = "ref"
            Processes = processes
        }

    let unbinned = List.init (1 + s.NextInt32 2) channel

    let binned =
        Binned {
            Name = "B"
            Processes = [
                {
                    Process.create "s" mu [ 3.0; 2.0 ] with
                        Modifiers = [ NormSys(parameterOf alphas[1], pick codes, 0.9, 1.2) ]
                }
                Process.create "b" (exp (0.2 * alphas[0])) [ 9.0; 4.0 ]
            ]
        }

    {
        Model =
            valid {
                Name = "random"
                Channels = if chance 2 then unbinned else binned :: unbinned
            }
        Tables = tables
        Counts = [ "B", [ 13.0; 5.0 ] ]
    }

/// A point of the model: nuisance parameters up to ±2.5, some beyond ±1.
let point (seed: int) (model: ValidModel) : float[] =
    let mutable s = RandomStream(uint64 (uint32 seed), "variation point")

    model.Parameters
    |> List.map (fun p ->
        if p.Name = "mu" then
            0.1 + 2.0 * s.NextDouble()
        else
            5.0 * s.NextDouble() - 2.5)
    |> List.toArray

let private value struct (v: float, _: float, _: float) = v

/// Π g of one event, from the sources.
let private factor (table: RatioTable) (model: ValidModel) (p: Process) (theta: float[]) i =
    let at (parameter: Parameter) = theta[model.Index[parameter.Name]]

    (1.0, p.Modifiers)
    ||> List.fold (fun product modifier ->
        match modifier with
        | EventSys v ->
            let sources = table.Variations[p.Name, v.Variation]

            let ratio source =
                (RatioSource.ratios [| table.Features[i] |] source)[0]

            let of' source =
                match source with
                | Ratios values -> values[i]
                | other -> ratio other

            let up = of' sources.Up

            let down =
                match sources.Down, v.Symmetrisation with
                | Some source, _ -> of' source
                | None, Some symmetrisation -> Symmetrisation.low symmetrisation 1.0 up
                | None, None -> invalidOp "no lower side"

            product * value (Interpolation.evaluate v.Code 1.0 down up (at v.Parameter))
        | EventShape(_, [ a; b ]) -> product * exp (shapeLog table.Features[i] (at a) (at b))
        | _ -> product)

/// The definition of the events of a channel, for the slow twin of the likelihood.
let private eventsOf (case: Case) (channel: UnbinnedChannel) : LikelihoodReference.Events =
    let reference = case.Tables.Tables[channel.Name, TableKind.Reference]
    let data = case.Tables.Tables[channel.Name, TableKind.Observed]

    let find name =
        channel.Processes |> List.find (fun p -> p.Name = name)

    let nominal =
        channel.Processes
        |> List.map (fun p ->
            p.Name,
            (RatioSource.ratios reference.Features reference.Ratios[p.Name],
             RatioSource.ratios data.Features data.Ratios[p.Name]))
        |> Map.ofList

    let z name theta =
        let p = find name
        let ratios, _ = nominal[name]
        let masses = Array.map2 (*) reference.Weights ratios

        let varied =
            masses |> Array.mapi (fun i m -> m * factor reference case.Model p theta i)

        Array.sum varied / Array.sum masses

    let rate name (theta: float[]) =
        (1.0, (find name).Modifiers)
        ||> List.fold (fun product modifier ->
            match modifier with
            | NormSys(a, code, low, high) ->
                let alpha = theta[case.Model.Index[a.Name]]
                product * value (Interpolation.evaluate code 1.0 low high alpha)
            | _ -> product)

    {
        Weights = data.Weights
        Ratio =
            fun name i theta ->
                let p = find name
                let _, ratios = nominal[name]
                let g = ratios[i] * factor data case.Model p theta i * rate name theta

                match p.EventRate with
                | Renormalised -> g / z name theta
                | AsGiven
                | FromEvents -> g
        Rate =
            fun name theta ->
                match (find name).EventRate with
                | FromEvents -> rate name theta * z name theta
                | AsGiven
                | Renormalised -> rate name theta
    }

/// −2 ln L by definition.
let twiceNll (case: Case) : float[] -> float =
    let events =
        case.Model.Model.Channels
        |> List.choose (fun channel ->
            match channel with
            | Unbinned c -> Some(c.Name, eventsOf case c)
            | Binned _ -> None)
        |> Map.ofList

    LikelihoodReference.twiceNll case.Model events (Map.ofList case.Counts) Map.empty

/// The observation of the observed tables under these options.
let observationWith (options: LikelihoodOptions) (case: Case) : Observation =
    let compiled = Likelihood.compileWith options case.Model case.Tables |> ok

    let counts =
        case.Counts
        |> List.filter (fun (name, _) -> List.exists (fst >> (=) name) compiled.BinnedChannels)

    Observation.observed compiled counts |> ok

/// The same with everything by definition.
let observationOf (case: Case) : Observation =
    observationWith LikelihoodOptions.exact case
