namespace Nsbi.Interop;

/// <summary>One term f_c(θ)·ν_c·p_c of a channel's mixture. Immutable.</summary>
public sealed class ModelProcess
{
    internal ModelProcess(FModel.Process process)
    {
        Name = process.Name;
        Scale = Coefficient.Of(process.Scale);
        Yields = [.. process.Yields];
        Modifiers =
        [
            .. process.Modifiers.Select(m =>
                $"{FModel.ModifierModule.kind(m)} "
                + string.Join(", ", FModel.ModifierModule.parameters(m).Select(p => p.Name))
            ),
        ];
    }

    /// <summary>Unique in its channel.</summary>
    public string Name { get; }

    /// <summary>f_c(θ).</summary>
    public Coefficient Scale { get; }

    /// <summary>Nominal expected events: one number, or one per bin of a binned channel.</summary>
    public IReadOnlyList<double> Yields { get; }

    /// <summary>What changes it with nuisance parameters: the kind, then the parameters,
    /// <c>normsys lumi</c>.</summary>
    public IReadOnlyList<string> Modifiers { get; }

    /// <summary>The term in a line: <c>S: 40 × (mu - sqrt(mu))</c>.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}: {string.Join(' ', Yields.Select(y => TextTable.Number(y)))} × ({Scale})";
}
