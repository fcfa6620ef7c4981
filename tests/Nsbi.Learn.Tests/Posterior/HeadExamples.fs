/// Density heads with random parameters, and integrals of what they say.
module Nsbi.Learn.Tests.Posterior.HeadExamples

open System
open MathNet.Numerics.Integration
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.PriorTests

let contextWidth = 3

let private conditioner = {
    DensityHead.standardFlow.Conditioner with
        Hidden = [ 8 ]
}

let private flow kind layers =
    DensityHead.Flow {
        DensityHead.standardFlow with
            Kind = kind
            Layers = layers
            Bins = 5
            Conditioner = conditioner
    }

let heads: Map<string, DensityHead> =
    Map [
        "diagonal", DensityHead.Gaussian Covariance.Diagonal
        "full", DensityHead.Gaussian Covariance.Full
        "diagonal mixture", DensityHead.Mixture(3, Covariance.Diagonal)
        "full mixture", DensityHead.Mixture(3, Covariance.Full)
        "autoregressive flow", flow FlowKind.Autoregressive 2
        "coupling flow", flow FlowKind.Coupling 3
    ]

let private uniform = PriorDensity.Uniform(-1.0, 3.0)
let private normal = PriorDensity.Normal(1.0, 2.0)
let private truncated = PriorDensity.TruncatedNormal(0.2, 0.5, 0.0, 1.0)
let private logNormal = PriorDensity.LogNormal(2.0, 0.4)

let priors: Map<string, Prior> =
    Map [
        "uniform", priorOf [ "a", uniform ]
        "normal", priorOf [ "a", normal ]
        "log-normal", priorOf [ "a", logNormal ]
        "uniform and normal", priorOf [ "a", uniform; "b", normal ]
        "normal and truncated", priorOf [ "a", normal; "b", truncated ]
        "two uniform", priorOf [ "a", uniform; "b", truncated ]
        "normal and log-normal", priorOf [ "a", normal; "b", logNormal ]
    ]

let headNames = heads |> Map.keys |> List.ofSeq
let priorNames = priors |> Map.keys |> List.ofSeq

let pairs: obj[][] = [|
    for head in headNames do
        for prior in priorNames do
            [| box head; box prior |]
|]

/// Every array of a head moved at random, so that nothing is at its first value; those of splines less, so
/// that quadrature with few points resolves their bins.
let randomValues (seed: int) (size: float) (head: DensityHead) (prior: Prior) : Values =
    HeadGraph.initialValues (uint64 seed) head prior contextWidth
    |> Map.map (fun name value ->
        let mutable stream = RandomStream(uint64 seed, "move " + name, 0UL)
        let moved = Array2D.copy value
        let size = if name.Contains "flow" then 0.25 * size else size

        for i in 0 .. Array2D.length1 value - 1 do
            for j in 0 .. Array2D.length2 value - 1 do
                moved[i, j] <- float (float32 (value[i, j] + size * stream.NextGaussian()))

        moved)

/// ln q of rows of (context, φ), by a plan.
let logDensities
    (precision: Precision)
    (head: DensityHead)
    (prior: Prior)
    (values: Values)
    (context: float[])
    (phi: float[][])
    : float[] =
    use team = new ThreadTeam(1)
    let c, p = input "c" context.Length, input "phi" prior.Count
    let weights = HeadGraph.parameters head prior context.Length
    let node = HeadGraph.logDensity head prior weights c p
    use plan = Plan.Compile(team, precision, min 1024 phi.Length, [ node ])
    plan.SetParameters values
    let data = phi |> Array.collect (fun row -> Array.append context row)
    let table = Table.OfDoubles([ "c", context.Length; "phi", prior.Count ], data)
    (plan.RunAll table).Head[*, 0]

/// Nodes and weights of Gauss and Legendre's rule on panels.
let private panels (low: float) (high: float) (count: int) (order: int) =
    let width = (high - low) / float count

    [|
        for k in 0 .. count - 1 do
            let a = low + width * float k
            let rule = GaussLegendreRule(a, a + width, order)

            for i in 0 .. order - 1 do
                rule.Abscissas[i], rule.Weights[i]
    |]

/// Points of [−74, 74], closest around 0: x = sinh t.
let private line count order =
    panels -5.0 5.0 count order |> Array.map (fun (t, w) -> sinh t, w * cosh t)

/// Points of a parameter's axis with their weights, over its whole support.
let private axis (density: PriorDensity) count order =
    match density with
    | PriorDensity.Uniform(low, high)
    | PriorDensity.TruncatedNormal(_, _, low, high) -> panels low high count order
    | PriorDensity.Normal(mean, sd) ->
        line count order |> Array.map (fun (x, w) -> mean + sd * x, sd * w)
    | PriorDensity.LogNormal(median, sd) ->
        line count order
        |> Array.map (fun (x, w) ->
            let phi = median * exp (sd * x)
            phi, w * sd * phi)

/// A grid over the support of one or two parameters, with weights.
let grid (prior: Prior) (count: int) (order: int) : (float[] * float)[] =
    let axes = [ for _, density in prior.Parameters -> axis density count order ]

    match axes with
    | [ a ] -> [| for x, w in a -> [| x |], w |]
    | [ a; b ] -> [|
        for x, v in a do
            for y, w in b do
                [| x; y |], v * w
      |]
    | _ -> invalidOp "one or two parameters"
