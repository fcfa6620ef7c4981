namespace Nsbi.Infer

open System.Globalization

/// <summary>Whether the weighted events of an unbinned channel can stand for the density that toys
/// are drawn from.</summary>
/// <remarks>Drawing from weighted events w_i is exactly a Poisson process on Σ_i w_i δ(x − x_i): its
/// means and variances are right if all w_i ≥ 0. It differs from the density that the events were
/// made from only in that the same event comes more than once, which is negligible where
/// max w_i ≪ 1.</remarks>
type ToyChannelValidity = {
    /// The channel.
    Channel: string
    /// <summary>ν = Σ_i w_i, the expected events of a toy.</summary>
    Expected: float
    /// Rows of the table with a weight above zero.
    Rows: int
    /// <summary>max w_i: how often the heaviest event is expected in a toy.</summary>
    LargestWeight: float
    /// The row of the heaviest event; −1 without events.
    LargestRow: int
    /// <summary>n_eff = (Σ w)²/Σ w².</summary>
    EffectiveSize: float
    /// <summary>The expected share of a toy's draws that repeat an event it has already,
    /// 1 − Σ_i (1 − e^(−w_i))/ν.</summary>
    RepeatedShare: float
    /// <summary>ν(θ)/Σ_i w_i before the weights were scaled; 1 where they were given as they are.
    /// </summary>
    Rescaling: float
    /// <summary>The largest distance from 1 of the factors by which the ratios and event variations
    /// of processes with events at θ were scaled on the table.</summary>
    RatioRescaling: float
}

/// <summary>Whether toys can be trusted.</summary>
type ToyValidity = {
    /// The unbinned channels.
    Channels: ToyChannelValidity list
    /// The checks of all channels; none for a model with binned channels alone.
    Checks: Check list
} with

    /// Whether all checks are passed.
    member this.Passed: bool = this.Checks |> List.forall _.Passed

/// <summary>Measures of weighted events.</summary>
[<RequireQualifiedAccess>]
module ToyValidity =

    /// <summary>Largest weight: an event that is drawn once or more in a tenth of the toys.</summary>
    let largestWeight: float = 0.1

    /// <summary>Least n_eff/ν, at which about one draw in twenty repeats another.</summary>
    let leastSize: float = 10.0

    /// <summary>Largest share of repeated draws.</summary>
    let largestRepeats: float = 0.05

    /// <summary>Largest |factor − 1| by which ratios may have been scaled: that of the check of their
    /// normalisation.</summary>
    let largestRescaling: float = CheckLimits.standard.Normalisation

    let private number (x: float) =
        x.ToString("G4", CultureInfo.InvariantCulture)

    /// <summary>The measures of weights that are finite and 0 or above.</summary>
    /// <param name="channel">its name</param>
    /// <param name="rescaling">ν(θ)/Σ_i w_i before scaling</param>
    /// <param name="ratioRescaling">as the record has it</param>
    /// <param name="weights">one per row of the table</param>
    let ofWeights
        (channel: string)
        (rescaling: float)
        (ratioRescaling: float)
        (weights: float[])
        : ToyChannelValidity =
        let total = Array.sum weights
        let squares = weights |> Array.sumBy (fun w -> w * w)

        // 1 − e^(−w) without cancellation: w − (w − 1 + e^(−w)).
        let repeated (w: float) =
            if w < 1e-4 then
                w * w * (0.5 - w / 6.0)
            else
                w - 1.0 + exp -w

        let row =
            if total > 0.0 then
                seq { 0 .. weights.Length - 1 } |> Seq.maxBy (fun i -> weights[i])
            else
                -1

        {
            Channel = channel
            Expected = total
            Rows = weights |> Array.sumBy (fun w -> if w > 0.0 then 1 else 0)
            LargestWeight = if row >= 0 then weights[row] else 0.0
            LargestRow = row
            EffectiveSize = if total > 0.0 then total * total / squares else 0.0
            RepeatedShare =
                if total > 0.0 then
                    Array.sumBy repeated weights / total
                else
                    0.0
            Rescaling = rescaling
            RatioRescaling = ratioRescaling
        }

    /// <summary>The checks of a channel: largest weight, effective size, repeats and rescaling of
    /// ratios. A channel that expects no events has none.</summary>
    let checks (found: ToyChannelValidity) : Check list =
        let check name rule limit value finding meaning =
            Check.create $"toys of {found.Channel}: {name}" rule limit value nan finding meaning

        let remedy = "draw toys from a larger reference sample"

        if found.Expected <= 0.0 then
            []
        else
            [
                check
                    "largest weight"
                    CheckRule.AtMost
                    largestWeight
                    found.LargestWeight
                    $"The event of row {found.LargestRow} is expected {number found.LargestWeight} \
                      times in each toy."
                    $"Toys hold single simulated events over and over: {remedy}."
                check
                    "effective size"
                    CheckRule.AtLeast
                    leastSize
                    (found.EffectiveSize / found.Expected)
                    $"The {found.Rows} weighted events are worth {number found.EffectiveSize} \
                      equal ones, for toys of {number found.Expected} events."
                    $"The simulated events are hardly more than a toy's own: {remedy}."
                check
                    "repeated draws"
                    CheckRule.AtMost
                    largestRepeats
                    found.RepeatedShare
                    $"{number (100.0 * found.RepeatedShare)} of 100 events of a toy repeat another \
                      one of it."
                    $"Repeated events make peaks where the density has none: {remedy}."
                check
                    "rescaling"
                    CheckRule.AtMost
                    largestRescaling
                    found.RatioRescaling
                    $"Ratios were scaled on the table by factors up to \
                      {number found.RatioRescaling} from 1, and the weights by \
                      {number found.Rescaling}."
                    "The ratios are not normalised on this table: toys close on the fit's own \
                     ratios, and prove nothing about the events. Look at the check of \
                     normalisation."
            ]

    /// The validity of all channels.
    let ofChannels (channels: ToyChannelValidity list) : ToyValidity = {
        Channels = channels
        Checks = channels |> List.collect checks
    }
