namespace Nsbi.Interop;

/// <summary>What is known of one network: where the variance of its result comes from. Immutable.
/// </summary>
public sealed class TrainingPilot
{
    /// <summary>Known variances.</summary>
    /// <param name="data">σ_X²/N, positive: what the finite training sample causes</param>
    /// <param name="training">σ_ε², 0 or above: between trainings on the same data</param>
    public TrainingPilot(double data, double training)
    {
        Pilot = new(data, training);
    }

    internal FInfer.TrainingPilot Pilot { get; }

    /// <summary>The pilot from two small ensembles: σ_ε² = SVar_seed, σ_X²/N = SVar_boot − SVar_seed.
    /// </summary>
    /// <param name="bootstraps">results of two or more networks on resamples of the data</param>
    /// <param name="seeds">results of two or more networks on the same data</param>
    /// <returns>null where the difference is not positive: more networks are needed to see it</returns>
    /// <exception cref="ArgumentException">fewer than two, or one that is not finite</exception>
    public static TrainingPilot? Of(IReadOnlyList<double> bootstraps, IReadOnlyList<double> seeds)
    {
        ArgumentNullException.ThrowIfNull(bootstraps);
        ArgumentNullException.ThrowIfNull(seeds);
        return FInfer.TrainingBudget.pilot([.. bootstraps], [.. seeds]) is { Value: var pilot }
            ? new(pilot.Data, pilot.Training)
            : null;
    }

    /// <summary>σ_X²/N, the variance that the finite training sample causes.</summary>
    public double Data => Pilot.Data;

    /// <summary>σ_ε², the variance between trainings on the same data.</summary>
    public double Training => Pilot.Training;

    /// <summary>Both variances.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"variance {TextTable.Number(Data)} from the sample, {TextTable.Number(Training)} from the "
        + "training";
}
