namespace Nsbi.Model

/// <summary>A part of a process, as the words give it.</summary>
[<NoComparison; NoEquality>]
type ProcessPart =
    /// A factor of f_c(θ).
    | ScaledBy of factor: Coefficient
    /// The nominal expected events ν_c.
    | ExpectedEvents of yields: float list
    /// A modifier, given the yields of its process.
    | ModifiedBy of modifier: (float list -> Modifier)
    /// Where the yield of a process with event variations comes from.
    | RateOf of rate: EventRate

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

    let private modifiedBy (modifier: Modifier) : ProcessPart = ModifiedBy(fun _ -> modifier)

    let private parameterOf (word: string) (parameter: Coefficient) : Parameter =
        match parameter with
        | Parameter p -> p
        | other ->
            invalidArg
                (nameof parameter)
                $"'{word}' is of a parameter, and \"{other}\" is an expression."

    /// <summary>The yield is multiplied by a parameter; HistFactory's normfactor.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let normFactor (parameter: Coefficient) : ProcessPart =
        parameter |> parameterOf "normFactor" |> NormFactor |> modifiedBy

    /// <summary>The yield changes with α by a factor that is 1 at 0, low at −1 and high at +1.
    /// </summary>
    /// <param name="code">how it goes between them</param>
    /// <param name="alpha">the nuisance parameter</param>
    /// <param name="low">factor at −1</param>
    /// <param name="high">factor at +1</param>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let normSysBy
        (code: Interpolation)
        (alpha: Coefficient)
        (low: float, high: float)
        : ProcessPart =
        NormSys(parameterOf "normSys" alpha, code, low, high) |> modifiedBy

    /// <summary>The same with code 4, HistFactory's choice for rates.</summary>
    /// <example><c>normSys lumi (0.983, 1.017)</c></example>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let normSys (alpha: Coefficient) (low: float, high: float) : ProcessPart =
        normSysBy PolynomialExponential alpha (low, high)

    /// <summary>The bins change with α between whole histograms at −1 and +1.</summary>
    /// <param name="code">how they go between them</param>
    /// <param name="alpha">the nuisance parameter</param>
    /// <param name="low">expected events of each bin at −1</param>
    /// <param name="high">expected events of each bin at +1</param>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let histoSysBy
        (code: Interpolation)
        (alpha: Coefficient)
        (low: float list, high: float list)
        : ProcessPart =
        HistoSys(parameterOf "histoSys" alpha, code, low, high) |> modifiedBy

    /// <summary>The same with code 4p, HistFactory's choice for histograms.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let histoSys (alpha: Coefficient) (low: float list, high: float list) : ProcessPart =
        histoSysBy PolynomialLinear alpha (low, high)

    /// <summary>The bins at +1, those at −1 following from them; code 4p.</summary>
    /// <param name="symmetrisation">how the other side follows</param>
    /// <param name="alpha">the nuisance parameter</param>
    /// <param name="high">expected events of each bin at +1</param>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let histoSysUp
        (symmetrisation: Symmetrisation)
        (alpha: Coefficient)
        (high: float list)
        : ProcessPart =
        let parameter = parameterOf "histoSysUp" alpha

        ModifiedBy(fun yields ->
            let low =
                if yields.Length = high.Length then
                    List.map2 (Symmetrisation.low symmetrisation) yields high
                else
                    high

            HistoSys(parameter, PolynomialLinear, low, high))

    /// <summary>The rate at +1, the one at −1 following from it; code 4.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let normSysUp
        (symmetrisation: Symmetrisation)
        (alpha: Coefficient)
        (high: float)
        : ProcessPart =
        normSys alpha (Symmetrisation.low symmetrisation 1.0 high, high)

    /// <summary>The absolute statistical uncertainty of the simulation in each bin. All processes
    /// of the channel with the same name share the factors <c>name[0]</c>, <c>name[1]</c>, …, under
    /// Gaussian constraints that <c>binned</c> works out from all of them.</summary>
    let statError (name: string) (uncertainties: float list) : ProcessPart =
        StatError(
            BinUncertainty.statError name (List.map (fun _ -> 1.0) uncertainties),
            uncertainties
        )
        |> modifiedBy

    /// <summary>Uncorrelated absolute uncertainties of the bins of this process, under Poisson
    /// constraints with τ = (ν/δ)².</summary>
    let shapeSys (name: string) (uncertainties: float list) : ProcessPart =
        ModifiedBy(fun yields ->
            let gammas =
                if yields.Length = uncertainties.Length then
                    BinUncertainty.shapeSys name yields uncertainties
                else
                    []

            ShapeSys(gammas, uncertainties))

    /// <summary>A free factor for each bin of this process.</summary>
    let shapeFactor (name: string) : ProcessPart =
        ModifiedBy(fun yields -> ShapeFactor(BinUncertainty.free name yields.Length))

    let private variation word code symmetrisation alpha =
        let parameter = parameterOf word alpha

        EventSys {
            Variation = parameter.Name
            Parameter = parameter
            Code = code
            Symmetrisation = symmetrisation
        }
        |> modifiedBy

    /// <summary>The density changes with α event by event, between the ratios r± that the tables
    /// hold under the parameter's name.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let eventSysBy (code: Interpolation) (alpha: Coefficient) : ProcessPart =
        variation "eventSysBy" code None alpha

    /// <summary>The same with code 4.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let eventSys (alpha: Coefficient) : ProcessPart =
        variation "eventSys" PolynomialExponential None alpha

    /// <summary>The same with code 4 where only r₊ is given and r₋ follows from it.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let eventSysUp (symmetrisation: Symmetrisation) (alpha: Coefficient) : ProcessPart =
        variation "eventSysUp" PolynomialExponential (Some symmetrisation) alpha

    /// <summary>The density is multiplied by a function of the event and of several parameters, a
    /// parameterised network or a formula, that the tables give under this name.</summary>
    /// <exception cref="T:System.ArgumentException">said of an expression</exception>
    let eventShape (name: string) (parameters: Coefficient list) : ProcessPart =
        EventShape(name, parameters |> List.map (parameterOf "eventShape"))
        |> modifiedBy

    /// <summary>Where the yield of a process with event variations comes from; renormalised by
    /// default.</summary>
    let eventRate (rate: EventRate) : ProcessPart = RateOf rate

    /// <summary>A process: its yields, given once, and what scales and modifies it.</summary>
    /// <exception cref="T:System.ArgumentException">yields or event rate are given twice</exception>
    let processOf (name: string) (parts: ProcessPart list) : Process =
        let scale =
            parts
            |> List.choose (function
                | ScaledBy factor -> Some factor
                | _ -> None)

        let once (what: string) (standard: 'a) (given: 'a list) : 'a =
            match given with
            | [] -> standard
            | [ value ] -> value
            | _ -> invalidArg (nameof parts) $"The process '{name}' has {what} twice: give it once."

        let yields =
            parts
            |> List.choose (function
                | ExpectedEvents yields -> Some yields
                | _ -> None)
            |> once "yields" []

        {
            Name = name
            Scale =
                if scale.IsEmpty then
                    Constant 1.0
                else
                    List.reduce (*) scale
            Yields = yields
            Modifiers =
                parts
                |> List.choose (function
                    | ModifiedBy modifier -> Some(modifier yields)
                    | _ -> None)
            EventRate =
                parts
                |> List.choose (function
                    | RateOf rate -> Some rate
                    | _ -> None)
                |> once "an event rate" Renormalised
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
        Binned {
            Name = name
            Processes = BinUncertainty.complete processes
        }

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
