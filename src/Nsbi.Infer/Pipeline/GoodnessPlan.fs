namespace Nsbi.Infer

/// <summary>What an analysis does to find whether its model describes the data in the space of all
/// features.</summary>
type GoodnessPlan = {
    /// Toys of the distribution of the statistic.
    Toys: int
    /// Features that span the space, as text; empty: those of the networks.
    Features: string list
    /// The functions, and the reference.
    Learned: LearnedGoodnessSettings
    /// <summary>The check fails where p is below.</summary>
    Limit: float
}

/// <summary>Plans of learned tests.</summary>
[<RequireQualifiedAccess>]
module GoodnessPlan =

    /// 200 toys in the space of the features of the networks; the check fails below 1 %.
    let standard: GoodnessPlan = {
        Toys = 200
        Features = []
        Learned = LearnedGoodnessSettings.standard
        Limit = 0.01
    }

    /// <summary>The least number of toys with which a p-value of 1/(n + 1) is below a limit.</summary>
    let leastToys (limit: float) : int = int (floor (1.0 / limit))
