namespace Nsbi.Infer

open Nsbi.Model
open Nsbi.Learn.Networks

/// <summary>What is given at +1 and at −1 standard deviation of a nuisance parameter.</summary>
type Sides<'a> = {
    /// At +1.
    Up: 'a
    /// At −1; none where it follows from the upper side.
    Down: 'a option
}

/// <summary>Operations on the two sides of a variation.</summary>
[<RequireQualifiedAccess>]
module Sides =

    /// Both sides through a function.
    let map (f: 'a -> 'b) (sides: Sides<'a>) : Sides<'b> = {
        Up = f sides.Up
        Down = Option.map f sides.Down
    }

    /// The sides of two variations together; those that both have.
    let zip (a: Sides<'a>) (b: Sides<'b>) : Sides<'a * 'b> = {
        Up = a.Up, b.Up
        Down = Option.map2 (fun x y -> x, y) a.Down b.Down
    }

    /// One side or two, the upper first.
    let toList (sides: Sides<'a>) : 'a list = sides.Up :: Option.toList sides.Down

    /// The names of the sides that are there, with their values.
    let named (sides: Sides<'a>) : (string * 'a) list =
        List.zip (List.truncate (toList sides).Length [ "up"; "down" ]) (toList sides)

/// <summary>What a nuisance parameter does to one process.</summary>
type ProcessVariation =
    /// The expected events are multiplied by factors.
    | RateFactors of low: float * high: float
    /// Other simulated events. What a source does not say is as in the process's own sample: weight
    /// column, selection, yield.
    | VariedSamples of Sides<Sample>
    /// The same events with other weights: expressions of columns.
    | VariedWeights of Sides<string>

/// <summary>What is taken from varied events.</summary>
type SystematicEffect =
    /// The expected events only.
    | RateOnly
    /// The density only; expected events stay.
    | ShapeOnly
    /// Both.
    | RateAndShape

/// <summary>A nuisance parameter and what it does to processes.</summary>
type Systematic = {
    /// The nuisance parameter α.
    Parameter: string
    /// What it does, by process; a process may have factors and varied events.
    Variations: (string * ProcessVariation) list
    /// What is taken from varied events.
    Effect: SystematicEffect
    /// How rates and densities go between their values at −1, 0 and +1. Bins of histograms take code
    /// 4p in place of the codes that need positive numbers.
    Code: Interpolation
    /// Where the lower side comes from if only the upper one is given.
    Symmetrisation: Symmetrisation option
    /// How its networks are trained; none: like those of the analysis. Folds, the shares held out
    /// and the seed are always those of the analysis, for an event must stay unseen by all networks.
    Networks: EstimatorSettings option
}

/// <summary>How systematics are named in files.</summary>
[<RequireQualifiedAccess>]
module Systematic =

    /// The name of each effect.
    let internal effects = [ "rate", RateOnly; "shape", ShapeOnly; "both", RateAndShape ]
