using System.Text;

namespace Nsbi.Interop;

/// <summary>A model without faults: what is measured and what is assumed. It holds no data and no
/// per-event numbers. Immutable; safe to use from several threads.</summary>
public sealed partial class StatisticalModel
{
    private StatisticalModel(FModel.ValidModel valid)
    {
        Valid = valid;
        Parameters = [.. valid.Parameters.Select(p => new Parameter(p))];
        Channels = [.. valid.Model.Channels.Select(c => new ModelChannel(c))];
    }

    internal FModel.ValidModel Valid { get; }

    internal static StatisticalModel Validate(FModel.Model written) =>
        new(FModel.ModelModule.validate(written).OrThrow());

    /// <summary>The model of a JSON text.</summary>
    /// <param name="json">as <see cref="ToJson"/> writes it</param>
    /// <exception cref="NsbiException">every fault, with its JSON path or its line and
    /// column</exception>
    public static StatisticalModel Parse(string json) =>
        Validate(FModel.ModelJson.read(json).OrThrow());

    /// <summary>The model of a JSON file.</summary>
    /// <param name="path">the file</param>
    /// <exception cref="NsbiException">every fault; that the file cannot be read is one</exception>
    public static StatisticalModel Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Parse(Encoding.UTF8.GetString(Disk.Read(path)));
    }

    /// <summary>The model as JSON, from which <see cref="Parse"/> makes the same model again.
    /// </summary>
    /// <returns>the text</returns>
    public string ToJson() => FModel.ModelJson.write(Valid.Model);

    /// <summary>Free text.</summary>
    public string Name => Valid.Model.Name;

    /// <summary>Every parameter once, in the order of all results: points of interest first, then
    /// nuisance parameters, both as they first appear.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>What is measured, in order.</summary>
    public IReadOnlyList<ModelChannel> Channels { get; }

    /// <summary>The same model with a parameter held at a value in every fit.</summary>
    /// <param name="parameter">its name</param>
    /// <param name="value">the value</param>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    /// <exception cref="NsbiException">the value is outside of the bounds</exception>
    public StatisticalModel Fix(string parameter, double value) =>
        Validate(FModel.ModelModule.fix(parameter, value, Valid.Model));

    /// <summary>The same model with all constrained nuisance parameters held at their initial
    /// values: what is left is the statistical uncertainty.</summary>
    public StatisticalModel StatisticalOnly() =>
        Validate(FModel.ModelModule.statisticalOnly(Valid.Model));

    /// <summary>θ with the values given by name, the others at their initial values.</summary>
    internal double[] Point(IReadOnlyDictionary<string, double>? values)
    {
        var theta = Valid.Initial;

        foreach (var (name, value) in values ?? new Dictionary<string, double>())
        {
            theta[Valid.Index[name]] = value;
        }

        return theta;
    }

    /// <summary>Tables of the parameters and of each channel's processes.</summary>
    /// <returns>the text</returns>
    public override string ToString() => FModel.ModelModule.describe(Valid.Model);
}
