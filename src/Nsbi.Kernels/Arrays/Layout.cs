namespace Nsbi.Kernels.Arrays;

/// <summary>The one rule by which arrays lie in memory.</summary>
public static class Layout
{
    /// <summary>Arrays of at most so many columns are stored without gaps.</summary>
    public const int Narrow = 4;

    /// <summary>Rows worked on together: they stay in cache through the whole program.</summary>
    public const int ChunkRows = 64;

    /// <summary>Elements between the rows of an array of so many columns.</summary>
    /// <remarks>Whole panels, so that every tile can be stored whole; where the rows would lie a
    /// multiple of 1 KiB apart, and so compete for the same lines of the cache, 64 bytes more.
    /// </remarks>
    public static int Stride(int columns, int panelWidth, int elementSize)
    {
        if (columns <= Narrow)
        {
            return columns;
        }

        var stride = (columns + panelWidth - 1) / panelWidth * panelWidth;
        return stride * elementSize % 1024 == 0 ? stride + (64 / elementSize) : stride;
    }

    /// <summary>Rows to set aside for so many: whole tiles of 8.</summary>
    public static int Rows(int rows) => (rows + 7) / 8 * 8;
}
