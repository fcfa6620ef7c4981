namespace Nsbi.Learn.Losses

open System
open Nsbi.Learn

/// <summary>What a network's output f is trained towards: the loss −E[y A(f) + (1 − y) B(f)] of events of
/// the class (y = 1, density p₁) and of the reference (y = 0, density p₀).</summary>
/// <remarks>
/// At its minimum π₁p₁ A′(f) + π₀p₀ B′(f) = 0, that is r = p₁/p₀ = −(π₀/π₁) B′(f)/A′(f). Trainings here
/// give both sides the weight π₁ = π₀ = ½, so r = −B′(f)/A′(f). Sources: Rizvi, Pettee, Nachman,
/// arXiv:2305.10500, and the references of the cases.
/// </remarks>
[<RequireQualifiedAccess>]
type Loss =
    /// <summary>A = ln f, B = ln(1 − f); r = f/(1 − f).</summary>
    | BinaryCrossEntropy
    /// <summary>A = −(1 − f)², B = −f²; r = f/(1 − f).</summary>
    | MeanSquaredError
    /// <summary>A = ln f, B = 1 − f; r = f. D'Agnolo, Wulzer, arXiv:1806.02350.</summary>
    | MaximumLikelihood
    /// <summary>A = −f^−½, B = −f^½; r = f.</summary>
    | SquareRoot
    /// <summary>A = f, B = −f²/2; r = f. Nachman, arXiv:1909.03081, eq. 3.11.</summary>
    | LinearQuadratic
    /// <summary>A = −(1 − f)^p, B = −f^p; r = (f/(1 − f))^(p − 1). p below 0 or above 1; 2 is the mean
    /// squared error.</summary>
    | PowerMeanSquared of power: float
    /// <summary>A = −f^(−p/2), B = −f^(p/2); r = f^p. p other than 0; 1 is the square root.</summary>
    | PowerSquareRoot of power: float

/// <summary>Where the output of a loss lies.</summary>
[<RequireQualifiedAccess>]
type OutputDomain =
    /// 0 to 1: the output is a probability, and r a function of its odds.
    | Probability
    /// Above 0: the output is r or a power of it.
    | Ratio

