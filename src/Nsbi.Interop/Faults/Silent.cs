namespace Nsbi.Interop;

/// <summary>Progress that nobody asked for.</summary>
internal sealed class Silent<T> : IProgress<T>
{
    public static readonly Silent<T> Instance = new();

    public void Report(T value) { }
}
