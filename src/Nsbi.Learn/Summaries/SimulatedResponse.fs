namespace Nsbi.Learn.Summaries

open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// <summary>What a differentiable simulator makes of random numbers and parameters.</summary>
type SimulatedEvent = {
    /// x(z, θ), batch x F.
    Features: Node
    /// The rate, batch x 1 or 1 x 1: its mean over the events of a sample is the sample's expected events.
    Rate: Node
}

/// <summary>A sample as a differentiable simulator: events as a function of the parameters at fixed random
/// numbers.</summary>
type SampleSimulator = {
    /// Name of the sample.
    Name: string
    /// Z, random numbers per event.
    LatentCount: int
    /// z of each event, n x Z, row-major.
    Latents: float[]
    /// One group id per event.
    Groups: uint64[]
    /// z (batch x Z) and θ (1 x P) to events, in the words of the differentiable backend.
    Simulate: Node -> Node -> SimulatedEvent
}

/// <summary>Events and their responses from differentiable simulators, in double precision: the tangents
/// ∂x/∂θ_j and ∂w/∂θ_j are Jacobian-vector products of the simulator's graph.</summary>
[<RequireQualifiedAccess>]
module SimulatedResponse =
    let private derive (team: ThreadTeam) (point: float list) (simulator: SampleSimulator) =
        let count = point.Length
        let rows = simulator.Groups.Length
        let z = input "z" simulator.LatentCount
        let theta = parameter "theta" 1 count
        let event = simulator.Simulate z theta
        let rate = broadcastTo (Shape.batch 1) event.Rate

        let along j node =
            jvp node [
                theta, constantRow [ for k in 0 .. count - 1 -> if k = j then 1.0 else 0.0 ]
            ]

        let outputs =
            event.Features
            :: rate
            :: [
                for j in 0 .. count - 1 do
                    along j event.Features
                    along j rate
            ]

        use plan = Plan.Compile(team, Precision.Double, min (max rows 1) 4096, outputs)
        plan.SetParameters(Map.ofList [ "theta", array2D [ point ] ])

        Table.OfDoubles([ "z", simulator.LatentCount ], simulator.Latents)
        |> plan.RunAll
        |> Array.ofList

    let private single (values: float[,]) : float32[] =
        Seq.cast<float> values |> Seq.map float32 |> Array.ofSeq

    let private weights (values: float[,]) : float[] =
        let n = float (Array2D.length1 values)
        Seq.cast<float> values |> Seq.map (fun rate -> rate / n) |> Array.ofSeq

    /// <summary>Simulates all samples at the nominal point.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="parameters">name, nominal value and width of the constraint (None: free) of each θ_j, in
    /// the order in which the simulators expect them</param>
    /// <param name="simulators">the samples, all with the same number of features</param>
    /// <returns>events with a response to every parameter, or every fault</returns>
    /// <exception cref="T:System.ArgumentException">no simulator, random numbers that are not whole rows, or
    /// features of other shapes</exception>
    let create
        (team: ThreadTeam)
        (parameters: (string * float * float option) list)
        (simulators: SampleSimulator list)
        : Result<ResponseEvents, Fault list> =
        if simulators.IsEmpty then
            invalidArg (nameof simulators) "There is no simulator."

        for simulator in simulators do
            if simulator.Latents.Length <> simulator.LatentCount * simulator.Groups.Length then
                invalidArg
                    (nameof simulators)
                    $"'{simulator.Name}' has {simulator.Latents.Length} random numbers for {simulator.Groups.Length} events of {simulator.LatentCount}."

        let point = parameters |> List.map (fun (_, value, _) -> value)
        let derived = simulators |> List.map (fun s -> s, derive team point s)
        let features = derived.Head |> snd |> Array.head |> Array2D.length2

        let samples =
            derived
            |> List.map (fun (simulator, values) -> {
                ClassEvents.Name = simulator.Name
                Features = single values[0]
                Weights = weights values[1]
                Groups = simulator.Groups
            })

        let responses =
            parameters
            |> List.mapi (fun j (name, _, width) ->
                let all pick =
                    derived |> List.map (snd >> pick) |> Array.concat

                let tangents = all (fun values -> single values[2 + 2 * j])
                let moves = tangents |> Array.exists (fun t -> t <> 0.0f)

                {
                    Name = name
                    Width = width
                    WeightSlopes = all (fun values -> weights values[3 + 2 * j])
                    Displacement =
                        if moves then
                            Displacement.Along tangents
                        else
                            Displacement.Nowhere
                })

        ResponseEvents.create features samples responses
