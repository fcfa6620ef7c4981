namespace Nsbi.Infer

open System.Globalization

/// <summary>Checks of Neyman constructions.</summary>
[<RequireQualifiedAccess>]
module internal NeymanChecks =

    /// The largest share of toys that may fail at a value.
    let private mostFailed = 0.01

    let private number (x: float) =
        x.ToString("G4", CultureInfo.InvariantCulture)

    let private failures (points: NeymanPoint list) : Check =
        let share (point: NeymanPoint) =
            float point.Belt.Failed / float (max 1 point.Tests.Length)

        let worst = points |> List.maxBy share
        let total = points |> List.sumBy _.Belt.Failed

        Check.create
            "failed toys"
            CheckRule.AtMost
            mostFailed
            (share worst)
            nan
            $"{total} toys failed in all; most of them at {number worst.Value}: \
              {worst.Belt.Failed} of {worst.Tests.Length}."
            "Quantiles are without failed toys: were they those with the largest t, the true \
             quantiles are larger."

    /// A set that is cut off by the grid although the parameter goes on.
    let private edges (lower: float) (upper: float) (accepted: AcceptedSet list) : Check list = [
        for set in accepted do
            let cut = [
                for i in set.Intervals do
                    if i.Lower.AtEdge && i.Lower.Value > lower then
                        i.Lower.Value

                    if i.Upper.AtEdge && i.Upper.Value < upper then
                        i.Upper.Value
            ]

            let finding =
                match cut with
                | [] -> "The accepted set ends inside of the grid or at the parameter's bounds."
                | values ->
                    let text = values |> List.map number |> String.concat " and "
                    $"The accepted set goes on beyond the grid at {text}."

            Check.create
                $"accepted set of {number set.Level} inside of the grid"
                CheckRule.AtMost
                0.0
                (float cut.Length)
                nan
                finding
                "The interval is not complete: give a wider grid."
    ]

    let all lower upper (points: NeymanPoint list) (accepted: AcceptedSet list) : Check list =
        failures points :: Check.worstByName (points |> List.collect _.Validity.Checks)
        @ edges lower upper accepted
