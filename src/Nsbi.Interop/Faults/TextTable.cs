using System.Text;

namespace Nsbi.Interop;

/// <summary>Rows as lines of padded columns, the first column to the left, the others to the right.
/// </summary>
internal static class TextTable
{
    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "∞"
        : double.IsNegativeInfinity(value) ? "−∞"
        : value.ToString("G6", CultureInfo.InvariantCulture);

    public static string Number(double? value) => value is { } number ? Number(number) : "-";

    public static string Of(string title, params IReadOnlyList<string[]> rows)
    {
        var widths = new int[rows.Max(row => row.Length)];

        foreach (var row in rows)
        {
            for (var c = 0; c < row.Length; c++)
            {
                widths[c] = Math.Max(widths[c], row[c].Length);
            }
        }

        var text = new StringBuilder(title);

        foreach (var row in rows)
        {
            var cells = row.Select(
                (cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c])
            );
            text.Append('\n').Append(string.Join("  ", cells).TrimEnd());
        }

        return text.ToString();
    }
}
