namespace Nsbi.Infer

open System
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

// Axes: event i, sample k.

/// <summary>Varied events with what networks say of them.</summary>
[<NoComparison; ReferenceEquality>]
type VariedRatios = {
    /// The varied events that no network which evaluates them has seen.
    Events: VariedEvents
    /// What each of them did for the networks that evaluate it.
    Roles: Role[]
    /// <summary>r_k(x_i) of the nominal samples, [k][i].</summary>
    Nominal: float[][]
    /// <summary>r±(x_i) of their own side; empty where only rates vary.</summary>
    Own: float[]
}

/// <summary>A variation with its learned ratios.</summary>
[<NoComparison; ReferenceEquality>]
type LearnedVariation = {
    /// What varies.
    Plan: VariationPlan
    /// The nominal sample k.
    Sample: int
    /// True where the varied events are the nominal ones with other weights.
    Reweighted: bool
    /// The varied events.
    Varied: Sides<VariedRatios>
    /// The networks; none where only rates vary.
    Estimator: VariationEstimator option
    /// <summary>r±(x_i) of the simulated events; empty where only rates vary.</summary>
    Simulated: Sides<float[]>
    /// <summary>r±(x_i) of the observed events, likewise; empty without data.</summary>
    Observed: Sides<float[]>
} with

    /// What is known of each side; empty where only rates vary.
    member this.Records: VariationRecord list =
        this.Estimator |> Option.map _.Records |> Option.defaultValue []

    /// <summary>ν±/ν of the nominal sample, given its ν.</summary>
    member this.RateOf(nominal: float) : Sides<float> =
        this.Varied |> Sides.map (fun side -> side.Events.Yield / nominal)

/// <summary>Evaluates variation networks.</summary>
[<RequireQualifiedAccess>]
module LearnedVariation =

    let private sidesOf (like: Sides<'a>) (values: 'b[]) : Sides<'b> = {
        Up = values[0]
        Down = like.Down |> Option.map (fun _ -> values[1])
    }

    let private matrix features table =
        FittedFeatures.apply features table
        |> Result.map (fun matrix -> ReadOnlyMemory matrix.Values)

    /// The roles of events, and those events that the networks never saw.
    let internal unseen (settings: EstimatorSettings) (groups: uint64[]) : int[] * Role[] =
        let roles =
            groups
            |> Array.map (fun group ->
                DataSplit.role settings (DataSplit.fold settings.Seed settings.Folds group) group)

        let rows =
            [| 0 .. roles.Length - 1 |]
            |> Array.filter (fun i -> roles[i] = Role.Normalisation || roles[i] = Role.Check)

        rows, rows |> Array.map (fun i -> roles[i])

    let private side
        team
        (nominal: RatioEstimator)
        (own: VariationEstimator option)
        features
        place
        =
        fun (events: VariedEvents) ->
            let rows, roles = unseen nominal.Settings events.Groups
            let events = VariedEvents.take rows events.Yield events

            matrix features events.Events
            |> Result.map (fun values ->
                let groups = ReadOnlyMemory events.Groups

                {
                    Events = events
                    Roles = roles
                    Nominal = nominal.ByFold(team, values, groups)
                    Own =
                        match own with
                        | Some own -> own.ByFold(team, values, groups)[place]
                        | None -> [||]
                })

    /// <summary>The ratios of all events that matter to a variation.</summary>
    /// <param name="team">threads to share the work</param>
    /// <param name="nominal">the networks of the samples</param>
    /// <param name="features">of the networks</param>
    /// <param name="simulated">the simulated events that the networks never saw</param>
    /// <param name="observed">the observed events with their groups</param>
    /// <param name="variation">the varied events</param>
    /// <param name="estimator">the variation's own networks; none where only rates vary</param>
    let evaluate
        team
        (nominal: RatioEstimator)
        (features: FittedFeatures)
        (simulated: SimulatedEvents)
        (observed: (EventTable * uint64[]) option)
        (variation: VariationEvents)
        (estimator: VariationEstimator option)
        : Result<LearnedVariation, Fault list> =
        let none = Sides.map (fun _ -> [||]) variation.Sides

        let ratios table (groups: uint64[]) =
            match estimator with
            | None -> Ok none
            | Some estimator ->
                matrix features table
                |> Result.map (fun values ->
                    estimator.ByFold(team, values, ReadOnlyMemory groups)
                    |> sidesOf variation.Sides)

        let up = side team nominal estimator features 0 variation.Sides.Up

        let down =
            match variation.Sides.Down with
            | None -> Ok None
            | Some events -> side team nominal estimator features 1 events |> Result.map Some

        let data =
            match observed with
            | None -> Ok none
            | Some(table, groups) -> ratios table groups

        match up, down, ratios simulated.Events simulated.Groups, data with
        | Ok up, Ok down, Ok simulated, Ok observed ->
            Ok {
                Plan = variation.Plan
                Sample = variation.Sample
                Reweighted = variation.Reweighted
                Varied = { Up = up; Down = down }
                Estimator = estimator
                Simulated = simulated
                Observed = observed
            }
        | up, down, simulated, observed ->
            let faults result =
                match result with
                | Ok _ -> []
                | Error faults -> faults

            Error(faults up @ faults down @ faults simulated @ faults observed)
