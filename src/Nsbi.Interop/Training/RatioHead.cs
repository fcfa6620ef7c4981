namespace Nsbi.Interop;

/// <summary>How ratios r_k = p_k/p_ref are read off classifiers.</summary>
public enum RatioHead
{
    /// <summary>One network for all samples: r_k = s_k/w_k of a softmax s, so that Σ w_k r_k = 1 and
    /// r_k ≤ 1/w_k. Needs every w_k > 0.</summary>
    Softmax,

    /// <summary>One binary network per sample against the reference.</summary>
    Separate,
}
