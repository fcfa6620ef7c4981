namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels

/// Where a training takes its sets from.
type internal ISetSource =
    /// Names of the features.
    abstract Features: string list
    /// Sets of an epoch.
    abstract Sets: int
    /// Events of the largest set.
    abstract Most: int
    /// Numbers of events that occur, where they are known before any set is drawn.
    abstract Range: (float * float) option
    /// Called before the sets of an epoch are drawn.
    abstract Begin: epoch: int -> unit
    /// A set of the running epoch, counted from 0; from several threads at once.
    abstract Draw: epoch: int * position: int -> EventSet
    /// A set like those, for scales.
    abstract Sample: number: int -> EventSet
    /// The sets of the validation loss, always the same.
    abstract Validation: EventSet[]

/// Fresh draws in each epoch.
[<Sealed>]
type internal SimulatedSource(simulator: SetSimulator, seed: uint64, sets: int, validation: int) =
    let draw (purpose: string) (index: uint64) =
        let mutable stream = RandomStream(seed, purpose, index)
        simulator.Draw(&stream)

    let fixedSets =
        lazy (Array.init validation (fun number -> draw "validation set" (uint64 number)))

    interface ISetSource with
        member _.Features: string list = simulator.Features
        member _.Sets: int = sets
        member _.Most: int = SetSize.most simulator.Size

        member _.Range: (float * float) option =
            match simulator.Size with
            | SetSize.Fixed events -> Some(float events, float events)
            | SetSize.Uniform(least, most)
            | SetSize.LogUniform(least, most) -> Some(float least, float most)
            | SetSize.Drawn _ -> None

        member _.Begin(_: int) : unit = ()

        member _.Draw(epoch: int, position: int) : EventSet =
            draw "set" ((uint64 epoch <<< 32) ||| uint64 position)

        member _.Sample(number: int) : EventSet = draw "set for scales" (uint64 number)
        member _.Validation: EventSet[] = fixedSets.Value

/// The same sets in each epoch, in an order of its own; whole, or each time other events of them.
[<Sealed>]
type internal RecordedSource
    (sets: EventSets, subsets: bool, seed: uint64, training: int[], validation: int[]) =
    let features = sets.Features.Count
    let order = Array.copy training

    /// n events of a set, n uniform from 1 to all of them, or all of them.
    let draw (purpose: string) (index: uint64) (set: int) : EventSet =
        let size = sets.Size set
        let events, weights = sets.Set(set), sets.Weights(set)

        if not subsets || size = 0 then
            {
                Parameters = sets.Values(set).ToArray()
                Features = events.ToArray()
                Weights = Array.map float (weights.ToArray())
            }
        else
            let mutable stream = RandomStream(seed, purpose, index)
            let count = 1 + stream.NextInt32 size
            let chosen = Array.init size id

            for i in 0 .. count - 1 do
                let j = i + stream.NextInt32(size - i)
                let kept = chosen[i]
                chosen[i] <- chosen[j]
                chosen[j] <- kept

            let picked = Array.zeroCreate<float32>(count * features)

            for i in 0 .. count - 1 do
                events.Span
                    .Slice(chosen[i] * features, features)
                    .CopyTo(Span(picked, i * features, features))

            {
                Parameters = sets.Values(set).ToArray()
                Features = picked
                Weights =
                    if weights.Length = 0 then
                        [||]
                    else
                        Array.init count (fun i -> float weights.Span[chosen[i]])
            }

    let fixedSets =
        lazy
            (validation
             |> Array.mapi (fun number set -> draw "validation set" (uint64 number) set))

    interface ISetSource with
        member _.Features: string list = List.ofSeq sets.Features
        member _.Sets: int = training.Length

        member _.Most: int = Seq.init sets.Count sets.Size |> Seq.max

        member _.Range: (float * float) option = None

        member _.Begin(epoch: int) : unit =
            Array.blit training 0 order 0 order.Length
            let mutable stream = RandomStream(seed, "order of sets", uint64 epoch)
            stream.Shuffle(Span order)

        member _.Draw(epoch: int, position: int) : EventSet =
            draw "set" ((uint64 epoch <<< 32) ||| uint64 position) order[position]

        member _.Sample(number: int) : EventSet =
            draw "set for scales" (uint64 number) training[number % training.Length]

        member _.Validation: EventSet[] = fixedSets.Value
