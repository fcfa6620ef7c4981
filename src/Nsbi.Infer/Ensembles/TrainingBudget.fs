namespace Nsbi.Infer

open System
open MathNet.Numerics.Statistics

/// <summary>What a pilot tells of one network: where its variance comes from.</summary>
type TrainingPilot = {
    /// <summary>A = σ_X²/N &gt; 0, the variance of a result that the finite training sample
    /// causes.</summary>
    Data: float
    /// <summary>S = σ_ε² ≥ 0, the variance between trainings on the same data.</summary>
    Training: float
}

/// <summary>How a number of trainings can be spent.</summary>
type TrainingSplit = {
    /// How the uncertainty is found.
    Method: McStatMethod
    /// <summary>J: resamples of the data for the nested methods, networks on the same data for (b), blocks
    /// for (e), 1 for (a).</summary>
    Replicas: int
    /// <summary>M, the networks in the average that is the result.</summary>
    Members: int
    /// Trainings that are made in all.
    Trainings: int
    /// <summary>The standard deviation of the result itself, from a finite sample and M networks.</summary>
    Sigma: float
    /// <summary>(expected estimate − σ)/σ.</summary>
    Bias: float
    /// <summary>Expected standard error of the estimate over σ: the error of the error.</summary>
    RelativeError: float
} with

    /// <summary>√(bias² + relative error²).</summary>
    member this.RelativeDistance: float =
        sqrt (this.Bias * this.Bias + this.RelativeError * this.RelativeError)

    /// One line.
    override this.ToString() : string =
        FormattableString.Invariant
            $"({this.Method.Letter}) {this.Replicas} x {this.Members}: σ {this.Sigma:G4}, estimate biased by {this.Bias:P0}, its error {this.RelativeError:P0}, {this.Trainings} trainings"

