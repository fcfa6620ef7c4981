namespace Nsbi.Infer

open System
open MathNet.Numerics.Statistics
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks

// Axes: replica j of J, member m of M.

/// <summary>What the spread of a result over an ensemble tells of its uncertainty.</summary>
[<NoComparison>]
type EnsembleSummary = {
    /// <summary>The uncertainty of the result by networks such as the members: from the finite simulation
    /// and the training, where the plan has bootstraps; with bootstraps within bootstraps, that of the
    /// average of the M members. NaN with fewer than two results.</summary>
    Sigma: Measured
    /// What it was found by, in a sentence.
    Method: string
    /// True where the finite simulation is in it.
    HasSimulation: bool
    /// <summary>√ of the mean variance among members on the same data: the noise of one training; none
    /// where no two networks share their data.</summary>
    Training: Measured option
    /// The mean of all members, with the error of its being a mean of so many.
    Mean: Measured
    /// The estimators that the plan allows, for the averages of M members.
    Estimates: McStatEstimate list
    /// <summary>The double bootstrap, for comparison: no uncertainty of anything but the training; none
    /// with fewer than four bootstrapped networks.</summary>
    DoubleBootstrap: Measured option
    /// How the double bootstrap falls with the number of networks, where it can be told.
    Scaling: EnsembleScaling option
    /// How the nested bootstrap does, where it can be told.
    NestedScaling: EnsembleScaling option
    /// Results of estimators and averages that are missing: fits that failed.
    Failed: int
} with

    /// The self-check of both, by name.
    member this.SelfChecks: Check list = [
        for name, scaling in
            [
                "the double bootstrap", this.Scaling
                "the nested bootstrap", this.NestedScaling
            ] do
            match scaling with
            | Some scaling -> EnsembleSelfCheck.run name scaling
            | None -> ()
    ]

