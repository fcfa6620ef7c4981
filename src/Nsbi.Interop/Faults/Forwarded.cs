namespace Nsbi.Interop;

/// <summary>Hands reports on at once, on the thread that makes them, in the words of C#.</summary>
internal sealed class Forwarded<TFrom, TTo>(IProgress<TTo>? target, Func<TFrom, TTo> change)
    : IProgress<TFrom>
{
    public void Report(TFrom value) => target?.Report(change(value));
}
