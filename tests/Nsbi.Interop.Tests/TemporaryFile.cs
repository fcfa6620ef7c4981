namespace Nsbi.Interop.Tests;

/// <summary>A file of its own that is gone at the end.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public string Path { get; } =
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"nsbi-{Guid.NewGuid()}.json");

    public byte[] Bytes => File.ReadAllBytes(Path);

    public void Dispose() => File.Delete(Path);
}
