namespace Nsbi.Infer

/// <summary>Functions f of a reproducing kernel: smooth, a minimum that is unique, exact by Newton's
/// method.</summary>
/// <remarks>f is a Gaussian process a priori, of variance <c>Prior</c>² and covariance Σ_k
/// exp(−|x − y|²/2ℓ_k²)/K in standardised features, plus a constant of the same variance; it is held in
/// the span of the kernel at a few reference events, and its prior is the ridge that is added to the
/// loss. Sources: Letizia et al., arXiv:2204.02317 (kernels); the greedy choice of events is the
/// pivoted Cholesky decomposition, Fine and Scheinberg, JMLR 2 (2001) 243.</remarks>
type KernelFamily = {
    /// Most kernel functions.
    Functions: int
    /// <summary>ℓ_k/√d, in standard deviations of the d features.</summary>
    Widths: float list
    /// The standard deviation of f a priori.
    Prior: float
}

/// <summary>Networks as published: one hidden layer or more of sigmoid units, the weights clipped and
/// the biases free.</summary>
/// <remarks>Source: D'Agnolo and Wulzer, arXiv:1806.02350. The minimum is looked for by Newton's
/// method with exact second derivatives between the bounds, from several starts, instead of 10⁵ steps of
/// a gradient descent.</remarks>
type ClippedFamily = {
    /// Units of the hidden layers.
    Hidden: int list
    /// Largest |weight|.
    Clip: float
    /// Starts, of which the lowest end counts.
    Starts: int
    /// Steps of each search at most.
    Steps: int
}

/// <summary>The functions f that the data are free to choose from.</summary>
[<RequireQualifiedAccess>]
type GoodnessFamily =
    /// Convex: the default.
    | Kernels of KernelFamily
    /// As published.
    | Network of ClippedFamily

/// <summary>How the goodness of fit is learned.</summary>
type LearnedGoodnessSettings = {
    /// The functions.
    Family: GoodnessFamily
    /// Most reference events of a channel; of more, so many are drawn once.
    Reference: int
    /// <summary>Whether the reference of each toy fluctuates as a sample of its size does; false where
    /// it is exact.</summary>
    Fluctuating: bool
}

/// <summary>Settings of learned tests.</summary>
[<RequireQualifiedAccess>]
module LearnedGoodnessSettings =

    /// <summary>100 functions, widths of 2 and ½ standard deviations, an f of 1 a priori.</summary>
    let kernels: KernelFamily = {
        Functions = 100
        Widths = [ 2.0; 0.5 ]
        Prior = 1.0
    }

    /// <summary>1-4-1, weights of 9 at most, two starts of 60 steps.</summary>
    let network: ClippedFamily = {
        Hidden = [ 4 ]
        Clip = 9.0
        Starts = 2
        Steps = 60
    }

    /// <summary>Kernels, 20 000 reference events, which fluctuate.</summary>
    let standard: LearnedGoodnessSettings = {
        Family = GoodnessFamily.Kernels kernels
        Reference = 20000
        Fluctuating = true
    }

    /// <summary>Refuses settings that are none.</summary>
    /// <exception cref="T:System.ArgumentException">a number out of its range</exception>
    let check (settings: LearnedGoodnessSettings) : unit =
        let require holds text =
            if not holds then
                invalidArg (nameof settings) text

        let isPositive (x: float) = System.Double.IsFinite x && x > 0.0
        require (settings.Reference >= 100) "A reference has 100 events or more."

        match settings.Family with
        | GoodnessFamily.Kernels k ->
            require (k.Functions >= 1) "Ask for one kernel function or more."
            require (not k.Widths.IsEmpty) "Give one width or more."
            require (List.forall isPositive k.Widths) "Widths are numbers above 0."
            require (isPositive k.Prior) "The prior standard deviation is a number above 0."
        | GoodnessFamily.Network n ->
            require (not n.Hidden.IsEmpty) "Give one hidden layer or more."
            require (List.forall (fun u -> u >= 1) n.Hidden) "A layer has one unit or more."
            require (isPositive n.Clip) "The clip of the weights is a number above 0."
            require (n.Starts >= 1 && n.Steps >= 1) "Give one start and one step or more."
