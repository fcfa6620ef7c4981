namespace Nsbi.Infer.Calibration

open System
open Nsbi.Infer

/// <summary>Calibrations as text.</summary>
[<RequireQualifiedAccess>]
module CalibrationText =
    let private invariant (text: FormattableString) = FormattableString.Invariant text

    /// <summary>Areas, distances before and after, and the verdicts.</summary>
    let ofResult (result: CalibrationResult) : string =
        let width =
            result.Quantities |> List.fold (fun width it -> max width it.Name.Length) 8

        let good = result.Checks |> List.filter _.Passed |> List.length
        let head = "quantity".PadRight width

        String.Join(
            "\n",
            [
                $"{result.Plan.Name}: {CalibrationResult.method result.Plan}"
                $"source {result.Source.Events} events, {result.Source.HeldOut} held out; target {result.Target.Events}, {result.Target.HeldOut} held out"

                match result.Positive with
                | Some it ->
                    invariant
                        $"negative weights {CalibrationResult.negative result.Plan}: {it.SignedSize:F0} effective events before, {it.PositiveSize:F0} after"
                | None -> ()

                invariant
                    $"two-sample area {result.AreaBefore.Value:F4} ± {result.AreaBefore.Error:F4} before, {result.AreaAfter.Value:F4} ± {result.AreaAfter.Error:F4} after"

                ""
                $"{head}  KS before   KS after    allowed  p after   W1 before    W1 after   by chance"

                for it in result.Quantities do
                    let b, a = it.Before, it.After

                    invariant
                        $"{it.Name.PadRight width}  {b.Kolmogorov.Distance, 9:F4}  {a.Kolmogorov.Distance, 9:F4}  {a.Limit, 9:F4}  {a.Kolmogorov.PValue, 7:G2}  {b.Wasserstein.Value, 10:G4}  {a.Wasserstein.Value, 10:G4}  {a.Noise, 10:G3}"

                ""
                $"{good} of {result.Checks.Length} checks passed"
            ]
        )
