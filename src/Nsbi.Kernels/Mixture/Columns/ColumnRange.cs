namespace Nsbi.Kernels;

/// <summary>The least and the greatest log-ratios of a column over its events.</summary>
/// <param name="UpLow">least log r₊; 0 if there are no events</param>
/// <param name="UpHigh">greatest log r₊</param>
/// <param name="DownLow">least log r₋</param>
/// <param name="DownHigh">greatest log r₋</param>
public readonly record struct ColumnRange(
    double UpLow,
    double UpHigh,
    double DownLow,
    double DownHigh
);
