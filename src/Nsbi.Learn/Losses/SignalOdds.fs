namespace Nsbi.Learn.Losses

open System

/// <summary>Ratios of a signal S to a background B and of their sum to either, for a share
/// α = S/(S + B) of the expected events: one classifier of S against B serves every α.</summary>
/// <remarks>With ρ = p_S/p_B and λ = p_{S+B}/p_B, where p_{S+B} = α p_S + (1 − α) p_B:
/// λ = αρ + 1 − α and ρ = [λ − (1 − α)]/α. Source: Nachman, arXiv:1909.03081, eq. 3.12–3.14; the last
/// line of eq. 3.14 as printed lacks the brackets.</remarks>
[<RequireQualifiedAccess>]
module SignalOdds =
    let private check (share: float) =
        if not (share >= 0.0 && share <= 1.0) then
            raise (ArgumentOutOfRangeException("share", share, "α lies in [0, 1]."))

    /// <summary>α = S/(S + B) of two expected numbers of events.</summary>
    /// <param name="signal">S, 0 or above</param>
    /// <param name="background">B, above 0</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">other numbers</exception>
    let share (signal: float) (background: float) : float =
        if not (signal >= 0.0 && Double.IsFinite signal) then
            raise (ArgumentOutOfRangeException(nameof signal, signal, "Give S ≥ 0."))

        if not (background > 0.0 && Double.IsFinite background) then
            raise (ArgumentOutOfRangeException(nameof background, background, "Give B > 0."))

        signal / (signal + background)

    /// <summary>λ = p_{S+B}/p_B = αρ + 1 − α.</summary>
    /// <param name="share">α in [0, 1]</param>
    /// <param name="rho">ρ = p_S/p_B, 0 or above</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">α outside [0, 1]</exception>
    let sumToBackground (share: float) (rho: float) : float =
        check share
        share * rho + (1.0 - share)

    /// <summary>ρ = p_S/p_B = [λ − (1 − α)]/α.</summary>
    /// <param name="share">α in (0, 1]</param>
    /// <param name="lambda">λ = p_{S+B}/p_B</param>
    /// <returns>negative where λ &lt; 1 − α, which no densities have but a learned λ may: the error of λ
    /// is magnified by 1/α, so that learning ρ is better where α is small</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">α outside (0, 1]</exception>
    let signalToBackground (share: float) (lambda: float) : float =
        check share

        if share = 0.0 then
            raise (ArgumentOutOfRangeException(nameof share, share, "Without signal λ = 1 always."))

        (lambda - (1.0 - share)) / share

    /// <summary>p_S/p_{S+B} = ρ/(αρ + 1 − α), which is 1/α at most.</summary>
    /// <param name="share">α in [0, 1]</param>
    /// <param name="rho">ρ = p_S/p_B, 0 or above</param>
    /// <exception cref="T:System.ArgumentOutOfRangeException">α outside [0, 1]</exception>
    let signalToSum (share: float) (rho: float) : float =
        check share

        if rho = infinity then
            1.0 / share
        else
            rho / (share * rho + (1.0 - share))

    /// <summary>p_S/p_B out of κ = p_S/p_{S+B}: ρ = (1 − α)κ/(1 − ακ).</summary>
    /// <param name="share">α in [0, 1]</param>
    /// <param name="kappa">κ, from 0 to 1/α</param>
    /// <returns>+∞ at 1/α; negative beyond, which no densities have</returns>
    /// <exception cref="T:System.ArgumentOutOfRangeException">α outside [0, 1]</exception>
    let ofSignalToSum (share: float) (kappa: float) : float =
        check share
        (1.0 - share) * kappa / (1.0 - share * kappa)

    /// <summary>ln λ of ln ρ, ln(α e^{ln ρ} + 1 − α), without overflow.</summary>
    /// <param name="share">α in [0, 1]</param>
    /// <param name="logRho">ln ρ of a classifier of S against B; −∞ where there is no signal</param>
    /// <remarks>The unbinned test of S + B against B has −2 ln λ summed over the events beside the
    /// Poisson term.</remarks>
    /// <exception cref="T:System.ArgumentOutOfRangeException">α outside [0, 1]</exception>
    let logSumToBackground (share: float) (logRho: float) : float =
        check share
        let x, y = log share + logRho, log (1.0 - share)

        if x = -infinity then y
        elif y = -infinity then x
        else max x y + log (1.0 + exp (-(abs (x - y))))
