namespace Nsbi.Infer

/// <summary>Pages of tests, limits and significances by toys: self-contained HTML.</summary>
[<RequireQualifiedAccess>]
module ToyTestReport =
    let private text = Markup.Text

    let private withError (value: float) (error: float) : string =
        $"{Quantity.significant 4 value} ± {Quantity.significant 2 error}"

    let private table (heading: string) (rows: (string * float * float) list) : Markup =
        Page.table [ ""; $">{heading}"; ">Monte Carlo error" ] [
            for name, value, error in rows ->
                [
                    text name
                    text (Quantity.significant 4 value)
                    text (Quantity.significant 2 error)
                ]
        ]

    let private expected (of': 'a -> float * float) (values: 'a list) = [
        for name, it in List.zip AsymptoticText.deviations values ->
            let value, error = of' it
            $"expected {name}", value, error
    ]

    let private estimated (it: Estimated) = it.Value, it.Error

    /// <summary>The page of the test of one value.</summary>
    let ofTest (title: string) (made: (string * string) list) (test: ToyClsTest) : string =
        let cls = test.Cls
        let value = Quantity.brief 6 cls.Tested

        LimitPage.page
            title
            [
                LimitPage.card
                    true
                    $"CLs of {test.Observed.Parameter} = {value}"
                    (withError cls.Cls.Value cls.Cls.Error)
                    []
                LimitPage.card false "toys" $"{test.Signal.Length} + {test.Background.Length}" [
                    "of the tested value and of the background"
                ]
            ]
            [
                Page.section "CLs" [
                    table
                        "CLs"
                        (("CLs+b", cls.Clsb.Value, cls.Clsb.Error)
                         :: ("CLb", cls.Clb.Value, cls.Clb.Error)
                         :: ("CLs observed", cls.Cls.Value, cls.Cls.Error)
                         :: expected estimated cls.Expected)
                ]
                LimitPage.checks test.Checks
            ]
            made

    /// <summary>The page of limits, with the picture of CLs by the tested value.</summary>
    let ofLimit (title: string) (made: (string * string) list) (limit: ToyUpperLimit) : string =
        let level = Quantity.brief 4 (100.0 * limit.Level)
        let found (it: Estimated) = it.Value, it.Error

        LimitPage.page
            title
            [
                LimitPage.card
                    true
                    $"{limit.Parameter}, limit at {level} %%"
                    $"< {Quantity.significant 4 limit.Observed.Value}"
                    [ $"expected: {Quantity.significant 4 limit.Expected[2].Value}" ]
            ]
            [
                Page.section "Limits" [
                    if limit.Points.Length > 1 then
                        LimitCharts.bandOfToys limit
                        |> ChartSvg.render
                        |> Page.figure
                            $"CLs by the tested value of {limit.Parameter}, from toys at \
                              {limit.Points.Length} values."
                    table
                        limit.Parameter
                        (("observed", limit.Observed.Value, limit.Observed.Error)
                         :: expected found limit.Expected)
                ]
                LimitPage.checks limit.Checks
            ]
            made

    /// <summary>The page of significances.</summary>
    let ofDiscovery
        (title: string)
        (made: (string * string) list)
        (signal: float)
        (found: ToyDiscovery)
        : string =
        let at = $"{found.Observed.Parameter} = {Quantity.brief 4 signal}"
        let z = ToyTestText.significance found.P found.Z
        let expectedZ = ToyTestText.significance found.ExpectedP found.ExpectedZ

        LimitPage.page
            title
            [
                LimitPage.card true "significance" (withError z.Value z.Error + " σ") [
                    $"expected at {at}: {withError expectedZ.Value expectedZ.Error} σ"
                ]
            ]
            [
                if found.IsBound then
                    yield!
                        LimitPage.warnings [
                            "No toy of the background reaches the data: the significance is a lower \
                             bound; use more toys."
                        ]
                Page.section "Significance" [
                    table "Z [σ]" [
                        "observed", z.Value, z.Error
                        $"expected at {at}", expectedZ.Value, expectedZ.Error
                    ]
                    table "p" [
                        "observed", found.P.Value, found.P.Error
                        $"expected at {at}", found.ExpectedP.Value, found.ExpectedP.Error
                    ]
                ]
                LimitPage.checks found.Checks
            ]
            made
