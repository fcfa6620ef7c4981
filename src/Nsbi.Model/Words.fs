namespace Nsbi.Model

/// <summary>A part of a process, as the words give it.</summary>
type ProcessPart =
    /// A factor of f_c(θ).
    | ScaledBy of factor: Coefficient
    /// The nominal expected events ν_c.
    | ExpectedEvents of yields: float list

/// <summary>The name of the density that the ratios of an unbinned channel are relative to.</summary>
type ReferenceDensity = ReferenceDensity of name: string

/// <summary>The words in which a model is written. They build plain data; nothing is checked until
/// <see cref="M:Nsbi.Model.ModelModule.validate" />.</summary>
/// <example><code>
/// let mu = poi "mu" |> between 0.0 8.0
/// let signal, total, background = interference mu
///
/// model "off-shell" [
///     unbinned "SR" (reference "mixture") [
///         processOf "S" [ scaledBy signal; yields 40.0 ]
///         processOf "SBI" [ scaledBy total; yields 68.3 ]
///         processOf "B" [ scaledBy background; yields 80.0 ]
///         processOf "NI" [ yields 200.0 ]
///     ]
/// ]
/// </code></example>
module Words =

    /// <summary>A parameter of interest: starts at 1, without bounds or constraint.</summary>
    let poi (name: string) : Coefficient =
        Parameter {
            Name = name
            Role = PointOfInterest
            Initial = 1.0
            Lower = -infinity
            Upper = infinity
            Constraint = Unconstrained
            Fixed = false
        }

    /// <summary>A nuisance parameter: starts at 0, without bounds, under the unit Gaussian
    /// constraint Gaussian(0, 1).</summary>
    let nuisance (name: string) : Coefficient =
        Parameter {
            Name = name
            Role = Nuisance
            Initial = 0.0
            Lower = -infinity
            Upper = infinity
            Constraint = Gaussian(0.0, 1.0)
            Fixed = false
        }

    let private declare (word: string) (change: Parameter -> Parameter) (parameter: Coefficient) =
        match parameter with
        | Parameter p -> Parameter(change p)
        | other ->
            invalidArg
                (nameof parameter)
                $"'{word}' is said of a parameter, and \"{other}\" is an expression: say it where the \
                  parameter is declared."

    /// <summary>The initial value of a parameter.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let from (initial: float) (parameter: Coefficient) : Coefficient =
        parameter |> declare "from" (fun p -> { p with Initial = initial })

    /// <summary>Both bounds of a parameter, lower first.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let between (lower: float) (upper: float) (parameter: Coefficient) : Coefficient =
        parameter
        |> declare "between" (fun p -> { p with Lower = lower; Upper = upper })

    /// <summary>The lower bound of a parameter, which it may reach.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let above (lower: float) (parameter: Coefficient) : Coefficient =
        parameter |> declare "above" (fun p -> { p with Lower = lower })

    /// <summary>The upper bound of a parameter, which it may reach.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let below (upper: float) (parameter: Coefficient) : Coefficient =
        parameter |> declare "below" (fun p -> { p with Upper = upper })

    /// <summary>The auxiliary measurement of a parameter, in place of the default one.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let constrainedBy (term: Constraint) (parameter: Coefficient) : Coefficient =
        parameter |> declare "constrainedBy" (fun p -> { p with Constraint = term })

    /// <summary>A parameter without an auxiliary measurement.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let freely (parameter: Coefficient) : Coefficient =
        parameter |> declare "freely" (fun p -> { p with Constraint = Unconstrained })

    /// <summary>A parameter that every fit holds at this value.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let fixedAt (value: float) (parameter: Coefficient) : Coefficient =
        parameter
        |> declare "fixedAt" (fun p -> { p with Initial = value; Fixed = true })

    /// <summary>A process is scaled by this coefficient; said twice, by the product.</summary>
    let scaledBy (factor: Coefficient) : ProcessPart = ScaledBy factor

    /// <summary>The nominal expected events of a process in an unbinned or counting channel.</summary>
    let yields (expected: float) : ProcessPart = ExpectedEvents [ expected ]

    /// <summary>The nominal expected events of a process in each bin.</summary>
    let binYields (expected: float list) : ProcessPart = ExpectedEvents expected

    /// <summary>A process: its yields, given once, and what scales it, if anything does.</summary>
    /// <exception cref="T:System.ArgumentException">yields are given twice</exception>
    let processOf (name: string) (parts: ProcessPart list) : Process =
        let factors, expected =
            parts
            |> List.partition (function
                | ScaledBy _ -> true
                | ExpectedEvents _ -> false)

        let scale =
            factors
            |> List.choose (function
                | ScaledBy factor -> Some factor
                | ExpectedEvents _ -> None)

        {
            Name = name
            Scale =
                if scale.IsEmpty then
                    Constant 1.0
                else
                    List.reduce (*) scale
            Yields =
                match expected with
                | [ ExpectedEvents yields ] -> yields
                | [] -> []
                | _ ->
                    invalidArg
                        (nameof parts)
                        $"The process '{name}' has yields twice: give them once."
        }

    /// <summary>The density p_ref that the ratios of an unbinned channel are relative to.</summary>
    let reference (name: string) : ReferenceDensity = ReferenceDensity name

    /// <summary>A channel measured event by event.</summary>
    let unbinned
        (name: string)
        (ReferenceDensity reference: ReferenceDensity)
        (processes: Process list)
        : Channel =
        Unbinned {
            Name = name
            Reference = reference
            Processes = processes
        }

    /// <summary>A channel of Poisson bins.</summary>
    let binned (name: string) (processes: Process list) : Channel =
        Binned { Name = name; Processes = processes }

    /// <summary>A channel that only counts its events: one Poisson bin.</summary>
    let counting (name: string) (processes: Process list) : Channel = binned name processes

    /// <summary>A model of channels.</summary>
    let model (name: string) (channels: Channel list) : Model = { Name = name; Channels = channels }

    /// <summary>The coefficients of S, SBI and B, in this order, for a signal of strength μ that
    /// interferes with the background: (μ − √μ, √μ, 1 − √μ).</summary>
    /// <remarks>All three are sampled densities, which the interference p_I itself is not.
    /// Source: ATLAS, arXiv:2412.01600.</remarks>
    let interference (mu: Coefficient) : Coefficient * Coefficient * Coefficient =
        mu - sqrt mu, sqrt mu, 1.0 - sqrt mu
