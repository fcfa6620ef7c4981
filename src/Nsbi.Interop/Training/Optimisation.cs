namespace Nsbi.Interop;

/// <summary>The rule by which weights are updated.</summary>
public enum Optimisation
{
    /// <summary>Adam, with decoupled weight decay where one is given (AdamW).</summary>
    Adam,

    /// <summary>Adam with Nesterov's look-ahead, with decoupled weight decay where one is
    /// given.</summary>
    NAdam,
}
