namespace Nsbi.Learn.Losses

open System
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// <summary>Losses and log-ratios as functions of the logit z, in forms that neither overflow nor cancel
/// in float32.</summary>
/// <remarks>
/// Three departures from the definitions keep the numbers finite, each far from any ratio that events can
/// determine, and each the same in the loss and in the ratio that is read off:
/// e^z grows linearly beyond |z| = c, where c = 30 over the largest power of f in the loss; so does e^s of
/// the log-odds s in the p-MSE of negative p; and where f = z² or max(z, 0) falls below the floor at which
/// r is 1e-4 (for r rising with f; else 1e4), the term that would push f back up goes on as a straight
/// line and the other one is constant.
/// </remarks>
[<RequireQualifiedAccess>]
module LogitLoss =
    let private largestExponent = 30.0
    let private leastRatio = 1e-4
    let private steepest = 1e4

    /// The largest power of f (or of its odds) in A and B.
    let private highestPower (loss: Loss) : float =
        match loss with
        | Loss.LinearQuadratic -> 2.0
        | Loss.PowerMeanSquared p -> max 1.0 (abs p)
        | Loss.PowerSquareRoot p -> max 1.0 (0.5 * abs p)
        | _ -> 1.0

    let private cap (loss: Loss) : float = largestExponent / highestPower loss

    /// Whether the log of the output is capped.
    let private isCapped (loss: Loss) (output: OutputMap) : bool =
        match loss, output with
        | _, OutputMap.Exponential -> true
        | Loss.PowerMeanSquared p, (OutputMap.Sigmoid | OutputMap.Tanh) -> p < 0.0
        | _ -> false

    /// The least f of z² and max(z, 0).
    let private floorOf (loss: Loss) : float =
        max 1e-30 (leastRatio ** (1.0 / abs (Loss.exponent loss)))

    // In double precision, for reading ratios off.

    let private capped (c: float) (x: float) : float =
        min (max x -c) c + log (1.0 + max (x - c) 0.0) - log (1.0 + max (-x - c) 0.0)

    /// <summary>ln r of a logit of a trained network: the one place where outputs become ratios.</summary>
    /// <param name="loss">what the network was trained with</param>
    /// <param name="output">its output</param>
    /// <param name="z">the logit</param>
    /// <returns>finite for finite z; NaN for NaN. For the outputs <c>Square</c> and <c>Rectified</c> not
    /// below ln 1e-4 (for losses in which r falls with f, not above ln 1e4).</returns>
    let logRatio (loss: Loss) (output: OutputMap) (z: float) : float =
        let limited x =
            if isCapped loss output then capped (cap loss) x else x

        let logOfOutput =
            match output with
            | OutputMap.Sigmoid
            | OutputMap.Exponential -> limited z
            | OutputMap.Tanh -> limited (2.0 * z)
            | OutputMap.Arctan ->
                let tail = atan (1.0 / abs z) / Math.PI
                let odds = log (1.0 - tail) - log tail
                if z < 0.0 then -odds else odds
            | OutputMap.Square -> log (max (z * z) (floorOf loss))
            | OutputMap.Rectified -> log (max z (floorOf loss))

        Loss.exponent loss * logOfOutput

    /// <summary>The logit at which every event has r = 1.</summary>
    let internal logitOfOne (output: OutputMap) : float =
        match output with
        | OutputMap.Square
        | OutputMap.Rectified -> 1.0
        | _ -> 0.0

    // As programs.

    let private cappedNode (c: float) (x: Node) : Node =
        let over (x: Node) =
            log (1.0 + maximum (x - c) (constant 0.0))

        minimum (maximum x (constant -c)) (constant c) + over x - over -x

    /// atan t for t from 0 to 1: two halvings of the angle bring t below tan(π/16), where ten terms of
    /// the series are exact to 1e-16.
    let private arctan (t: Node) : Node =
        let halved (t: Node) = t / (1.0 + sqrt (1.0 + square t))
        let u = halved (halved t)
        let v = square u

        let series =
            [ 9..-1..0 ]
            |> List.map (fun k -> (if k % 2 = 0 then 1.0 else -1.0) / float (2 * k + 1))

        let sum =
            series.Tail
            |> List.fold (fun (sum: Node) c -> sum * v + c) (0.0 * v + series.Head)

        4.0 * (u * sum)

    /// ln f and ln(1 − f).
    let private logProbabilities loss output (z: Node) : Node * Node =
        let ofLogOdds s =
            let s = if isCapped loss output then cappedNode (cap loss) s else s
            -(softplus -s), -(softplus s)

        match output with
        | OutputMap.Tanh -> ofLogOdds (2.0 * z)
        | OutputMap.Arctan ->
            // The smaller of f and 1 − f: atan(1/|z|)/π beyond |z| = 1, else ½ − atan(|z|)/π.
            let one = constant 1.0
            let size = abs z
            let t = arctan (minimum size one / maximum size one) / Math.PI
            let tail = select (size - 1.0) t (0.5 - t)
            let least, most = log tail, log (1.0 - tail)
            select z most least, select z least most
        | _ -> ofLogOdds z

    /// −A and −B of the losses whose output is a ratio, in f and ln f.
    let private ofRatio (loss: Loss) (f: Node) (logF: Node) : Node * Node =
        match loss with
        | Loss.MaximumLikelihood -> -logF, f - 1.0
        | Loss.LinearQuadratic -> -f, 0.5 * square f
        | _ ->
            let p = Loss.exponent loss
            exp (-0.5 * p * logF), exp (0.5 * p * logF)

    /// −A and −B of outputs z² and max(z, 0).
    let private aboveFloor (loss: Loss) (output: OutputMap) (z: Node) : Node * Node =
        let least = floorOf loss

        let size, power, floor =
            match output with
            | OutputMap.Square -> abs z, 2.0, sqrt least
            | _ -> z, 1.0, least

        let g = maximum size (constant floor)
        let a, b = ofRatio loss (if power = 2.0 then square g else g) (power * log g)
        // As a rectifier, not g − |z|, whose two slopes would only cancel in part above the floor.
        let below = maximum (floor - size) (constant 0.0)

        let slope (derivative: float) =
            min steepest (derivative * power * floor ** (power - 1.0))

        if Loss.slopeOfClass loss least > 0.0 then
            a + slope (Loss.slopeOfClass loss least) * below, b
        else
            a, b + slope (Loss.slopeOfReference loss least) * below

    /// <summary>The loss of each row, −[y A(f(z)) + (1 − y) B(f(z))].</summary>
    /// <param name="loss">which</param>
    /// <param name="output">one that the loss allows</param>
    /// <param name="labels">y in [0, 1], batch x 1</param>
    /// <param name="logits">z, batch x 1</param>
    /// <returns>batch x 1</returns>
    /// <exception cref="T:System.ArgumentException">an output of the other domain</exception>
    let ofRows (loss: Loss) (output: OutputMap) (labels: Node) (logits: Node) : Node =
        let weighted (ofClass: Node, ofReference: Node) =
            labels * ofClass + (1.0 - labels) * ofReference

        let powers p (logF: Node, logRest: Node) = exp (p * logRest), exp (p * logF)

        if OutputMap.domain output <> Loss.domain loss then
            invalidArg
                (nameof output)
                $"The loss {Loss.name loss} has no output {OutputMap.name output}."

        match loss, output with
        | Loss.BinaryCrossEntropy, OutputMap.Sigmoid -> binaryCrossEntropy labels logits
        | Loss.BinaryCrossEntropy, OutputMap.Tanh -> binaryCrossEntropy labels (2.0 * logits)
        | Loss.BinaryCrossEntropy, _ ->
            let logF, logRest = logProbabilities loss output logits
            weighted (-logF, -logRest)
        | Loss.MeanSquaredError, _ -> logProbabilities loss output logits |> powers 2.0 |> weighted
        | Loss.PowerMeanSquared p, _ -> logProbabilities loss output logits |> powers p |> weighted
        | _, OutputMap.Exponential ->
            let logF = cappedNode (cap loss) logits
            ofRatio loss (exp logF) logF |> weighted
        | _ -> aboveFloor loss output logits |> weighted

    /// <summary>ln r of each row as a program, where it is a smooth function of the logit.</summary>
    /// <param name="loss">what the network was trained with</param>
    /// <param name="output">its output; not <c>Square</c> or <c>Rectified</c></param>
    /// <param name="logits">z</param>
    /// <returns>z itself for the cross-entropy with a sigmoid</returns>
    let logRatioOfRows (loss: Loss) (output: OutputMap) (logits: Node) : Node =
        let limited x =
            if isCapped loss output then cappedNode (cap loss) x else x

        let logOfOutput =
            match output with
            | OutputMap.Sigmoid
            | OutputMap.Exponential -> limited logits
            | OutputMap.Tanh -> limited (2.0 * logits)
            | OutputMap.Arctan ->
                let logF, logRest = logProbabilities loss output logits
                logF - logRest
            | OutputMap.Square
            | OutputMap.Rectified ->
                invalidArg (nameof output) "ln r is no smooth function of these outputs."

        match Loss.exponent loss with
        | 1.0 -> logOfOutput
        | exponent -> exponent * logOfOutput
