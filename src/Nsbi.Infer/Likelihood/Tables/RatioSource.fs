namespace Nsbi.Infer

/// <summary>A function of an event's features whose values are log density ratios: an analytic
/// formula or a network.</summary>
type ILogRatio =
    /// <summary>log p_c(x)/p_ref(x) of each event.</summary>
    /// <param name="features">events x features; not to be changed</param>
    /// <returns>one finite number per event, or −∞ for a ratio of zero</returns>
    abstract LogRatios: features: float[][] -> float[]

/// <summary>Where the density ratios r_c(x_i) = p_c(x_i)/p_ref(x_i) of a process come from.</summary>
[<NoComparison; ReferenceEquality>]
type RatioSource =
    /// r itself, one non-negative number per event.
    | Ratios of values: float[]
    /// log r, one number per event; −∞ for a ratio of zero.
    | LogRatios of values: float[]
    /// A function of the features of the table.
    | Function of logRatio: ILogRatio

/// <summary>How to make and read ratio sources.</summary>
[<RequireQualifiedAccess>]
module RatioSource =

    /// <summary>A formula of one event's features, giving log r.</summary>
    let ofFormula (logRatio: float[] -> float) : RatioSource =
        Function
            {
                new ILogRatio with
                    member _.LogRatios features = Array.map logRatio features
            }

    /// <summary>The ratios r of a table's events.</summary>
    let ratios (features: float[][]) (source: RatioSource) : float[] =
        match source with
        | Ratios values -> values
        | LogRatios values -> Array.map exp values
        | Function f -> f.LogRatios features |> Array.map exp

    /// <summary>log r of a table's events.</summary>
    let logRatios (features: float[][]) (source: RatioSource) : float[] =
        match source with
        | Ratios values -> Array.map log values
        | LogRatios values -> values
        | Function f -> f.LogRatios features

/// <summary>The density of a process at ±1 standard deviation of a nuisance parameter, relative to
/// the same process's nominal density: r±(x_i) = p_c(x_i|±1)/p_c(x_i|0).</summary>
[<NoComparison; ReferenceEquality>]
type VariationRatios = {
    /// r₊.
    Up: RatioSource
    /// <summary>r₋; none where the model makes it from r₊.</summary>
    Down: RatioSource option
}

/// <summary>How to make the ratios of a variation.</summary>
[<RequireQualifiedAccess>]
module VariationRatios =

    /// <summary>Both sides: at −1, at +1.</summary>
    let between (low: RatioSource, high: RatioSource) : VariationRatios = {
        Up = high
        Down = Some low
    }

    /// <summary>The upper side alone, for variations that the model symmetrises.</summary>
    let up (high: RatioSource) : VariationRatios = { Up = high; Down = None }
