namespace Nsbi.Infer

/// <summary>A weighted mean and how far it can be trusted.</summary>
type WeightedMean = {
    /// <summary>m = Σ w_i x_i / Σ w_i.</summary>
    Value: float
    /// <summary>√(Σ w_i² (x_i − m)²) / Σ w_i; sd/√n for equal weights.</summary>
    StandardError: float
    /// <summary>(Σ w_i x_i)² / Σ (w_i x_i)²: how many equal events would weigh as much.</summary>
    EffectiveEvents: float
    /// <summary>max |w_i x_i| / |Σ w_i x_i|: what the one largest event contributes.</summary>
    LargestShare: float
    /// <summary>Shape k of the tail of |w_i x_i|, see <c>ParetoTail</c>; NaN for few events.</summary>
    TailShape: float
} with

    /// <summary>
    /// Whether the standard error means what it says: at least 100 effective events and a tail
    /// with a finite variance, k below 0.7 (Vehtari et al., arXiv:1507.02646).
    /// </summary>
    member this.ErrorIsReliable: bool =
        this.EffectiveEvents >= 100.0 && not (this.TailShape > 0.7)

/// <summary>Weighted means.</summary>
[<RequireQualifiedAccess>]
module WeightedMean =
    /// <summary>The mean with its error by linearisation of the ratio of sums.</summary>
    /// <param name="values">x_i, one per event; a NaN makes everything NaN</param>
    /// <param name="weights">w_i; must not add up to zero</param>
    let compute (values: float[]) (weights: float[]) : WeightedMean =
        WeightedQuantile.requireSameLength values weights
        let mutable total = 0.0
        let mutable sum = 0.0
        let mutable squares = 0.0
        let mutable largest = 0.0

        for i in 0 .. values.Length - 1 do
            let part = weights[i] * values[i]
            total <- total + weights[i]
            sum <- sum + part
            squares <- squares + part * part
            largest <- max largest (abs part)

        if total = 0.0 then
            invalidArg (nameof weights) "The weights add up to nothing."

        let mean = sum / total
        let mutable variance = 0.0

        for i in 0 .. values.Length - 1 do
            let deviation = weights[i] * (values[i] - mean)
            variance <- variance + deviation * deviation

        {
            Value = mean
            StandardError = sqrt variance / abs total
            EffectiveEvents = sum * sum / squares
            LargestShare = largest / abs sum
            TailShape = ParetoTail.shape (Array.map2 (fun w x -> abs (w * x)) weights values)
        }

    /// <summary>√(Σ w_i (x_i − m)² / Σ w_i), the spread of the values themselves.</summary>
    let standardDeviation (values: float[]) (weights: float[]) : float =
        WeightedQuantile.requireSameLength values weights
        let total = Array.sum weights
        let mean = (Array.fold2 (fun s w x -> s + w * x) 0.0 weights values) / total

        sqrt (
            (Array.fold2 (fun s w x -> s + w * (x - mean) * (x - mean)) 0.0 weights values)
            / total
        )
