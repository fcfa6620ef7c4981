namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn.Events

/// <summary>Events of the interference toy for an analysis that has no event files: one column,
/// <c>x</c>.</summary>
[<RequireQualifiedAccess>]
module ToyEvents =

    /// What an analysis calls the toy.
    [<Literal>]
    let name = "interference"

    let private byName =
        InterferenceToy.sampled |> List.map (fun p -> InterferenceToy.name p, p)

    /// The processes that can be simulated, by name.
    let processes: string list = List.map fst byName

    let private find (name: string) : InterferenceProcess =
        byName |> List.find (fun (known, _) -> known = name) |> snd

    let private table (x: float[]) : EventTable = EventTable.ofColumns [ "x", x ] None

    /// <summary>ν: the expected events of a process.</summary>
    let expected (name: string) : float = InterferenceToy.expected (find name)

    /// <summary>Simulated events of a process, each of weight 1.</summary>
    /// <param name="seed">of the random numbers</param>
    /// <param name="name">of the process</param>
    /// <param name="events">how many</param>
    /// <param name="shift">how far x is moved; events of another shift are other events</param>
    let simulate (seed: uint64) (name: string) (events: int) (shift: float) : EventTable =
        let own =
            if shift = 0.0 then
                0UL
            else
                BitConverter.DoubleToUInt64Bits shift

        InterferenceToy.sample (seed ^^^ own) (find name) events
        |> Array.map (fun x -> x + shift)
        |> table

    /// <summary>A pseudo-experiment at signal strength μ ≥ 0: N ~ Poisson(ν(μ)) events of density
    /// D(x; μ)/ν(μ).</summary>
    /// <remarks>Accepted from S + B + NI at their rates μ, 1, 1, of which D(x; μ) is a part: the
    /// interference is negative.</remarks>
    let pseudoData (seed: uint64) (mu: float) : EventTable =
        let mutable stream = RandomStream(seed, "pseudo-data")
        let events = int (stream.NextPoisson(InterferenceToy.rate mu))
        let parts = [ Signal, mu; Background, 1.0; NonInterfering, 1.0 ]

        let rates =
            parts |> List.map (fun (p, scale) -> p, scale * InterferenceToy.expected p)

        let total = rates |> List.sumBy snd

        let density x =
            rates |> List.sumBy (fun (p, rate) -> rate * InterferenceToy.density p x)

        // Enough candidates of each part to go on with until the last event is accepted.
        let pools =
            rates
            |> List.map (fun (p, _) ->
                InterferenceToy.sample (seed ^^^ 0x9E3779B9UL) p (20 * events + 1000))

        let used = Array.zeroCreate<int> parts.Length
        let x = Array.zeroCreate events
        let mutable n = 0

        while n < events do
            let mutable choice = stream.NextDouble() * total
            let mutable part = 0

            while part < rates.Length - 1 && choice >= snd rates[part] do
                choice <- choice - snd rates[part]
                part <- part + 1

            let candidate = pools[part][used[part]]
            used[part] <- used[part] + 1

            if
                stream.NextDouble() * density candidate < InterferenceToy.rateDensity mu candidate
            then
                x[n] <- candidate
                n <- n + 1

        table x
