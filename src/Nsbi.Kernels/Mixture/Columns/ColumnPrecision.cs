namespace Nsbi.Kernels;

/// <summary>How the two log-ratios of an interpolated column are stored.</summary>
public enum ColumnPrecision
{
    /// <summary>Double precision, 16 bytes for an event and column; evaluated exactly.</summary>
    Double,

    /// <summary>Single precision, 8 bytes; as a fraction of the column's range.</summary>
    Single,

    /// <summary>16-bit integers, 4 bytes; in steps of 1/65534 of the column's range.</summary>
    Int16,
}
