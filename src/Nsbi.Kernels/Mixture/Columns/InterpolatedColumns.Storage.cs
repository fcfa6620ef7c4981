namespace Nsbi.Kernels;

/// <content>Reading and writing single numbers.</content>
public sealed unsafe partial class InterpolatedColumns
{
    private double Read(int column, int position, int offset, ColumnSide side)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Events);
        byte* at = Column(position / T, _slots[column]);
        int lane = offset + (position % T);
        double stored = Precision switch
        {
            ColumnPrecision.Double => ((double*)at)[lane],
            ColumnPrecision.Single => ((float*)at)[lane],
            _ => ((short*)at)[lane],
        };
        GC.KeepAlive(this);
        return Math.FusedMultiplyAdd(stored, Step(side), Offset(side));
    }

    /// <summary>Stores one side of a column; what is left of the last tile is filled with 0.</summary>
    private void Write(int column, int offset, double[] logs, ColumnSide side)
    {
        double scale = side.Half > 0.0 ? 1.0 / side.Half : 0.0;
        for (int tile = 0; tile < Tiles; tile++)
        {
            byte* at = Column(tile, _slots[column]);
            for (int j = 0; j < T; j++)
            {
                int i = (tile * T) + j;
                bool real = i < logs.Length;
                double x = real ? logs[i] : 0.0;
                double y = real ? Normal(x, side.Middle, scale) : 0.0;
                switch (Precision)
                {
                    case ColumnPrecision.Double:
                        ((double*)at)[offset + j] = x;
                        break;
                    case ColumnPrecision.Single:
                        ((float*)at)[offset + j] = (float)y;
                        break;
                    default:
                        ((short*)at)[offset + j] = (short)Math.Round(y * Int16Steps);
                        break;
                }
            }
        }
    }

    /// <summary>Mean over the events of what rounding took from their log-ratios.</summary>
    private double Lost(int column, int offset, double[] logs, ColumnSide side)
    {
        double sum = 0.0;
        for (int i = 0; i < logs.Length; i++)
        {
            sum += logs[i] - Read(column, i, offset, side);
        }

        return logs.Length > 0 ? sum / logs.Length : 0.0;
    }

    private void Copy<E>(InterpolatedColumns target, ReadOnlySpan<int> positions)
        where E : unmanaged
    {
        int width = Count * 2 * T;
        for (int tile = 0; tile < target.Tiles; tile++)
        {
            var to = new Span<E>(target.Column(tile, 0), width);
            int count = Math.Min(T, positions.Length - (tile * T));
            if (count < T)
            {
                to.Clear();
            }

            for (int j = 0; j < count; j++)
            {
                int position = positions[(tile * T) + j];
                var from = new ReadOnlySpan<E>(Column(position / T, 0), width);
                int lane = position % T;
                for (int n = 0; n < width; n += T)
                {
                    to[n + j] = from[n + lane];
                }
            }
        }

        GC.KeepAlive(this);
        GC.KeepAlive(target);
    }
}
