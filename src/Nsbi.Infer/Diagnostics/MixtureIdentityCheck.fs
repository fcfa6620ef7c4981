namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>Whether the ratios to a mixture reference add up to the reference.</summary>
[<RequireQualifiedAccess>]
module MixtureIdentityCheck =
    /// <summary>
    /// max_i |Σ_c w_c r_c(x_i) − 1|, which is zero for every event where p_ref = Σ_c w_c p_c. A
    /// softmax head keeps it by construction, separate networks do not.
    /// </summary>
    /// <param name="limits">where the checks fail</param>
    /// <param name="shares">w_c, the share of each component in the reference; they add up to one</param>
    /// <param name="ratios">r_c(x_i): one array of events per component</param>
    let run (limits: CheckLimits) (shares: float[]) (ratios: float[][]) : Check =
        if isNull shares then
            nullArg (nameof shares)

        if isNull ratios then
            nullArg (nameof ratios)

        if shares.Length <> ratios.Length || shares.Length = 0 then
            invalidArg (nameof ratios) "Each component of the mixture needs its ratios."

        if ratios |> Array.exists (fun r -> r.Length <> ratios[0].Length) then
            invalidArg (nameof ratios) "All components need ratios of the same events."

        if not (abs (Array.sum shares - 1.0) <= 1e-9) then
            invalidArg (nameof shares) "The shares of the mixture do not add up to one."

        let mutable largest = 0.0
        let mutable squares = 0.0

        for i in 0 .. ratios[0].Length - 1 do
            let mutable sum = 0.0

            for c in 0 .. shares.Length - 1 do
                sum <- sum + shares[c] * ratios[c][i]

            let violation = abs (sum - 1.0)
            // Math.Max hands on NaN, so an event that is no number fails the check.
            largest <- Math.Max(largest, violation)
            squares <- squares + violation * violation

        let brief (v: float) =
            v.ToString("0.0e0", CultureInfo.InvariantCulture)

        let rms = sqrt (squares / float (max 1 ratios[0].Length))

        Check.create
            "mixture identity"
            CheckRule.AtMost
            limits.Identity
            largest
            nan
            ($"Σ w r differs from one by up to {brief largest} (root mean square {brief rms}).")
            ("The ratios then belong to different references, and the likelihood depends on "
             + "which one is meant.")
