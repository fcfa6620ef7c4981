namespace Nsbi.Learn.Calibration

open System

// Axes: event i, step b.

/// <summary>A function of the ratio that is constant on steps, with the value target over
/// reference.</summary>
/// <remarks>Steps begin at the ratio of an event, so the calibrated ratios stay the same under any
/// increasing map of the ratio, for new events too.</remarks>
type StepCalibration = {
    /// Steps that were asked for; 0 where the method finds their number itself.
    Wished: int
    /// <summary>Least r of the steps 1, 2, …; increasing, one less than there are steps.</summary>
    From: float[]
    /// <summary>T_b: share of the target in each step; adds up to 1.</summary>
    Target: float[]
    /// <summary>Q_b: share of the reference in each step; adds up to 1.</summary>
    Reference: float[]
    /// <summary>Standard error of ln (T_b/Q_b), given the steps.</summary>
    LogErrors: float[]
} with

    /// <summary>T_b/Q_b of each step.</summary>
    member this.Ratios: float[] =
        Array.map2 (fun (t: float) q -> t / q) this.Target this.Reference

/// <summary>Fits steps, and applies them.</summary>
[<RequireQualifiedAccess>]
module StepCalibration =

    /// <summary>Effective events of target and of reference, (Σw)²/Σw², that a step must have at
    /// least: with fewer nothing is known of the ratio, least of all where it seems to be zero or
    /// infinite.</summary>
    [<Literal>]
    let LeastEvents = 10.0

    /// Neighbouring events, from the first on, with the sums of both weights and of their squares.
    [<Struct>]
    type private Block = {
        First: int
        T: float
        Q: float
        T2: float
        Q2: float
    }

    let private join a b = {
        First = a.First
        T = a.T + b.T
        Q = a.Q + b.Q
        T2 = a.T2 + b.T2
        Q2 = a.Q2 + b.Q2
    }

    let private enough (least: float) (b: Block) =
        b.T * b.T >= least * b.T2 && b.Q * b.Q >= least * b.Q2 && b.T > 0.0 && b.Q > 0.0

    /// Events of equal ratio as one block.
    let private ties (sample: CalibrationSample) : ResizeArray<Block> =
        let t, q, r = sample.Target, sample.Reference, sample.Ratio
        let blocks = ResizeArray<Block>()

        for i in 0 .. r.Length - 1 do
            let own = {
                First = i
                T = t[i]
                Q = q[i]
                T2 = t[i] * t[i]
                Q2 = q[i] * q[i]
            }

            if i > 0 && r[i] = r[i - 1] then
                blocks[blocks.Count - 1] <- join blocks[blocks.Count - 1] own
            else
                blocks.Add own

        blocks

    /// Whether the ratio does not rise from a to b.
    let private falls a b = a.T * b.Q >= b.T * a.Q

    /// The pool of adjacent violators: joins neighbours until the ratios rise from block to block.
    let private rising (blocks: ResizeArray<Block>) : ResizeArray<Block> =
        let pooled = ResizeArray<Block>()

        for block in blocks do
            let mutable last = block

            while pooled.Count > 0 && falls pooled[pooled.Count - 1] last do
                last <- join pooled[pooled.Count - 1] last
                pooled.RemoveAt(pooled.Count - 1)

            pooled.Add last

        pooled

    /// Joins each block that has too few events with the next one, and what is left with the last.
    let private filled least (blocks: ResizeArray<Block>) : ResizeArray<Block> =
        let full = ResizeArray<Block>()
        let mutable rest = ValueNone

        for block in blocks do
            let here =
                match rest with
                | ValueSome before -> join before block
                | ValueNone -> block

            if enough least here then
                full.Add here
                rest <- ValueNone
            else
                rest <- ValueSome here

        match rest with
        | ValueSome block when full.Count > 0 ->
            full[full.Count - 1] <- join full[full.Count - 1] block
        | ValueSome block -> full.Add block
        | ValueNone -> ()

        full

    /// Joins the outer blocks inwards until both ends have enough events: the others lie between.
    let private bounded least (blocks: ResizeArray<Block>) : ResizeArray<Block> =
        let inner = ResizeArray<Block> blocks

        while inner.Count > 1 && not (enough least inner[0]) do
            inner[1] <- join inner[0] inner[1]
            inner.RemoveAt 0

        while inner.Count > 1 && not (enough least inner[inner.Count - 1]) do
            inner[inner.Count - 2] <- join inner[inner.Count - 2] inner[inner.Count - 1]
            inner.RemoveAt(inner.Count - 1)

        inner

    /// An event of step b moves ln (T_b/Q_b) by t_i/T_b − q_i/Q_b − t_i + q_i, one of another step by
    /// q_i − t_i: the sums of all weights are known.
    let private logErrors (sample: CalibrationSample) (blocks: ResizeArray<Block>) : float[] =
        let t, q = sample.Target, sample.Reference

        let all = Array.fold2 (fun sum (a: float) b -> sum + (b - a) * (b - a)) 0.0 t q

        Array.init blocks.Count (fun b ->
            let block = blocks[b]

            let last =
                if b + 1 < blocks.Count then
                    blocks[b + 1].First - 1
                else
                    t.Length - 1

            let mutable sum = all

            for i in block.First .. last do
                let out = q[i] - t[i]
                let own = t[i] / block.T - q[i] / block.Q + out
                sum <- sum + own * own - out * out

            sqrt (max 0.0 sum))

    let private ofBlocks wished (sample: CalibrationSample) (blocks: ResizeArray<Block>) =
        if blocks.Count = 1 then
            {
                Wished = wished
                From = [||]
                Target = [| 1.0 |]
                Reference = [| 1.0 |]
                LogErrors = [| 0.0 |]
            }
        else
            {
                Wished = wished
                From = Array.init (blocks.Count - 1) (fun b -> sample.Ratio[blocks[b + 1].First])
                Target = Array.init blocks.Count (fun b -> blocks[b].T)
                Reference = Array.init blocks.Count (fun b -> blocks[b].Q)
                LogErrors = logErrors sample blocks
            }

    /// <summary>Bins of equal content of ½(t + q), each with ten effective events of target and of
    /// reference at least: bins that have fewer are joined with their neighbours.</summary>
    /// <param name="bins">how many are wished, ≥ 1</param>
    /// <param name="monotone">whether neighbours are joined until the ratios rise</param>
    /// <param name="sample">the events</param>
    /// <returns>one step, r′ = 1, where the events are too few for two</returns>
    let histogram (bins: int) (monotone: bool) (sample: CalibrationSample) : StepCalibration =
        if bins < 1 then
            invalidArg (nameof bins) $"{bins} bins"

        let equal = ResizeArray<Block>()
        let mutable seen = 0.0
        let mutable place = -1

        for block in ties sample do
            let middle = seen + 0.25 * (block.T + block.Q)
            let own = min (bins - 1) (int (float bins * middle))
            seen <- seen + 0.5 * (block.T + block.Q)

            if own = place then
                equal[equal.Count - 1] <- join equal[equal.Count - 1] block
            else
                equal.Add block
                place <- own

        let full = filled LeastEvents equal
        (if monotone then rising full else full) |> ofBlocks bins sample

    /// The isotonic steps, with outer ones of that many effective events.
    let internal isotonicWith (least: float) (sample: CalibrationSample) : StepCalibration =
        ties sample |> rising |> bounded least |> ofBlocks 0 sample

    /// <summary>The isotonic regression of the posterior s = t/(t + q) on r with the weights t + q, mapped
    /// back to s/(1 − s) = T_b/Q_b. The outer steps are joined inwards until both have ten effective
    /// events of target and of reference, so r′ lies between two finite positive numbers.</summary>
    /// <param name="sample">the events</param>
    /// <returns>as many steps as the events call for; one, r′ = 1, where r says nothing</returns>
    /// <remarks>Source: pool of adjacent violators, Ayer et al., Ann. Math. Stat. 26 (1955) 641.
    /// Slow twin: tests, by the min-max formula.</remarks>
    let isotonic (sample: CalibrationSample) : StepCalibration = isotonicWith LeastEvents sample

    let private stepOf (calibration: StepCalibration) (r: float) : int =
        let found = Array.BinarySearch(calibration.From, r)
        if found >= 0 then found + 1 else ~~~found

    /// <summary>r′ of a ratio; NaN for NaN.</summary>
    let apply (calibration: StepCalibration) : float -> float =
        let values = calibration.Ratios

        fun r -> if Double.IsNaN r then nan else values[stepOf calibration r]

    /// <summary>Standard error of ln r′ at a ratio; NaN for NaN.</summary>
    let logError (calibration: StepCalibration) (r: float) : float =
        if Double.IsNaN r then
            nan
        else
            calibration.LogErrors[stepOf calibration r]
