namespace Nsbi.Infer

/// <summary>Results of tests by toys as tables for people.</summary>
[<RequireQualifiedAccess>]
module ToyTestText =
    let private number = AsymptoticText.number

    let private row (name: string) (value: float) (error: float) =
        AsymptoticText.row name (number value) + $"  ± {number error}"

    let private estimated name (it: Estimated) = row name it.Value it.Error

    let private failed (checks: Check list) : string list =
        checks
        |> List.filter (fun check -> not check.Passed)
        |> List.map (fun check -> $"failed check: {check.Finding} {check.Meaning}")

    let private lines (all: string list) : string = String.concat "\n" all

    /// <summary>Z of a p-value by toys: not known where all toys reach the value, which is no excess.
    /// </summary>
    let internal significance (p: ToyPValue) (z: Estimated) : Estimated =
        if p.Above.Count = p.Above.Trials then
            { Value = nan; Error = nan }
        else
            z

    /// <summary>A test of one value.</summary>
    let ofTest (test: ToyClsTest) : string =
        let q = test.Observed
        let cls = test.Cls

        [
            yield
                $"{q.Parameter} = {number q.Tested} by {q.Statistic.Name}, {test.Signal.Length} and \
                  {test.Background.Length} toys; best fit {number q.BestValue}"
            yield AsymptoticText.row $"{q.Statistic.Name} observed" (number q.Value)
            yield row "CLs+b" cls.Clsb.Value cls.Clsb.Error
            yield row "CLb" cls.Clb.Value cls.Clb.Error
            yield estimated "CLs observed" cls.Cls

            for name, expected in List.zip AsymptoticText.deviations cls.Expected do
                yield estimated $"CLs expected {name}" expected

            yield! failed test.Checks
        ]
        |> lines

    /// <summary>Upper limits.</summary>
    let ofLimit (limit: ToyUpperLimit) : string =
        [
            yield
                $"upper limits of {limit.Parameter} at {number (100.0 * limit.Level)} %% by CLs of toys \
                  at {limit.Points.Length} values"
            yield estimated "observed" limit.Observed

            for name, expected in List.zip AsymptoticText.deviations limit.Expected do
                yield estimated $"expected {name}" expected

            yield! failed limit.Checks
        ]
        |> lines

    /// <summary>A significance.</summary>
    /// <param name="signal">the value that the expectation is for</param>
    /// <param name="found">the significance</param>
    let ofDiscovery (signal: float) (found: ToyDiscovery) : string =
        let q = found.Observed

        let line name (p: ToyPValue) z =
            estimated name (significance p z) + $"  p = {number p.Value} ± {number p.Error}"

        [
            yield
                $"significance of {q.Parameter} over 0 by q0, {found.Background.Length} toys; best fit \
                  {number q.BestValue}, q0 = {number q.Value}"
            yield line "Z observed" found.P found.Z
            yield line $"Z expected at {number signal}" found.ExpectedP found.ExpectedZ

            if found.IsBound then
                yield "no toy of the background reaches the data: Z is a lower bound; use more toys"

            yield! failed found.Checks
        ]
        |> lines
