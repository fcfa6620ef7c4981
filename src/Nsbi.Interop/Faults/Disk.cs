namespace Nsbi.Interop;

/// <summary>Files whose faults have sentences.</summary>
internal static class Disk
{
    private static bool IsFault(Exception error) =>
        error is IOException or UnauthorizedAccessException;

    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (IsFault(error))
        {
            throw new NsbiException([$"{path}: the file cannot be read; {error.Message}"]);
        }
    }

    /// <summary>Writes under a temporary name first: the file is there whole or not at all.</summary>
    public static void Write(string path, byte[] bytes)
    {
        var temporary = path + ".part";

        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, true);
        }
        catch (Exception error) when (IsFault(error))
        {
            throw new NsbiException([$"{path}: the file cannot be written; {error.Message}"]);
        }
    }
}