/// <summary>Summaries of carried results.</summary>
[<RequireQualifiedAccess>]
module EnsembleSummary =

    /// Averages drawn with replacement by the double bootstrap.
    [<Literal>]
    let private Resamples = 1000

    /// Without what is not finite: replicas as a whole where the data have several, else members.
    let private finite (values: EnsembleValues<float>) : EnsembleValues<float> * int =
        let isFinite (x: float) = Double.IsFinite x

        let failed =
            Seq.append (Seq.concat values.Members) values.Averages
            |> Seq.filter (isFinite >> not)
            |> Seq.length

        if failed = 0 then
            values, 0
        elif values.Plan.IsNested then
            let kept =
                [| 0 .. values.Averages.Length - 1 |]
                |> Array.filter (fun j ->
                    isFinite values.Averages[j] && Array.forall isFinite values.Members[j])

            {
                values with
                    Members = kept |> Array.map (fun j -> values.Members[j])
                    Averages = kept |> Array.map (fun j -> values.Averages[j])
            },
            failed
        else
            {
                values with
                    Members = values.Members |> Array.map (Array.filter isFinite)
            },
            failed

    /// The mean of variances of n values each, as one variance of so many degrees of freedom.
    let private pooled (degrees: int) (parts: float[][]) : Measured =
        let variance = parts |> Array.averageBy (fun part -> ArrayStatistics.Variance part)

        {
            Value = variance
            Error = variance * sqrt (2.0 / float degrees)
        }

    let private estimate method trainings variance : McStatEstimate = {
        Method = method
        Variance = variance
        Trainings = trainings
    }

    /// The variance of one member over replicas, for each m; members of a replica share their data, so
    /// that the degrees of freedom are those of one.
    let private acrossReplicas (values: EnsembleValues<float>) =
        let replicas = values.Members.Length

        values.Members
        |> Array.transpose
        |> pooled (replicas - 1)
        |> estimate McStatMethod.EnsembleVariance (replicas * values.Plan.Members)

    /// The variance of trainings on the same data.
    let private training (values: EnsembleValues<float>) : Measured option =
        match EnsembleValues.seeds values |> Array.filter (fun part -> part.Length > 1) with
        | [||] -> None
        | parts -> Some(pooled (parts |> Array.sumBy (fun part -> part.Length - 1)) parts)

    let private rootOf (variance: Measured) : Measured =
        let sigma = sqrt variance.Value

        {
            Value = sigma
            Error = if sigma > 0.0 then 0.5 * variance.Error / sigma else 0.0
        }

    let private estimates (values: EnsembleValues<float>) (noise: Measured option) = [
        let boots = EnsembleValues.bootstraps values
        let averages = EnsembleValues.nested values
        let members = values.Plan.Members

        if boots.Length > 1 then
            let single = McStatEstimators.ensembleVariance boots
            single

            match noise with
            | None -> ()
            | Some noise ->
                let scale = 1.0 + 1.0 / float boots.Length
                let first = scale * single.Variance.Error

                estimate McStatMethod.TrainingSubtracted values.Plan.Count {
                    Value = scale * single.Variance.Value - noise.Value
                    Error = sqrt (first * first + noise.Error * noise.Error)
                }

        if averages.Length > 1 then
            match values.Plan.Inner with
            | Inner.Bootstraps -> McStatEstimators.nestedBootstraps members averages
            | Inner.Seeds -> McStatEstimators.nestedSeeds members averages
    ]

    /// Bootstrapped networks of one data set, as the double bootstrap takes them.
    let private bootstrapped (values: EnsembleValues<float>) : float[] =
        match values.Plan with
        | EnsemblePlan.Nested(_, _, Inner.Bootstraps) ->
            Array.tryHead values.Members |> Option.defaultValue [||]
        | _ -> EnsembleValues.bootstraps values

    let private unknown: Measured = { Value = nan; Error = nan }

    let private sigmaOf (values: EnsembleValues<float>) (noise: Measured option) =
        let replicas = values.Members.Length

        match values.Plan with
        | EnsemblePlan.Nested(_, members, Inner.Seeds) when replicas > 1 ->
            let among =
                if members > 1 then
                    $", the mean over {members} members"
                else
                    ""

            (acrossReplicas values).Sigma,
            $"the spread over {replicas} bootstraps of the simulated events{among}",
            true
        | EnsemblePlan.Nested(_, members, Inner.Bootstraps) when replicas > 1 ->
            (McStatEstimators.nestedBootstraps members values.Averages).Sigma,
            $"the spread over {replicas} bootstraps of the simulated events of averages of {members} members, bootstrapped again",
            true
        | EnsemblePlan.Bootstraps _ when replicas = 1 && values.Members[0].Length > 1 ->
            (McStatEstimators.ensembleVariance values.Members[0]).Sigma,
            $"the spread of {values.Members[0].Length} networks, each on a bootstrap of the simulated events",
            true
        | EnsemblePlan.Seeds _ when noise.IsSome ->
            rootOf noise.Value,
            $"the spread of {values.Members[0].Length} networks on the same events: the noise of training alone, without the finite simulation",
            false
        | plan -> unknown, "too few fits succeeded", plan.Inner = Inner.Bootstraps || plan.IsNested

    /// <summary>Reads the uncertainty of a result off an ensemble.</summary>
    /// <param name="seed">of the double bootstrap's draws</param>
    /// <param name="values">the result of each estimator and average; NaN where it failed</param>
    let make (seed: uint64) (values: EnsembleValues<float>) : EnsembleSummary =
        let values, failed = finite values
        let noise = training values
        let sigma, method, hasSimulation = sigmaOf values noise
        let all = Array.concat values.Members
        let boots = bootstrapped values

        {
            Sigma = sigma
            Method = method
            HasSimulation = hasSimulation
            Training = noise |> Option.map rootOf
            Mean = {
                Value = if all.Length = 0 then nan else Array.average all
                Error =
                    // Members of one replica are not independent.
                    match values.Members with
                    | [| one |] when one.Length > 1 ->
                        ArrayStatistics.StandardDeviation one / sqrt (float one.Length)
                    | replicas when replicas.Length > 1 ->
                        let means = replicas |> Array.map Array.average
                        ArrayStatistics.StandardDeviation means / sqrt (float means.Length)
                    | _ -> nan
            }
            Estimates = estimates values noise
            DoubleBootstrap =
                if boots.Length >= 4 then
                    Some(McStatEstimators.doubleBootstrap Resamples seed boots)
                else
                    None
            Scaling =
                if boots.Length >= 4 && ArrayStatistics.Variance boots > 0.0 then
                    Some(EnsembleSelfCheck.scalingOfDoubleBootstrap boots)
                else
                    None
            NestedScaling =
                if
                    values.Plan.IsNested
                    && values.Members.Length >= 3
                    && values.Plan.Members > 1
                    && sigma.Value > 0.0
                then
                    Some(EnsembleSelfCheck.scalingOfNested values.Members)
                else
                    None
            Failed = failed
        }
