namespace Nsbi.Infer

open Nsbi.Model

// Axes: process c, bin b.

/// <summary>The likelihood of binned channels.</summary>
[<RequireQualifiedAccess>]
module internal BinnedEvaluation =

    /// <summary>Adds Σ_b −2 ln Pois(n_b | ν_b) of a channel, without 2 ln n_b!; or says why it is
    /// +∞.</summary>
    let add
        (kappa: float[])
        (sum: JetSum)
        (channel: CompiledBinned)
        (counts: float[])
        : Impossible option =
        let scales = LocalCoefficient.jets channel.Coefficients kappa

        match LocalCoefficient.undefined channel.Name channel.Processes scales with
        | Some reason -> Some reason
        | None ->
            let size = scales.Length
            let first = Array.zeroCreate size
            let second = Array.zeroCreate (size * size)
            let mutable value = 0.0
            let mutable impossible = None
            let expected = BinnedChannel.expected channel kappa

            for b in 0 .. channel.Bins - 1 do
                let nu, n = expected[b], counts[b]

                if nu < 0.0 || (nu = 0.0 && n > 0.0) then
                    if impossible.IsNone then
                        impossible <- Some(BinExpectation(channel.Name, b, n, nu))
                else
                    // The constants 2 lnΓ(n + 1) are kept by the observation.
                    let slope, curvature =
                        if n = 0.0 then
                            value <- value + 2.0 * nu
                            2.0, 0.0
                        else
                            value <- value + 2.0 * (nu - n * log nu)
                            2.0 * (1.0 - n / nu), 2.0 * n / (nu * nu)

                    for c in 0 .. size - 1 do
                        let y = channel.Yields[c][b]
                        first[c] <- first[c] + slope * y

                        for d in 0 .. size - 1 do
                            second[size * c + d] <-
                                second[size * c + d] + curvature * y * channel.Yields[d][b]

            if impossible.IsNone then
                sum.AddChain(value, first, second, scales)

            impossible
