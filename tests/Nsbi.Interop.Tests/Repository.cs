namespace Nsbi.Interop.Tests;

/// <summary>Where the tests run.</summary>
internal static class Repository
{
    /// <summary>The top of the repository, found upwards from the test's own folder.</summary>
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? folder) =>
        folder is null ? throw new InvalidOperationException("The tests run outside of it.")
        : File.Exists(Path.Combine(folder.FullName, "Nsbi.slnx")) ? folder.FullName
        : Find(folder.Parent);
}
