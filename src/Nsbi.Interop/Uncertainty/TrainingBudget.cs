namespace Nsbi.Interop;

/// <summary>Splitting a number of trainings into networks of an ensemble and replicas of it.</summary>
/// <remarks>With A = σ_X²/N and S = σ_ε² the result has σ² = A + S/M, or A (1 + 1/M) + S/M where members are
/// bootstrapped; the nested methods cost (J + 1) M trainings with the M of the result itself, and have the
/// relative error 1/√(2(J − 1)).</remarks>
public static class TrainingBudget
{
    private static FInfer.TrainingPilot Known(TrainingPilot pilot)
    {
        ArgumentNullException.ThrowIfNull(pilot);
        return pilot.Pilot;
    }

    /// <summary>A split with what is to be expected of it.</summary>
    /// <param name="pilot">what is known of one network</param>
    /// <param name="method">how the uncertainty is found</param>
    /// <param name="replicas">J, as of <see cref="TrainingSplit.Replicas"/>; without meaning for (a)</param>
    /// <param name="members">M</param>
    /// <exception cref="ArgumentException">a pilot without variance from the data, too few replicas or
    /// members for the method</exception>
    public static TrainingSplit Split(
        TrainingPilot pilot,
        McStatMethod method,
        int replicas,
        int members
    ) => new(FInfer.TrainingBudget.split(Known(pilot), method.ToFSharp(), replicas, members));

    /// <summary>The best split of a number of trainings: the smallest σ that may be claimed at one standard
    /// error of the estimate.</summary>
    /// <param name="pilot">what is known of one network</param>
    /// <param name="trainings">6 or more</param>
    /// <param name="method">how the uncertainty is found; left out, the best of all methods</param>
    /// <exception cref="ArgumentException">a pilot without variance from the data, too few trainings
    /// </exception>
    public static TrainingSplit Best(
        TrainingPilot pilot,
        int trainings,
        McStatMethod? method = null
    ) =>
        new(
            method is { } one
                ? FInfer.TrainingBudget.bestOf(Known(pilot), trainings, one.ToFSharp())
                : FInfer.TrainingBudget.best(Known(pilot), trainings)
        );

    /// <summary>The best split by each of the methods, (a) to (e).</summary>
    /// <param name="pilot">what is known of one network</param>
    /// <param name="trainings">6 or more</param>
    /// <exception cref="ArgumentException">a pilot without variance from the data, too few trainings
    /// </exception>
    public static IReadOnlyList<TrainingSplit> Table(TrainingPilot pilot, int trainings) =>
        [
            .. FInfer
                .TrainingBudget.table(Known(pilot), trainings)
                .Select(split => new TrainingSplit(split)),
        ];
}
