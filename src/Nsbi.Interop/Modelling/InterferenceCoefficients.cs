namespace Nsbi.Interop;

/// <summary>The coefficients of S, SBI and B for a signal of strength μ that interferes with the
/// background: μ − √μ, √μ, 1 − √μ. All three scale densities that can be sampled, which the
/// interference itself is not.</summary>
/// <remarks>Source: ATLAS, arXiv:2412.01600.</remarks>
public sealed class InterferenceCoefficients
{
    /// <summary>The coefficients for a signal strength.</summary>
    /// <param name="mu">μ, bounded below by 0</param>
    public InterferenceCoefficients(Coefficient mu)
    {
        ArgumentNullException.ThrowIfNull(mu);
        var (signal, total, background) = FModel.Words.interference(mu.Written);
        Signal = Coefficient.Of(signal);
        Total = Coefficient.Of(total);
        Background = Coefficient.Of(background);
    }

    /// <summary>μ − √μ, of the signal sample S.</summary>
    public Coefficient Signal { get; }

    /// <summary>√μ, of the sample SBI of signal, background and interference.</summary>
    public Coefficient Total { get; }

    /// <summary>1 − √μ, of the background sample B.</summary>
    public Coefficient Background { get; }
}
