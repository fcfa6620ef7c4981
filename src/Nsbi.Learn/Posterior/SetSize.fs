namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels

/// <summary>Draws the number of events of a set.</summary>
/// <param name="parameters">φ of the set, in the order of the prior</param>
/// <param name="stream">where random numbers come from, this set's own</param>
/// <returns>n ≥ 0</returns>
type DrawSize = delegate of parameters: float[] * stream: byref<RandomStream> -> int

/// <summary>How many events a simulated set has.</summary>
[<RequireQualifiedAccess>]
type SetSize =
    /// Always the same number, at least 0.
    | Fixed of events: int
    /// Every number from the least to the most with the same probability.
    | Uniform of least: int * most: int
    /// <summary>⌊e^u⌋ with u uniform between ln least and ln (most + 1): every factor of two between 1 ≤ least
    /// and most gets its share, so that small sets are learned as well as large ones.</summary>
    | LogUniform of least: int * most: int
    /// A function of the parameters, such as a Poisson number; never more than the most.
    | Drawn of most: int * draw: DrawSize

/// Numbers of events.
[<RequireQualifiedAccess>]
module SetSize =
    /// Largest number of events of a set.
    let most (size: SetSize) : int =
        match size with
        | SetSize.Fixed events -> events
        | SetSize.Uniform(_, most)
        | SetSize.LogUniform(_, most)
        | SetSize.Drawn(most, _) -> most

    let internal check (size: SetSize) : unit =
        let isGood =
            match size with
            | SetSize.Fixed events -> events >= 0
            | SetSize.Uniform(least, most) -> least >= 0 && most >= least
            | SetSize.LogUniform(least, most) -> least >= 1 && most >= least
            | SetSize.Drawn(most, draw) -> most >= 0 && not (isNull draw)

        if not isGood then
            invalidArg (nameof size) $"There are no sets of the size {size}."

    /// The number of events of one set.
    let internal draw (size: SetSize) (phi: float[]) (stream: byref<RandomStream>) : int =
        match size with
        | SetSize.Fixed events -> events
        | SetSize.Uniform(least, most) -> least + stream.NextInt32(most - least + 1)
        | SetSize.LogUniform(least, most) ->
            let low, high = log (float least), log (float most + 1.0)
            let events = int (exp (low + (high - low) * stream.NextDouble()))
            Math.Clamp(events, least, most)
        | SetSize.Drawn(most, draw) ->
            let events = draw.Invoke(phi, &stream)

            if events < 0 || events > most then
                invalidOp $"A set of {events} events was drawn; they should be from 0 to {most}."

            events
