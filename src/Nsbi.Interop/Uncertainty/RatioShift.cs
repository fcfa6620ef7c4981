namespace Nsbi.Interop;

/// <summary>By how much a fitted parameter moves where ratios are others, to first order. Immutable.
/// </summary>
public sealed class RatioShift
{
    internal RatioShift(FInfer.RatioShift shift)
    {
        Parameter = shift.Parameter;
        Total = shift.Total;
        Parts =
        [
            .. shift.Parts.Select(part => new RatioShiftPart(
                part.Item1.Item1,
                part.Item1.Item2,
                part.Item2
            )),
        ];
    }

    /// <summary>The parameter.</summary>
    public string Parameter { get; }

    /// <summary>Its change; the sum of the parts.</summary>
    public double Total { get; }

    /// <summary>What each changed process does.</summary>
    public IReadOnlyList<RatioShiftPart> Parts { get; }

    /// <summary>A table of the parts.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            $"{Parameter} moves by {TextTable.Number(Total)}",
            [
                ["channel, process", "shift"],
                .. Parts.Select(part =>
                    new[] { $"{part.Channel}, {part.Process}", TextTable.Number(part.Shift) }
                ),
            ]
        );
}
