namespace Nsbi.Infer

open System

// Axes: process c, bin b.

/// <summary>The likelihood of binned channels.</summary>
[<RequireQualifiedAccess>]
module internal BinnedEvaluation =

    /// <summary>Why −2 ln L is +∞, if it is: a negative expectation, none for a count, or a yield
    /// that is not a number.</summary>
    let private impossible (channel: CompiledBinned) (space: BinnedSpace) (counts: float[]) =
        let isPossible b =
            let nu = space.Expected[b]
            nu > 0.0 && nu < infinity || nu = 0.0 && counts[b] = 0.0

        let mutable bin = 0

        while bin < channel.Bins && isPossible bin do
            bin <- bin + 1

        if bin = channel.Bins then
            None
        else
            let undefined =
                space.Processes
                |> Array.tryFind (fun state ->
                    Seq.exists
                        (fun b -> not (Double.IsFinite(state.Scale * state.Content b)))
                        (seq { 0 .. channel.Bins - 1 }))

            match undefined with
            | Some state -> Some(UndefinedCoefficient(channel.Name, state.Process.Name))
            | None -> Some(BinExpectation(channel.Name, bin, counts[bin], space.Expected[bin]))

    /// Σ_b −2 ln Pois(n_b | ν_b) without 2 ln n_b!, with its derivatives in the ν_b.
    let private poisson (channel: CompiledBinned) (space: BinnedSpace) (counts: float[]) =
        let mutable value = 0.0

        for b in 0 .. channel.Bins - 1 do
            let nu, n = space.Expected[b], counts[b]

            if n = 0.0 then
                value <- value + 2.0 * nu
                space.Weight[b] <- 2.0
                space.Curvature[b] <- 0.0
            else
                value <- value + 2.0 * (nu - n * log nu)
                space.Weight[b] <- 2.0 * (1.0 - n / nu)
                space.Curvature[b] <- 2.0 * n / (nu * nu)

        value

    /// <summary>Σ_b −2 ln Pois(n_b | ν_b) of a channel, without 2 ln n_b!; +∞ where it is
    /// impossible.</summary>
    let value (kappa: float[]) (channel: CompiledBinned) (counts: float[]) : float =
        let space = channel.Spaces.Rent()
        BinnedChannel.fill channel kappa false space

        let value =
            match impossible channel space counts with
            | Some _ -> infinity
            | None -> poisson channel space counts

        channel.Spaces.Return space
        value

    /// <summary>Adds Σ_b −2 ln Pois(n_b | ν_b) of a channel, without 2 ln n_b!, with gradient and
    /// Hessian; or says why it is +∞.</summary>
    let add
        (kappa: float[])
        (sum: JetSum)
        (channel: CompiledBinned)
        (counts: float[])
        : Impossible option =
        let space = channel.Spaces.Rent()
        BinnedChannel.fill channel kappa true space
        let reason = impossible channel space counts

        if reason.IsNone then
            sum.AddValue(poisson channel space counts)
            BinnedHessian.fillSlopes channel space
            BinnedHessian.add channel space sum

        channel.Spaces.Return space
        reason
