namespace Nsbi.Infer

open System

/// <summary>Pages of tests, limits and significances: self-contained HTML.</summary>
[<RequireQualifiedAccess>]
module LimitReport =
    let private text = Markup.Text
    let private number (value: float) = text (Quantity.significant 5 value)
    let private card = LimitPage.card
    let private page = LimitPage.page
    let private warnings = LimitPage.warnings
    let private reasons = LimitPage.reasons

    /// A row for each value; the last columns are the expected CLs by deviation.
    let private testTable (tests: HypothesisTest list) (parameter: string) : Markup =
        let short (value: float) = text (Quantity.significant 3 value)

        Page.table
            ([ $">{parameter}"; ">q"; ">CLs+b"; ">CLb"; ">CLs" ]
             @ [ for name in AsymptoticText.deviations -> $">{name}" ])
            [
                for test in tests ->
                    [
                        short test.Tested
                        short test.Observed.Value
                        short test.Levels.Clsb
                        short test.Levels.Clb
                        short test.Levels.Cls
                        for cls in test.Expected do
                            short cls
                    ]
            ]

    let private clsNote =
        "CLs = CLs+b/CLb by asymptotic formulae (arXiv:1007.1727). The last columns are what is \
         expected of CLs where the background fluctuates by so many standard deviations."

    /// <summary>The page of the test of one value.</summary>
    /// <param name="title">what was tested</param>
    /// <param name="made">what the result was made from: names and hashes</param>
    /// <param name="test">the test</param>
    let ofTest (title: string) (made: (string * string) list) (test: HypothesisTest) : string =
        let value = Quantity.brief 6 test.Tested

        page
            title
            [
                card
                    true
                    $"CLs of {test.Parameter} = {value}"
                    (Quantity.significant 4 test.Levels.Cls)
                    [ $"expected: {Quantity.significant 4 test.Expected[2]}" ]
                card false $"best {test.Parameter}" (Quantity.significant 4 test.Observed.BestValue) []
            ]
            [
                yield! warnings test.Warnings
                Page.section "CLs" [
                    testTable [ test ] test.Parameter
                    Page.note clsNote
                    yield! reasons (Option.toList test.Reason)
                ]
            ]
            made

    /// <summary>The page of limits, with the picture of CLs by the tested value.</summary>
    /// <param name="title">what the limits are of</param>
    /// <param name="made">what the result was made from: names and hashes</param>
    /// <param name="curve">tests of ascending values; no picture where there are fewer than two</param>
    /// <param name="limit">the limits</param>
    let ofLimit
        (title: string)
        (made: (string * string) list)
        (curve: HypothesisTest list)
        (limit: UpperLimit)
        : string =
        let value (found: LimitValue) = Option.defaultValue nan found.Value
        let level = Quantity.brief 4 (100.0 * limit.Level)

        let shown (found: LimitValue) = Quantity.significant 4 (value found)

        let rows =
            ("observed", limit.Observed)
            :: [
                for name, found in List.zip AsymptoticText.deviations limit.Expected ->
                    $"expected {name}", found
            ]

        page
            title
            [
                card true $"{limit.Parameter}, limit at {level} %%" $"< {shown limit.Observed}" [
                    $"expected: {shown limit.Expected[2]}"
                ]
                card
                    false
                    $"best {limit.Parameter}"
                    (Quantity.significant 4 limit.Best[limit.Parameter].Value)
                    []
            ]
            [
                yield! warnings limit.Warnings
                Page.section "Limits" [
                    if curve.Length > 1 then
                        LimitCharts.band curve limit
                        |> ChartSvg.render
                        |> Page.figure
                            $"CLs by the tested value of {limit.Parameter}. The limit is where a curve \
                              comes down to 1 − CL."
                    Page.table [ "limit"; $">{limit.Parameter}" ] [
                        for name, found in rows -> [ text name; number (value found) ]
                    ]
                    yield!
                        reasons [
                            for name, found in rows do
                                match found.Reason with
                                | Some reason -> $"{name}: {reason}"
                                | None -> ()
                        ]
                ]
                Page.section "CLs" [
                    if not curve.IsEmpty then
                        let every = max 1 (curve.Length / 10)

                        let shown =
                            curve |> List.indexed |> List.filter (fun (k, _) -> k % every = 0)

                        testTable (List.map snd shown) limit.Parameter
                        Page.note clsNote
                ]
            ]
            made

    /// <summary>The page of significances.</summary>
    /// <param name="title">what was tested</param>
    /// <param name="made">what the result was made from: names and hashes</param>
    /// <param name="found">the significances</param>
    let ofDiscovery
        (title: string)
        (made: (string * string) list)
        (found: DiscoverySignificance)
        : string =
        let z (one: Significance) = $"{Quantity.significant 3 one.Z} σ"

        let row name (one: Significance) = [ text name; number one.Z; number one.P ]
        let at = $"{found.Parameter} = {Quantity.brief 4 found.Signal}"

        page
            title
            [
                card true "significance" (z found.Observed) [
                    $"expected at {at}: {z found.Expected}"
                ]
                card false $"best {found.Parameter}" (Quantity.significant 4 found.Q.BestValue) []
            ]
            [
                yield! warnings found.Warnings
                Page.section "Significance" [
                    Page.table [ "data"; ">Z [σ]"; ">p" ] [
                        row "observed" found.Observed
                        row $"expected at {at}" found.Expected
                    ]
                    Page.note
                        "Z = √q0 and p = 1 − Φ(Z) by asymptotic formulae (arXiv:1007.1727): the \
                         probability that the background alone gives a larger q0."
                    yield!
                        reasons (
                            Option.toList found.Observed.Reason
                            @ Option.toList found.Expected.Reason
                        )
                ]
            ]
            made
