/// Random binned models with every modifier.
module Nsbi.Infer.Tests.BinnedModels

open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel

type Draw = {
    Valid: ValidModel
    Counts: Map<string, float list>
    Globals: Map<string, float>
    Observation: Observation
}

let private codes = Interpolation.names |> List.map snd |> List.toArray

let nuisance name lower upper term : Parameter = {
    Name = name
    Role = Nuisance
    Initial = (if lower < 0.0 then 0.0 else 1.0)
    Lower = lower
    Upper = upper
    Constraint = term
    Fixed = false
}

let private mu: Coefficient = poi "mu" 1.0 0.0 10.0
let private other: Coefficient = poi "other" 1.0 -10.0 10.0

/// One to three channels of one to four bins, one to four processes of any sign beside a large one,
/// nuisance parameters that may act anywhere, more than once, and in any way.
let draw (seed: int) : Draw =
    let stream = System.Random seed

    let uniform low high =
        low + (high - low) * stream.NextDouble()

    let among (choices: 'a[]) = choices[stream.Next choices.Length]
    let chance p = stream.NextDouble() < p

    let alphas = [|
        for k in 0..4 do
            nuisance $"a{k}" -5.0 5.0 (if k < 4 then Gaussian(0.0, 1.0) else Unconstrained)
    |]

    let scales = [|
        Constant 1.0
        mu
        sqrt mu
        mu - sqrt mu
        1.0 - sqrt mu
        mu * other
        Constant 0.7 * mu * exp (0.1 * Parameter alphas[0])
        other * other * sqrt mu
    |]

    let lumi = nuisance "lumi" 0.0 10.0 (Gaussian(1.0, 0.02))
    let free = nuisance "free" 0.0 10.0 Unconstrained

    let channel number =
        let bins = 1 + stream.Next 4
        let shapeFactor = BinUncertainty.free $"shape{number % 2}" bins
        let stat = BinUncertainty.statError $"stat{number}" (List.replicate bins 0.1)

        let modifier (yields: float list) : Modifier list =
            let alpha = among alphas

            let anchors () =
                yields |> List.map (fun y -> y * uniform 0.7 1.4)

            match stream.Next 9 with
            | 0 -> [ Lumi lumi ]
            | 1 -> [ NormFactor free ]
            | 2
            | 3
            | 4 -> [ NormSys(alpha, among codes, uniform 0.7 1.2, uniform 0.8 1.3) ]
            | 5
            | 6 -> [ HistoSys(alpha, among codes, anchors (), anchors ()) ]
            | 7 -> [ StatError(stat, yields |> List.map (fun y -> 0.1 * abs y)) ]
            | _ -> if chance 0.5 then [ ShapeFactor shapeFactor ] else []

        let proc name scale yields =
            let own =
                if chance 0.4 then
                    let share () =
                        if chance 0.2 then 0.0 else uniform 0.05 0.2

                    let uncertainties = yields |> List.map (fun y -> share () * y)
                    let gammas = BinUncertainty.shapeSys $"own {number} {name}" yields uncertainties
                    [ ShapeSys(gammas, uncertainties) ]
                else
                    []

            let modifiers =
                [
                    for _ in 1 .. stream.Next 7 do
                        yield! modifier yields
                ]
                @ own

            {
                Process.create name scale yields with
                    Modifiers = modifiers
            }

        let yields low high =
            List.init bins (fun _ -> uniform low high)

        Binned {
            Name = $"C{number}"
            Processes =
                BinUncertainty.complete [
                    Process.create "large" (Constant 1.0) (yields 2000.0 3000.0)
                    for c in 1 .. 1 + stream.Next 4 do
                        proc $"p{c}" (among scales) (yields 2.0 30.0)
                ]
        }

    let valid =
        valid {
            Name = "random"
            Channels = List.init (1 + stream.Next 3) channel
        }

    let counts =
        valid.Model.Channels
        |> List.map (fun c ->
            let bins = (Channel.processes c).Head.Yields.Length

            Channel.name c,
            List.init bins (fun _ -> if chance 0.1 then 0.0 else floor (uniform 1800.0 3500.0)))
        |> Map.ofList

    let globals =
        valid.Parameters
        |> List.choose (fun p ->
            match p.Constraint with
            | Gaussian(a, sigma) when chance 0.5 -> Some(p.Name, a + sigma * uniform -1.0 1.0)
            | Poisson(a, _) when chance 0.5 -> Some(p.Name, floor (a * uniform 0.8 1.2))
            | _ -> None)
        |> Map.ofList

    let compiled = RatioTables.empty |> Likelihood.compile valid |> ok

    {
        Valid = valid
        Counts = counts
        Globals = globals
        Observation =
            Observation.create compiled {
                Weights = Map.empty
                Counts = counts
                Globals = globals
            }
            |> ok
    }

/// A point away from the kinks at 0 and ±1.
let point (seed: int) (model: ValidModel) : float[] =
    let mutable s = RandomStream(uint64 seed, "binned points")

    model.Parameters
    |> List.map (fun p ->
        if p.Lower < 0.0 then
            let size = if s.NextInt32 2 = 0 then 0.1 else 1.1
            (if s.NextInt32 2 = 0 then 1.0 else -1.0) * (size + 0.8 * s.NextDouble())
        else
            0.6 + 0.8 * s.NextDouble())
    |> List.toArray
