/// Event terms with known derivatives.
module Nsbi.Kernels.Tests.EventTerms

open Nsbi.Kernels

/// g = exp(αδx − α²δ²/2): the ratio of two unit Gaussians, the second shifted by αδ.
type GaussianShift(proc: int, parameter: int, delta: float, x: float[]) =
    interface IEventTerm with
        member _.Process = proc
        member _.Parameters = [| parameter |]

        member _.Fill(rows, values, order, log, first, second) =
            let a = values[0]

            for j in 0 .. rows.Length - 1 do
                let d = delta * x[rows[j]]
                log[j] <- a * d - a * a * delta * delta / 2.0

                if order > 0 then
                    first[j] <- d - a * delta * delta

                if order > 1 then
                    second[j] <- -delta * delta

/// log g = s β_0 β_1 x: two parameters that do not separate.
type Bilinear(proc: int, p0: int, p1: int, s: float, x: float[]) =
    interface IEventTerm with
        member _.Process = proc
        member _.Parameters = [| p0; p1 |]

        member _.Fill(rows, values, order, log, first, second) =
            for j in 0 .. rows.Length - 1 do
                let d = s * x[rows[j]]
                log[j] <- d * values[0] * values[1]

                if order > 0 then
                    first[j] <- d * values[1]
                    first[64 + j] <- d * values[0]

                if order > 1 then
                    second[j] <- 0.0
                    second[64 + j] <- d
                    second[128 + j] <- 0.0
