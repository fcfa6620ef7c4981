namespace Nsbi.Infer

open Nsbi.Learn.Events
open Nsbi.Learn.Posterior

/// <summary>Files of recorded sets of events.</summary>
type PosteriorSets = {
    /// The file of events.
    Events: string
    /// The column with the number of the set of each event.
    Set: string
    /// <summary>A file with the parameters of each set; None: they stand beside each event.</summary>
    Values: string option
    /// The column of weights, or None for weight 1.
    Weight: string option
    /// Which events are kept; of observed events too.
    Selection: Condition option
}

/// <summary>What a posterior is trained with.</summary>
[<RequireQualifiedAccess>]
type PosteriorSource =
    /// <summary>Fresh sets of a problem that comes with the program, from least to most events each.
    /// </summary>
    | Toy of name: string * least: int * most: int
    /// Sets of files.
    | Files of PosteriorSets

/// <summary>Where the events of one observed set come from.</summary>
[<RequireQualifiedAccess>]
type PosteriorEvents =
    /// A file of events, each of weight 1.
    | File of path: string
    /// Events of the toy at given parameters.
    | Drawn of parameters: float list * events: int

/// <summary>A set of events whose posterior is wanted.</summary>
type PosteriorData = {
    /// Its name in results.
    Name: string
    /// Where it comes from.
    Events: PosteriorEvents
}

/// <summary>How a posterior is checked on sets that the training has not seen.</summary>
type PosteriorChecking = {
    /// Sets, where they are simulated; at least 20.
    Sets: int
    /// Share of recorded sets that is held out, in (0, 1).
    HeldOut: float
    /// Draws from the posterior of each set; at least 20.
    Draws: int
    /// p-value below which a check fails, in (0, 1).
    Level: float
}

/// <summary>A posterior of parameters given whole sets of events: what is asked for in
/// <c>posterior.json</c>.</summary>
type PosteriorPlan = {
    /// The title of the report.
    Name: string
    /// Of everything that is random.
    Seed: uint64
    /// Of the parameters.
    Prior: Prior
    /// Names of the features of events.
    Features: string list
    /// What is trained with.
    Source: PosteriorSource
    /// Embedding, density, course of the training.
    Networks: PosteriorSettings
    /// How it is checked.
    Checking: PosteriorChecking
    /// Observed sets.
    Data: PosteriorData list
    /// For the report.
    Notes: string list
}

/// Defaults of plans.
[<RequireQualifiedAccess>]
module PosteriorPlan =
    /// <summary>400 sets, a fifth of recorded ones, 199 draws of each, p ≥ 0.001.</summary>
    let checking: PosteriorChecking = {
        Sets = 400
        HeldOut = 0.2
        Draws = 199
        Level = 1e-3
    }
