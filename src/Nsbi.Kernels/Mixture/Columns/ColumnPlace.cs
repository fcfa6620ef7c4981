namespace Nsbi.Kernels;

/// <summary>Where an interpolated column belongs.</summary>
/// <param name="Process">the process c whose density the column's factor multiplies</param>
/// <param name="Parameter">position of its parameter in β; columns may share one</param>
public readonly record struct ColumnPlace(int Process, int Parameter);
