namespace Nsbi.Interop;

/// <summary>How the learning rate changes in the course of a training. p is the share of the epochs
/// done, from 0 to 1. Immutable.</summary>
public sealed class LearningRateSchedule
{
    private readonly string _text;

    private LearningRateSchedule(FNetworks.Schedule schedule, string text)
    {
        Schedule = schedule;
        _text = text;
    }

    internal FNetworks.Schedule Schedule { get; }

    private static string Text(double value) => TextTable.Number(value);

    /// <summary>The same rate always.</summary>
    public static LearningRateSchedule Constant { get; } =
        new(FNetworks.Schedule.Constant, "constant");

    /// <summary>A geometric fall: the factor is finalᵖ.</summary>
    /// <param name="final">the last factor, above 0, at most 1</param>
    public static LearningRateSchedule Exponential(double final) =>
        new(FNetworks.Schedule.NewExponential(final), $"exponential to {Text(final)}");

    /// <summary>Half a cosine: the factor is final + (1 − final)(1 + cos πp)/2.</summary>
    /// <param name="final">the last factor, from 0 to 1</param>
    public static LearningRateSchedule Cosine(double final = 0.01) =>
        new(FNetworks.Schedule.NewCosine(final), $"cosine to {Text(final)}");

    /// <summary>Times a factor after every so many epochs.</summary>
    /// <param name="every">epochs, 1 or more</param>
    /// <param name="factor">above 0, at most 1</param>
    public static LearningRateSchedule Step(int every, double factor) =>
        new(
            FNetworks.Schedule.NewStep(every, factor),
            $"times {Text(factor)} every {every} epochs"
        );

    /// <summary>Times a factor whenever the validation loss has not fallen for a while.</summary>
    /// <param name="factor">above 0, at most 1</param>
    /// <param name="patience">epochs to wait, 0 or more</param>
    public static LearningRateSchedule ReduceOnPlateau(double factor, int patience) =>
        new(
            FNetworks.Schedule.NewReduceOnPlateau(factor, patience),
            $"times {Text(factor)} after {patience} epochs without progress"
        );

    /// <summary>The schedule in words.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _text;
}
