namespace Nsbi.Learn.Networks

open System
open Nsbi.Learn

/// <summary>Events that carry a nominal weight and a weight for each variation: the same events, so that
/// a variation needs no second sample. i: event, j: feature.</summary>
type ReweightedEvents = {
    /// Name of the nominal class.
    Name: string
    /// x_ij, row-major, one row per event.
    Features: float32[]
    /// w₀ of each event. 0 is allowed: the event then counts in the varied densities only.
    Weights: float[]
    /// One group id per event.
    Groups: uint64[]
    /// Name and weights w_v of each variation, one weight per event; 0 is allowed.
    Varied: (string * float[]) list
}

/// Making training events of reweighted ones, with every fault reported.
[<RequireQualifiedAccess>]
module ReweightedEvents =
    let private classesOf (events: ReweightedEvents) : ClassEvents[] =
        (events.Name, events.Weights) :: events.Varied
        |> List.map (fun (name, weights) -> {
            Name = name
            Features = events.Features
            Weights = weights
            Groups = events.Groups
        })
        |> Array.ofList

    let private faults policy featureCount (events: ReweightedEvents) (classes: ClassEvents[]) =
        let log = FaultLog()
        let nominal = classes[0]

        if events.Varied.IsEmpty then
            Fault.create
                $"class '{events.Name}'"
                "there is no varied weight"
                "name the weights of one variation or more"
            |> log.Add

        for name, copies in classes |> Array.countBy _.Name do
            if copies > 1 then
                Fault.create
                    "classes"
                    "the name stands for more than one weight"
                    "rename one of them"
                |> Fault.withValue name
                |> log.Add

        if featureCount < 1 then
            Fault.create "features" "a network needs one feature or more" "" |> log.Add
        else
            match LabelledEvents.shapeFaults featureCount nominal with
            | [] ->
                LabelledEvents.valueFaults featureCount policy nominal |> log.AddRange

                for part in Array.tail classes do
                    if part.Weights.Length <> nominal.Weights.Length then
                        Fault.create
                            $"class '{part.Name}'"
                            "the varied and the nominal weights differ in length"
                            $"there are {nominal.Weights.Length} nominal weights"
                        |> Fault.withValue $"{part.Weights.Length} weights"
                        |> log.Add
                    else
                        // The features are those of the nominal class and were looked at there.
                        LabelledEvents.valueFaults 1 policy { part with Features = [||] }
                        |> log.AddRange
            | faults -> log.AddRange faults

        log.ToList()

    /// <summary>Training events whose classes are the nominal weights and each variation's: class 0 is
    /// the nominal one. A classifier of class v against class 0 on them learns
    /// r_v(x) = E[w_v | x]/E[w₀ | x], which is E[w_v/w₀ | x] over the nominal density, over Σw_v/Σw₀.
    /// </summary>
    /// <param name="policy">what to do with an event that has a negative weight, nominal or varied: to
    /// refuse it; to leave it out of all classes; or to take |w| of each weight</param>
    /// <param name="featureCount">F, at least 1</param>
    /// <param name="events">the events; the arrays are copied</param>
    /// <returns>every fault: no variation, repeated names, lengths that differ, no events, values that
    /// are not finite, negative weights where they are refused, no positive weight</returns>
    /// <remarks>
    /// A training sees an event once, with the label w_v/(w_v + w₀) and the weight w_v + w₀ (each side
    /// scaled to ½), never a varied copy without its nominal one: where w_v/w₀ is a function of x each
    /// event's gradient vanishes at the truth, so neither the sample nor the order of batches adds noise.
    /// Among the losses with this optimum, whose gradients are (w_v − r w₀)·h(r), h = 1/(1 + r) is the
    /// best where Var(w_v/w₀ | x) goes like r(1 + r); the maximum-likelihood-classifier loss, h = 1, and
    /// squares, h = r, are it for Var ∝ r and for a constant one. All agree to first order in r − 1; the
    /// cross-entropy alone treats up and down alike and bounds what one large weight ratio can do.
    /// An event of w₀ = 0 has the label 1.
    /// </remarks>
    let label
        (policy: NegativeWeights)
        (featureCount: int)
        (events: ReweightedEvents)
        : Result<LabelledEvents, Fault list> =
        let classes = classesOf events

        match faults policy featureCount events classes with
        | [] ->
            let kept =
                [| 0 .. events.Weights.Length - 1 |]
                |> Array.filter (fun i ->
                    policy <> NegativeWeights.Drop
                    || classes |> Array.forall (fun part -> part.Weights[i] >= 0.0))

            if
                classes
                |> Array.exists (fun part -> kept |> Array.forall (fun i -> part.Weights[i] = 0.0))
            then
                Fault.create
                    $"class '{events.Name}'"
                    "without the events that have a negative weight no positive one is left"
                    "take the absolute value instead, or give events of positive weights"
                |> List.singleton
                |> Error
            else
                let pick (values: 'T[]) = kept |> Array.map (fun i -> values[i])

                let features =
                    kept
                    |> Array.collect (fun i ->
                        Array.sub events.Features (i * featureCount) featureCount)

                let everywhere (values: 'T[]) =
                    Array.replicate classes.Length values |> Array.concat

                let negative (part: ClassEvents) =
                    part.Weights |> Array.filter (fun weight -> weight < 0.0)

                LabelledEvents(
                    classes |> Array.map _.Name,
                    featureCount,
                    everywhere features,
                    Array.init classes.Length (Array.create kept.Length) |> Array.concat,
                    classes |> Array.collect (fun part -> pick part.Weights |> Array.map abs),
                    everywhere (pick events.Groups),
                    {
                        Policy = policy
                        Counts = classes |> Array.map (fun part -> (negative part).Length)
                        Shares =
                            classes
                            |> Array.map (fun part ->
                                Array.sumBy abs (negative part) / Array.sumBy abs part.Weights)
                    },
                    Some(everywhere (Array.init kept.Length id))
                )
                |> Ok
        | faults -> Error faults