/// <summary>Splitting a number of trainings into networks of an ensemble and replicas of it.</summary>
/// <remarks>Terms of order 1/N are left out. With A = σ_X²/N and S = σ_ε² the result has σ² = A + S/M, or A
/// (1 + 1/M) + S/M where members are bootstrapped; the nested methods cost (J + 1) M trainings with the M
/// of the result itself, and have the relative error 1/√(2(J − 1)).</remarks>
[<RequireQualifiedAccess>]
module TrainingBudget =

    /// <summary>The pilot from two small ensembles: S = SVar_seed, A = SVar_boot − SVar_seed.</summary>
    /// <param name="bootstraps">results of 2 or more networks on resamples of the data</param>
    /// <param name="seeds">results of 2 or more networks on the same data</param>
    /// <returns>none where the difference is not positive: more networks are needed to see it</returns>
    let pilot (bootstraps: float[]) (seeds: float[]) : TrainingPilot option =
        let boot = (McStatEstimators.ensembleVariance bootstraps).Variance.Value
        let seed = (McStatEstimators.ensembleVariance seeds).Variance.Value

        if boot > seed then
            Some { Data = boot - seed; Training = seed }
        else
            None

    let private check (pilot: TrainingPilot) (trainings: int) =
        if not (Double.IsFinite pilot.Data && pilot.Data > 0.0) then
            invalidArg (nameof pilot) $"The variance from the data is {pilot.Data}: it is positive."

        if not (Double.IsFinite pilot.Training && pilot.Training >= 0.0) then
            invalidArg
                (nameof pilot)
                $"The variance between trainings is {pilot.Training}: it is 0 or above."

        if trainings < 6 then
            invalidArg
                (nameof trainings)
                $"Of {trainings} trainings no error can be told: give 6 or more."

    /// <summary>A split with its errors.</summary>
    /// <param name="pilot">what is known of one network</param>
    /// <param name="method">how the uncertainty is found</param>
    /// <param name="replicas">J, as of <c>TrainingSplit</c>; without meaning for (a)</param>
    /// <param name="members">M</param>
    /// <exception cref="T:System.ArgumentException">a pilot without variance from the data, fewer than two
    /// replicas, or two members where the method needs their variance</exception>
    let split
        (pilot: TrainingPilot)
        (method: McStatMethod)
        (replicas: int)
        (members: int)
        : TrainingSplit =
        check pilot 6
        let a, s = pilot.Data, pilot.Training
        let m, j = float members, float replicas
        let single = a + s

        let least =
            match method with
            | McStatMethod.NestedBootstraps
            | McStatMethod.NestedSeeds -> 1
            | _ -> 2

        if members < least then
            invalidArg (nameof members) $"There are {members} members: give {least} or more."

        if replicas < 2 && method <> McStatMethod.EnsembleVariance then
            invalidArg (nameof replicas) $"There are {replicas} replicas: give 2 or more."

        let variance =
            match method with
            | McStatMethod.NestedSeeds -> a + s / m
            | _ -> a + single / m

        // Expected estimate of the variance, the variance of that estimate, trainings.
        let expected, spread, trainings =
            match method with
            | McStatMethod.EnsembleVariance -> single, 2.0 * single * single / (m - 1.0), members
            | McStatMethod.TrainingSubtracted ->
                let scale = 1.0 + 1.0 / m

                variance,
                2.0 * scale * scale * single * single / (m - 1.0) + 2.0 * s * s / (j - 1.0),
                members + replicas
            | McStatMethod.NestedBootstraps
            | McStatMethod.NestedSeeds ->
                variance, 2.0 * variance * variance / (j - 1.0), members * (replicas + 1)
            | McStatMethod.BlockJackknife ->
                let noise = single / m

                a, 2.0 * a * a / j + 4.0 * a * noise + 2.0 * j * noise * noise, members

        let sigma = sqrt variance
        let estimate = sqrt expected

        {
            Method = method
            Replicas =
                if method = McStatMethod.EnsembleVariance then
                    1
                else
                    replicas
            Members = members
            Trainings = trainings
            Sigma = sigma
            Bias = (estimate - sigma) / sigma
            RelativeError = 0.5 * sqrt spread / estimate / sigma
        }

    /// The σ that one is sure of at one standard error of the estimate.
    let private sureOf (split: TrainingSplit) : float =
        split.Sigma * (1.0 + abs split.Bias + split.RelativeError)

    /// Every split of so many trainings by a method.
    let private possible pilot trainings method : TrainingSplit list =
        match method with
        | McStatMethod.EnsembleVariance -> [ split pilot method 1 trainings ]
        | McStatMethod.TrainingSubtracted -> [
            for seeds in 2 .. trainings - 2 -> split pilot method seeds (trainings - seeds)
          ]
        | McStatMethod.NestedBootstraps
        | McStatMethod.NestedSeeds -> [
            for members in 1 .. trainings / 3 do
                split pilot method (trainings / members - 1) members
          ]
        | McStatMethod.BlockJackknife -> [
            for blocks in 2 .. max 2 (trainings / 10) -> split pilot method blocks trainings
          ]

    /// <summary>The best split of a number of trainings by one method: the smallest σ (1 + |bias| + relative
    /// error), which is what may be claimed at one standard error of the uncertainty. More networks make σ smaller, more replicas make it known better.</summary>
    /// <param name="pilot">what is known of one network</param>
    /// <param name="trainings">B, 6 or more</param>
    /// <param name="method">how the uncertainty is found</param>
    /// <exception cref="T:System.ArgumentException">a pilot without variance from the data, too few
    /// trainings</exception>
    let bestOf (pilot: TrainingPilot) (trainings: int) (method: McStatMethod) : TrainingSplit =
        check pilot trainings
        possible pilot trainings method |> List.minBy sureOf

    /// <summary>The best split by each of the methods, (a) to (e).</summary>
    /// <param name="pilot">what is known of one network</param>
    /// <param name="trainings">B, 6 or more</param>
    /// <exception cref="T:System.ArgumentException">a pilot without variance from the data, too few
    /// trainings</exception>
    let table (pilot: TrainingPilot) (trainings: int) : TrainingSplit list =
        [
            McStatMethod.EnsembleVariance
            McStatMethod.TrainingSubtracted
            McStatMethod.NestedBootstraps
            McStatMethod.NestedSeeds
            McStatMethod.BlockJackknife
        ]
        |> List.map (bestOf pilot trainings)

    /// <summary>The best of all splits.</summary>
    /// <param name="pilot">what is known of one network</param>
    /// <param name="trainings">B, 6 or more</param>
    /// <exception cref="T:System.ArgumentException">a pilot without variance from the data, too few
    /// trainings</exception>
    let best (pilot: TrainingPilot) (trainings: int) : TrainingSplit =
        table pilot trainings |> List.minBy sureOf
