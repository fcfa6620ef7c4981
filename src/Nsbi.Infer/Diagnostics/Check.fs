namespace Nsbi.Infer

/// <summary>How the value of a check is held against its limit.</summary>
[<RequireQualifiedAccess>]
type CheckRule =
    /// <summary>Passed where value ≤ limit.</summary>
    | AtMost
    /// <summary>Passed where value ≥ limit.</summary>
    | AtLeast
    /// <summary>Passed where |value − target| ≤ limit.</summary>
    | Near of target: float

/// <summary>A question to the learned ratios, with its answer.</summary>
type Check = {
    /// <summary>What is asked and of what, as in "normalisation of S".</summary>
    Name: string
    /// <summary>Whether the value keeps to its limit; false for a value that is NaN.</summary>
    Passed: bool
    /// <summary>What was found.</summary>
    Value: float
    /// <summary>Standard error of the value; NaN where it has none.</summary>
    Error: float
    /// <summary>The limit of the rule.</summary>
    Limit: float
    /// <summary>How value and limit are compared.</summary>
    Rule: CheckRule
    /// <summary>What was found, in a sentence.</summary>
    Finding: string
    /// <summary>What a failure means for the result, in a sentence.</summary>
    Meaning: string
}

/// <summary>Making checks.</summary>
[<RequireQualifiedAccess>]
module Check =
    /// <summary>A check that passes exactly where the value keeps to the limit by the rule.</summary>
    let create
        (name: string)
        (rule: CheckRule)
        (limit: float)
        (value: float)
        (error: float)
        (finding: string)
        (meaning: string)
        : Check =
        let passed =
            match rule with
            | CheckRule.AtMost -> value <= limit
            | CheckRule.AtLeast -> value >= limit
            | CheckRule.Near target -> abs (value - target) <= limit

        {
            Name = name
            Passed = passed
            Value = value
            Error = error
            Limit = limit
            Rule = rule
            Finding = finding
            Meaning = meaning
        }

    /// <summary>One check of each name, in the order in which the names come: the first that failed, or
    /// the first where all passed.</summary>
    let worstByName (checks: Check list) : Check list =
        checks
        |> List.groupBy _.Name
        |> List.map (fun (_, same) ->
            same |> List.tryFind (fun c -> not c.Passed) |> Option.defaultValue same.Head)

/// <summary>Where checks fail.</summary>
type CheckLimits = {
    /// <summary>Largest distance from the expected value, in standard errors.</summary>
    Sigmas: float
    /// <summary>Largest |E_ref[r] − 1|, however large its standard error.</summary>
    Normalisation: float
    /// <summary>Smallest p-value of a χ².</summary>
    PValue: float
    /// <summary>
    /// Relative error of r that is allowed from bin to bin on top of the statistical one: with
    /// enough events every learned ratio would be found imperfect.
    /// </summary>
    RatioTolerance: float
    /// <summary>Largest share that one event may have in a sum of ratios.</summary>
    LargestShare: float
    /// <summary>Smallest effective number of events of a reweighted sample.</summary>
    EffectiveEvents: float
    /// <summary>Smallest effective number of events that may carry the mean of a ratio of two
    /// ratios, whose standard error means nothing with fewer.</summary>
    ImpliedEvents: float
    /// <summary>Largest |Σ_c w_c r_c − 1| of an event.</summary>
    Identity: float
    /// <summary>Smallest r that counts as saturated: a score of 1 in single precision.</summary>
    LargestRatio: float
    /// <summary>Largest distance of a parameter fitted to simulated events from its true value.
    /// </summary>
    Closure: float
    /// <summary>The same in standard errors from the finite simulation.</summary>
    ClosureSigmas: float
    /// <summary>Share of the significance by which binning the score may differ from the unbinned
    /// ratios, beside one standard error from the finite simulation.</summary>
    ScoreTolerance: float
    /// <summary>Kolmogorov–Smirnov distance between training and held-out events that is allowed beyond
    /// chance.</summary>
    Overtraining: float
    /// <summary>Largest share of what was learned that may be known of the training events alone.
    /// </summary>
    LossGap: float
    /// <summary>Largest spread of the parameter between networks, in units of its expected error.
    /// </summary>
    Stability: float
}

/// <summary>Sets of limits.</summary>
[<RequireQualifiedAccess>]
module CheckLimits =
    /// <summary>3σ, 3 % in the norm, p ≥ 10⁻⁴, 2 % per bin, 2 % per event, 100 events, 50 events, 10⁻⁶, 2²⁴, 0.1, 2σ,
    /// 5 %, 0.05, 10 %, 25 %.</summary>
    let standard: CheckLimits = {
        Sigmas = 3.0
        Normalisation = 0.03
        PValue = 1e-4
        RatioTolerance = 0.02
        LargestShare = 0.02
        EffectiveEvents = 100.0
        ImpliedEvents = 50.0
        Identity = 1e-6
        LargestRatio = 16777216.0
        Closure = 0.1
        ClosureSigmas = 2.0
        ScoreTolerance = 0.05
        Overtraining = 0.05
        LossGap = 0.1
        Stability = 0.25
    }
