namespace Nsbi.Infer

open System
open System.Threading
open Nsbi.Kernels

/// <summary>One simulation of which the parameters are known, and draws from the posterior that a method
/// gives for its data.</summary>
[<NoComparison; ReferenceEquality>]
type PosteriorTrial = {
    /// <summary>The true parameters, drawn from the prior; length p.</summary>
    Truth: float[]
    /// <summary>L draws from the posterior, each of length p.</summary>
    Draws: float[][]
    /// <summary>Logarithm of the posterior density at the truth, up to a constant; NaN where no density is
    /// known.</summary>
    TruthLogDensity: float
    /// <summary>The same at the draws; empty where no density is known.</summary>
    DrawLogDensities: float[]
}

/// <summary>How simulated trials are made.</summary>
[<NoComparison; ReferenceEquality>]
type TrialSettings = {
    /// <summary>Number of simulations N.</summary>
    Simulations: int
    /// <summary>Seed of all random numbers.</summary>
    Seed: uint64
    /// <summary>Threads that share the trials; none for the caller's own. Results do not depend on
    /// it.</summary>
    Team: ThreadTeam option
    /// <summary>Told the share that is done; may be null.</summary>
    Progress: IProgress<float>
    /// <summary>Ends the work with an OperationCanceledException.</summary>
    Cancellation: CancellationToken
}

/// <summary>Making trials.</summary>
[<RequireQualifiedAccess>]
module PosteriorTrial =

    /// <summary>A trial without densities.</summary>
    /// <exception cref="T:System.ArgumentException">no draws, or draws of another length than the truth
    /// </exception>
    let ofDraws (truth: float[]) (draws: float[][]) : PosteriorTrial =
        if draws.Length = 0 then
            invalidArg (nameof draws) "A trial needs at least one draw from the posterior."

        if truth.Length = 0 || draws |> Array.exists (fun d -> d.Length <> truth.Length) then
            invalidArg
                (nameof draws)
                $"Each draw needs the {truth.Length} values that the truth has, at least one."

        {
            Truth = truth
            Draws = draws
            TruthLogDensity = nan
            DrawLogDensities = [||]
        }

    /// <summary>A trial with the posterior density at the truth and at the draws.</summary>
    /// <param name="truth">the true parameters</param>
    /// <param name="draws">from the posterior</param>
    /// <param name="logDensity">ln of the posterior density of this trial's data, up to a constant
    /// </param>
    let withDensity
        (truth: float[])
        (draws: float[][])
        (logDensity: float[] -> float)
        : PosteriorTrial = {
        ofDraws truth draws with
            TruthLogDensity = logDensity truth
            DrawLogDensities = draws |> Array.map logDensity
    }

    /// <summary>N simulations, seed 1, the caller's thread.</summary>
    let settings (simulations: int) : TrialSettings = {
        Simulations = simulations
        Seed = 1UL
        Team = None
        Progress = null
        Cancellation = CancellationToken.None
    }

    let private repeat settings (prior: RandomStream -> float[]) simulator posterior =
        IndependentWork.run
            settings.Team
            settings.Progress
            settings.Cancellation
            settings.Simulations
            (fun k ->
                let stream purpose =
                    RandomStream(settings.Seed, "posterior trial " + purpose, uint64 k)

                let truth = prior (stream "prior")
                let data = simulator truth (stream "data")
                posterior truth data (stream "draws"))

    /// <summary>Draws parameters from the prior, data from the simulator and draws from the posterior, N
    /// times; a function of the seed and the three functions alone.</summary>
    /// <param name="settings">how many, and how</param>
    /// <param name="prior">parameters of a stream of random numbers</param>
    /// <param name="simulator">data of parameters and a stream</param>
    /// <param name="posterior">draws of data and a stream; from a chain, thinned until they are
    /// independent</param>
    let simulate
        (settings: TrialSettings)
        (prior: RandomStream -> float[])
        (simulator: float[] -> RandomStream -> 'Data)
        (posterior: 'Data -> RandomStream -> float[][])
        : PosteriorTrial[] =
        repeat settings prior simulator (fun truth data stream ->
            ofDraws truth (posterior data stream))

    /// <summary>The same where the posterior gives draws and ln of its density, up to a constant.</summary>
    let simulateDensity
        (settings: TrialSettings)
        (prior: RandomStream -> float[])
        (simulator: float[] -> RandomStream -> 'Data)
        (posterior: 'Data -> RandomStream -> float[][] * (float[] -> float))
        : PosteriorTrial[] =
        repeat settings prior simulator (fun truth data stream ->
            let draws, logDensity = posterior data stream
            withDensity truth draws logDensity)

    let internal requireSome (trials: PosteriorTrial[]) : unit =
        if trials.Length = 0 then
            invalidArg (nameof trials) "There are no trials."

        let p = trials[0].Truth.Length

        if trials |> Array.exists (fun t -> t.Truth.Length <> p) then
            invalidArg (nameof trials) "The trials have different numbers of parameters."
