namespace Nsbi.Infer

open System

/// <summary>The draws of one chain after its warm-up.</summary>
[<NoComparison; ReferenceEquality>]
type MarkovChain = {
    /// <summary>The draws, n x p, within the bounds of the parameters.</summary>
    Draws: float[][]
    /// <summary>ln of the density at each draw, up to the density's own constant.</summary>
    LogDensities: float[]
    /// <summary>The energy of each trajectory, −ln of the density without bounds plus the kinetic energy.
    /// </summary>
    Energies: float[]
    /// <summary>How often each trajectory was doubled.</summary>
    Depths: int[]
    /// <summary>Trajectories that left the surface of constant energy: the step is too long for a narrow
    /// place, which the chain may miss.</summary>
    Divergent: bool[]
    /// <summary>Mean acceptance along the trajectories.</summary>
    Acceptance: float
    /// <summary>Gradients after warm-up.</summary>
    Steps: int64
    /// <summary>Gradients of the warm-up.</summary>
    WarmupSteps: int64
    /// <summary>The step that the warm-up found.</summary>
    StepSize: float
    /// <summary>The standard deviation of each parameter, without bounds, that the warm-up found.
    /// </summary>
    Scales: float[]
} with

    /// Number of divergent trajectories.
    member this.Divergences: int =
        this.Divergent |> Array.sumBy (fun d -> if d then 1 else 0)

    /// <summary>E-BFMI = Σ (E_i − E_{i−1})²/Σ (E_i − Ē)²: below about 0.3 the momenta do not reach the energies
    /// of the tails. NaN of fewer than two draws.</summary>
    /// <remarks>Source: Betancourt, arXiv:1604.00695.</remarks>
    member this.EnergyFraction: float =
        let e = this.Energies

        if e.Length < 2 then
            nan
        else
            let mean = Array.average e
            let spread = e |> Array.sumBy (fun v -> (v - mean) * (v - mean))

            let steps = e |> Array.pairwise |> Array.sumBy (fun (a, b) -> (b - a) * (b - a))

            steps / spread

/// <summary>Several chains of one density.</summary>
[<NoComparison; ReferenceEquality>]
type MarkovChains = {
    /// <summary>Names of the p parameters.</summary>
    Names: string list
    /// <summary>The chains, of equal length.</summary>
    Chains: MarkovChain[]
    /// <summary>The depth at which trajectories were cut.</summary>
    MaxDepth: int
    /// <summary>Seed of all random numbers.</summary>
    Seed: uint64
} with

    /// All draws, chain after chain.
    member this.Draws: float[][] = this.Chains |> Array.collect _.Draws

    /// <summary>The values of one parameter, one array per chain.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such parameter</exception>
    member this.Values(name: string) : float[][] =
        match List.tryFindIndex ((=) name) this.Names with
        | Some k -> this.Chains |> Array.map (fun c -> c.Draws |> Array.map (fun d -> d[k]))
        | None ->
            let known = String.concat ", " this.Names
            invalidArg (nameof name) $"There is no parameter '{name}'; there are: {known}."

    /// <summary>So many draws, evenly spaced over all chains: as good as independent where the effective
    /// sample size is several times their number.</summary>
    /// <param name="count">1 to the number of draws</param>
    member this.Thinned(count: int) : float[][] =
        let all = this.Draws

        if count < 1 || count > all.Length then
            invalidArg (nameof count) $"There are {all.Length} draws, not {count}."

        Array.init count (fun i ->
            all[int ((int64 i * 2L + 1L) * int64 all.Length / (2L * int64 count))])

    /// Number of divergent trajectories.
    member this.Divergences: int = this.Chains |> Array.sumBy _.Divergences

    /// Number of trajectories that were cut at the greatest depth.
    member this.Saturated: int =
        this.Chains
        |> Array.sumBy (fun c ->
            c.Depths |> Array.filter (fun d -> d >= this.MaxDepth) |> Array.length)

    /// The least E-BFMI of the chains.
    member this.EnergyFraction: float =
        this.Chains |> Array.map _.EnergyFraction |> Array.min
