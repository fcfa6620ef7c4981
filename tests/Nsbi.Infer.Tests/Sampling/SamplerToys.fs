/// Densities with known moments.
module Nsbi.Infer.Tests.Sampling.SamplerToys

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests

let names (n: int) = List.init n (fun k -> $"x{k}")

/// Independent normals of these widths.
let normals (widths: float[]) : ILogDensity =
    LogDensity.ofFunction (names widths.Length) (fun x g ->
        let mutable sum = 0.0

        for k in 0 .. widths.Length - 1 do
            let z = x[k] / widths[k]
            sum <- sum - 0.5 * z * z
            g[k] <- -z / widths[k]

        sum)

/// Two unit normals of correlation rho, around (3, −1).
let correlated (rho: float) : ILogDensity =
    LogDensity.ofFunction (names 2) (fun x g ->
        let a, b = x[0] - 3.0, x[1] + 1.0
        let c = 1.0 / (1.0 - rho * rho)
        g[0] <- -c * (a - rho * b)
        g[1] <- -c * (b - rho * a)
        -0.5 * c * (a * a - 2.0 * rho * a * b + b * b))

/// Mean and standard deviation within so many Monte Carlo errors.
let agree (limit: float) (summary: PosteriorSummary) (name: string) (mean: float) (sd: float) =
    let p = summary[name]
    Assert.That(p.Mean, Expect.near (limit * p.MeanError) mean, $"mean of {name}")
    Assert.That(p.Sd, Expect.near (limit * p.SdError) sd, $"sd of {name}")

let failed (summary: PosteriorSummary) =
    summary.Checks |> List.filter (fun c -> not c.Passed) |> List.map _.Name
