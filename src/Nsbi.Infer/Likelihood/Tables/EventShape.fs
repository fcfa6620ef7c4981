namespace Nsbi.Infer

open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Model

/// <summary>A factor g(x|β) on the density of a process, a function of the event and of several
/// parameters: a parameterised network or a formula. The model names it by <c>eventShape</c>.
/// </summary>
type IEventShape =
    /// Number of the parameters β, which the model names in their order.
    abstract Parameters: int
    /// <summary>Number of events of the table it was made for; none if it takes the features of any
    /// table.</summary>
    abstract Events: int option
    /// <summary>The shape for the events of one table; called once per table.</summary>
    /// <param name="features">events x features of the table; empty if it has none</param>
    /// <param name="place">what the term must give as <c>Process</c></param>
    /// <param name="parameters">what it must give as <c>Parameters</c>, in the order of β</param>
    abstract Bind: features: float[][] * place: int * parameters: int[] -> IEventTerm

/// <summary>A formula of one event's features and of jets.</summary>
[<Sealed>]
type internal FormulaTerm
    (logFactor: float[] -> Jet[] -> Jet, features: float[][], place: int, parameters: int[]) =
    let tile = EventTiles.TileEvents

    interface IEventTerm with
        member _.Process = place
        member _.Parameters = parameters

        member _.Fill(rows, values, order, log, first, second) =
            let n = parameters.Length
            let beta = Array.zeroCreate n

            for k in 0 .. n - 1 do
                beta[k] <- Jet.variable n k values[k]

            for j in 0 .. rows.Length - 1 do
                let jet = logFactor features[rows[j]] beta
                log[j] <- jet.Value

                if order > 0 then
                    for k in 0 .. n - 1 do
                        first[tile * k + j] <- jet.Gradient[k]

                if order > 1 then
                    let mutable at = 0

                    for k in 0 .. n - 1 do
                        for l in k .. n - 1 do
                            second[tile * at + j] <- jet.Hessian[k, l]
                            at <- at + 1

/// <summary>How to make event shapes.</summary>
[<RequireQualifiedAccess>]
module EventShape =

    /// <summary>A formula for log g of an event, written with the operations of <c>Jet</c>, so that
    /// its derivatives are exact.</summary>
    /// <param name="parameters">number of the parameters β</param>
    /// <param name="logFactor">log g of the event's features and of β</param>
    let ofFormula (parameters: int) (logFactor: float[] -> Jet[] -> Jet) : IEventShape = {
        new IEventShape with
            member _.Parameters = parameters
            member _.Events = None

            member _.Bind(features, place, positions) =
                FormulaTerm(logFactor, features, place, positions)
    }

    /// <summary>A term that is already bound to the events of a table, such as
    /// <c>BoundShape.Term</c> of a parameterised network.</summary>
    /// <param name="parameters">number of the parameters β</param>
    /// <param name="events">number of events of the table</param>
    /// <param name="bind">the term of a process (its place) with the positions of β</param>
    let ofTerm (parameters: int) (events: int) (bind: int * int[] -> IEventTerm) : IEventShape = {
        new IEventShape with
            member _.Parameters = parameters
            member _.Events = Some events
            member _.Bind(_, place, positions) = bind (place, positions)
    }

    /// <summary>A parameterised network that is bound to the events of a table.</summary>
    /// <param name="bound">the network with the features of the table, from
    /// <c>BoundShape.ByFold</c> for simulation or <c>BoundShape.MeanOfFolds</c> for data</param>
    let ofNetwork (bound: BoundShape) : IEventShape =
        ofTerm bound.ParameterCount bound.Events bound.Term