/// <summary>The definitions of the losses as functions of the output f, in double precision: the slow
/// twin of the programs that networks are trained with.</summary>
[<RequireQualifiedAccess>]
module Loss =
    /// Powers beyond these make gradients that no training survives.
    let private smallestPower, largestPower = 0.1, 10.0

    /// <summary>Whether outputs are probabilities or ratios.</summary>
    let domain (loss: Loss) : OutputDomain =
        match loss with
        | Loss.BinaryCrossEntropy
        | Loss.MeanSquaredError
        | Loss.PowerMeanSquared _ -> OutputDomain.Probability
        | Loss.MaximumLikelihood
        | Loss.SquareRoot
        | Loss.LinearQuadratic
        | Loss.PowerSquareRoot _ -> OutputDomain.Ratio

    /// <summary>A(f).</summary>
    /// <param name="loss">which</param>
    /// <param name="f">in (0, 1) for probabilities, above 0 for ratios</param>
    let ofClass (loss: Loss) (f: float) : float =
        match loss with
        | Loss.BinaryCrossEntropy
        | Loss.MaximumLikelihood -> log f
        | Loss.MeanSquaredError -> -((1.0 - f) ** 2.0)
        | Loss.SquareRoot -> -1.0 / sqrt f
        | Loss.LinearQuadratic -> f
        | Loss.PowerMeanSquared p -> -((1.0 - f) ** p)
        | Loss.PowerSquareRoot p -> -(f ** (-0.5 * p))

    /// <summary>B(f).</summary>
    /// <param name="loss">which</param>
    /// <param name="f">in (0, 1) for probabilities, above 0 for ratios</param>
    let ofReference (loss: Loss) (f: float) : float =
        match loss with
        | Loss.BinaryCrossEntropy -> log (1.0 - f)
        | Loss.MaximumLikelihood -> 1.0 - f
        | Loss.MeanSquaredError -> -(f * f)
        | Loss.SquareRoot -> -(sqrt f)
        | Loss.LinearQuadratic -> -0.5 * f * f
        | Loss.PowerMeanSquared p -> -(f ** p)
        | Loss.PowerSquareRoot p -> -(f ** (0.5 * p))

    /// <summary>A′(f).</summary>
    let slopeOfClass (loss: Loss) (f: float) : float =
        match loss with
        | Loss.BinaryCrossEntropy
        | Loss.MaximumLikelihood -> 1.0 / f
        | Loss.MeanSquaredError -> 2.0 * (1.0 - f)
        | Loss.SquareRoot -> 0.5 * f ** -1.5
        | Loss.LinearQuadratic -> 1.0
        | Loss.PowerMeanSquared p -> p * (1.0 - f) ** (p - 1.0)
        | Loss.PowerSquareRoot p -> 0.5 * p * f ** (-0.5 * p - 1.0)

    /// <summary>B′(f).</summary>
    let slopeOfReference (loss: Loss) (f: float) : float =
        match loss with
        | Loss.BinaryCrossEntropy -> -1.0 / (1.0 - f)
        | Loss.MaximumLikelihood -> -1.0
        | Loss.MeanSquaredError -> -2.0 * f
        | Loss.SquareRoot -> -0.5 / sqrt f
        | Loss.LinearQuadratic -> -f
        | Loss.PowerMeanSquared p -> -p * f ** (p - 1.0)
        | Loss.PowerSquareRoot p -> -0.5 * p * f ** (0.5 * p - 1.0)

    /// <summary>r(f) = −B′(f)/A′(f), in closed form.</summary>
    let ratio (loss: Loss) (f: float) : float =
        match loss with
        | Loss.BinaryCrossEntropy
        | Loss.MeanSquaredError -> f / (1.0 - f)
        | Loss.MaximumLikelihood
        | Loss.SquareRoot
        | Loss.LinearQuadratic -> f
        | Loss.PowerMeanSquared p -> (f / (1.0 - f)) ** (p - 1.0)
        | Loss.PowerSquareRoot p -> f ** p

    /// <summary>The output at which r(f) is the given ratio: the minimiser of the loss.</summary>
    /// <param name="loss">which</param>
    /// <param name="r">p₁/p₀, above 0</param>
    let output (loss: Loss) (r: float) : float =
        let probability odds = odds / (1.0 + odds)

        match loss with
        | Loss.BinaryCrossEntropy
        | Loss.MeanSquaredError -> probability r
        | Loss.MaximumLikelihood
        | Loss.SquareRoot
        | Loss.LinearQuadratic -> r
        | Loss.PowerMeanSquared p -> probability (r ** (1.0 / (p - 1.0)))
        | Loss.PowerSquareRoot p -> r ** (1.0 / p)

    /// <summary>The loss of one event, −[y A(f) + (1 − y) B(f)].</summary>
    /// <param name="loss">which</param>
    /// <param name="y">1 for the class, 0 for the reference; between them for an event of both</param>
    /// <param name="f">the output</param>
    let value (loss: Loss) (y: float) (f: float) : float =
        -(y * ofClass loss f + (1.0 - y) * ofReference loss f)

    /// ln r over ln of the odds f/(1 − f), or over ln f.
    let internal exponent (loss: Loss) : float =
        match loss with
        | Loss.PowerMeanSquared p -> p - 1.0
        | Loss.PowerSquareRoot p -> p
        | _ -> 1.0

    /// <summary>The faults of a loss's power: outside 0.1 to 10 in size, and where the stationary point is
    /// no minimum.</summary>
    /// <remarks>
    /// p-MSE: at ratio r the loss is R(f) = r(1 − f)^p + f^p, and R″ = p(p − 1)[r(1 − f)^(p−2) + f^(p−2)].
    /// For 0 &lt; p &lt; 1 it is concave: the stationary point is its maximum and every output is driven to
    /// 0 or 1; at p = 0 and p = 1 R is linear. Below 0 and above 1 it is convex, with one minimum inside.
    /// p-SQR: R = r f^(−p/2) + f^(p/2) is r/u + u in u = f^(p/2), which has its one minimum at u² = r for every
    /// p ≠ 0. In f it is not convex for |p| &lt; 2, in ln f always, so an output e^z has a convex loss.
    /// </remarks>
    let internal faults (source: string) (loss: Loss) : Fault list =
        let range (p: float) remedy =
            Fault.create source "the power of the loss is out of range" remedy
            |> Fault.withValue (p.ToString("R", Globalization.CultureInfo.InvariantCulture))
            |> List.singleton

        let isModerate (p: float) =
            abs p >= smallestPower && abs p <= largestPower

        match loss with
        | Loss.PowerMeanSquared p when not (isModerate p && (p < 0.0 || p > 1.0)) ->
            range
                p
                "from −10 to −0.1 or above 1 and up to 10: from 0 to 1 the loss is not convex and has \
                 no minimum at the ratio"
        | Loss.PowerSquareRoot p when not (isModerate p) ->
            range p "from −10 to −0.1 or from 0.1 to 10: at 0 the loss is constant"
        | _ -> []

    /// The names of losses in JSON, with power p where they have one.
    let internal words (p: float) : (string * Loss) list = [
        "bce", Loss.BinaryCrossEntropy
        "mse", Loss.MeanSquaredError
        "mlc", Loss.MaximumLikelihood
        "sqr", Loss.SquareRoot
        "linearQuadratic", Loss.LinearQuadratic
        "pMse", Loss.PowerMeanSquared p
        "pSqr", Loss.PowerSquareRoot p
    ]

    /// The power of the loss, if it has one.
    let internal power (loss: Loss) : float option =
        match loss with
        | Loss.PowerMeanSquared p
        | Loss.PowerSquareRoot p -> Some p
        | _ -> None

    /// <summary>The name of a loss in JSON: bce, mse, mlc, sqr, linearQuadratic, pMse, pSqr.</summary>
    let name (loss: Loss) : string =
        words (defaultArg (power loss) 0.0)
        |> List.find (fun (_, other) -> other = loss)
        |> fst
