namespace Nsbi.Learn.Posterior

open System
open System.Globalization
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>Simulates the events of one set.</summary>
/// <param name="parameters">φ, in the order of the prior</param>
/// <param name="events">n, how many</param>
/// <param name="stream">where random numbers come from, this set's own</param>
/// <returns>the features, n x F, row-major</returns>
/// <remarks>Called from several threads at once: it must depend on its arguments alone.</remarks>
type DrawEvents =
    delegate of parameters: float[] * events: int * stream: byref<RandomStream> -> float[]

/// <summary>A simulator of whole data sets: φ from a prior, the number of events, the events.</summary>
/// <remarks>
/// <code>
/// let bump =
///     SetSimulator.create "bump" prior [ "x" ] (SetSize.Fixed 100) (DrawEvents(fun phi n stream ->
///         UnknownBumpToy.drawEvents &amp;stream phi[0] phi[1] n))
/// </code>
/// A set is a function of (seed, purpose, number), whichever thread simulates it.
/// </remarks>
[<Sealed>]
type SetSimulator
    internal (name: string, prior: Prior, features: string list, size: SetSize, draw: DrawEvents) =
    let columns = features.Length

    let place (phi: float[]) =
        let text (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let values = phi |> Array.map text |> String.concat ", "
        $"The simulator '{name}' at ({values})"

    let events (phi: float[]) (count: int) (stream: byref<RandomStream>) : float32[] =
        let numbers = draw.Invoke(phi, count, &stream)

        if isNull numbers || numbers.Length <> count * columns then
            let found = if isNull numbers then 0 else numbers.Length
            invalidOp $"{place phi} gave {found} numbers for {count} events of {columns} features."

        let singles = Array.map float32 numbers

        match Array.tryFindIndex (fun x -> not (Single.IsFinite x)) singles with
        | Some index -> invalidOp $"{place phi} gave {numbers[index]} as a feature."
        | None -> singles

    /// For messages.
    member _.Name: string = name
    /// Of the parameters, whose names and order are its.
    member _.Prior: Prior = prior
    /// Names of the features, F of them.
    member _.Features: string list = features
    /// How many events a set has.
    member _.Size: SetSize = size

    /// <summary>One set with parameters of the prior.</summary>
    /// <exception cref="T:System.InvalidOperationException">the function gave another number of features, a
    /// number that is not finite, or a number of events out of range</exception>
    member this.Draw(stream: byref<RandomStream>) : EventSet =
        let phi = prior.Sample &stream
        this.DrawAt(phi, &stream)

    /// <summary>One set at given parameters, with as many events as sets of them have.</summary>
    /// <exception cref="T:System.InvalidOperationException">as for Draw</exception>
    member this.DrawAt(parameters: float[], stream: byref<RandomStream>) : EventSet =
        let count = SetSize.draw size parameters &stream
        this.DrawAt(parameters, count, &stream)

    /// <summary>One set of n events at given parameters.</summary>
    /// <exception cref="T:System.InvalidOperationException">as for Draw</exception>
    member _.DrawAt(parameters: float[], count: int, stream: byref<RandomStream>) : EventSet = {
        Parameters = Array.copy parameters
        Features = events (Array.copy parameters) count &stream
        Weights = [||]
    }

    /// A line for people.
    override _.ToString() : string =
        let names = String.concat ", " features
        $"simulator '{name}' of {names} given {prior}"

/// Making simulators, and sets with them.
[<RequireQualifiedAccess>]
module SetSimulator =
    /// <summary>A simulator.</summary>
    /// <param name="name">for messages</param>
    /// <param name="prior">of the parameters</param>
    /// <param name="features">names of the features, at least one, all different</param>
    /// <param name="size">how many events a set has</param>
    /// <param name="draw">the events of one set</param>
    /// <exception cref="T:System.ArgumentException">no features, a name twice, impossible sizes</exception>
    let create
        (name: string)
        (prior: Prior)
        (features: string list)
        (size: SetSize)
        (draw: DrawEvents)
        : SetSimulator =
        if isNull (box prior) then
            nullArg (nameof prior)

        if isNull draw then
            nullArg (nameof draw)

        if features.IsEmpty || (List.distinct features).Length <> features.Length then
            invalidArg (nameof features) "Features need names, each another one."

        SetSize.check size
        SetSimulator(name, prior, features, size, draw)

    /// <summary>The same simulator with another number of events.</summary>
    let withSize (size: SetSize) (simulator: SetSimulator) : SetSimulator =
        SetSize.check size

        SetSimulator(
            simulator.Name,
            simulator.Prior,
            simulator.Features,
            size,
            DrawEvents(fun phi count stream ->
                simulator.DrawAt(phi, count, &stream).Features |> Array.map float)
        )

    /// <summary>Sets drawn from the prior, for checks: a function of (simulator, seed, number).</summary>
    /// <param name="team">the threads to simulate on</param>
    /// <param name="seed">of the random numbers; another one than that of the training</param>
    /// <param name="count">number of sets, at least 1</param>
    /// <param name="simulator">what to simulate</param>
    let sets (team: ThreadTeam) (seed: uint64) (count: int) (simulator: SetSimulator) : EventSets =
        if count < 1 then
            invalidArg (nameof count) $"{count} sets"

        let drawn = Array.zeroCreate<EventSet> count

        team.For(
            count,
            fun number _ ->
                let mutable stream = RandomStream(seed, "set for checks", uint64 number)
                drawn[number] <- simulator.Draw &stream
        )

        EventSets.own (Array.ofList simulator.Prior.Names) (Array.ofList simulator.Features) drawn
