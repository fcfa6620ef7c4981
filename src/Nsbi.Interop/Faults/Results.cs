using Nsbi.Kernels;

namespace Nsbi.Interop;

/// <summary>From the words of F# to those of C#, and back.</summary>
internal static class Results
{
    public static T OrThrow<T>(this FSharpResult<T, FSharpList<FModel.ModelError>> result) =>
        result.IsOk ? result.ResultValue : throw Exception(result.ErrorValue);

    public static T OrThrow<T>(this FSharpResult<T, FSharpList<FLearn.Fault>> result) =>
        result.IsOk
            ? result.ResultValue
            : throw new NsbiException([.. FLearn.FaultModule.sentences(result.ErrorValue)]);

    public static T OrThrow<T>(this FSharpResult<T, FLearn.Fault> result) =>
        result.IsOk ? result.ResultValue : throw new NsbiException([result.ErrorValue.ToString()]);

    private static NsbiException Exception(IEnumerable<FModel.ModelError> errors) =>
        new([.. errors.Select(error => error.ToString())]);

    public static double? ToNullable(this FSharpOption<double>? option) => option?.Value;

    public static FSharpOption<T> ToOption<T>(this T? value)
        where T : class => value is null ? FSharpOption<T>.None : FSharpOption<T>.Some(value);

    public static FSharpOption<T> ToOption<T>(this T? value)
        where T : struct => value is { } some ? FSharpOption<T>.Some(some) : FSharpOption<T>.None;

    public static FSharpList<T> ToFSharp<T>(this IEnumerable<T> items) => ListModule.OfSeq(items);

    public static FSharpMap<TKey, TValue> ToFSharpMap<TKey, TValue>(
        this IEnumerable<KeyValuePair<TKey, TValue>> pairs
    )
        where TKey : notnull =>
        MapModule.OfSeq(pairs.Select(pair => Tuple.Create(pair.Key, pair.Value)));

    /// <summary>Pairs of numbers in ascending order of the first.</summary>
    public static FSharpList<Tuple<double, double>> Ascending(
        this IReadOnlyDictionary<double, double> pairs
    ) =>
        pairs
            .OrderBy(pair => pair.Key)
            .Select(pair => Tuple.Create(pair.Key, pair.Value))
            .ToFSharp();

    /// <summary>Runs work with a team of threads; no team for one thread.</summary>
    public static T WithTeam<T>(int threads, Func<FSharpOption<ThreadTeam>, T> work)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);

        if (threads == 1)
        {
            return work(FSharpOption<ThreadTeam>.None);
        }

        using var team = new ThreadTeam(threads);
        return work(FSharpOption<ThreadTeam>.Some(team));
    }
}
