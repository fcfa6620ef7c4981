module ProgressViewTests

open System
open NUnit.Framework
open Nsbi.Cli

/// The lines shown for steps that come at given seconds.
let lines (steps: (float * Progress) list) : string list =
    let shown = ResizeArray<string>()
    let clock = ref 0.0
    let seconds () = TimeSpan.FromSeconds clock.Value

    let progress =
        ProgressView.plain (TimeSpan.FromSeconds 1.0) (TimeSpan.FromSeconds 10.0) seconds shown.Add

    for at, step in steps do
        clock.Value <- at
        progress.Report step

    List.ofSeq shown

let step name fraction note =
    Progress.Step {
        Name = name
        Fraction = fraction
        Note = note
    }

[<Test>]
let ``plain progress has a line every ten seconds and one at the end`` () =
    let shown =
        lines [
            0.0, step "network" 0.0 ""
            2.0, step "network" 0.25 "loss 0.6"
            5.0, step "network" 0.3 "loss 0.55"
            12.5, step "network" 0.5 "loss 0.5"
            13.0, step "network" 1.0 "loss 0.4"
            30.0, step "network" 1.0 "loss 0.4"
        ]

    Assert.That(
        (shown = [
            "network: 25 %  loss 0.6"
            "network: 50 %  loss 0.5"
            "network: done  loss 0.4"
        ]),
        $"%A{shown}"
    )

[<Test>]
let ``a part that ends at once has no line`` () =
    Assert.That(lines [ 0.0, step "a" 0.0 ""; 0.5, step "a" 1.0 "" ], Is.Empty)

[<Test>]
let ``each part has its own lines`` () =
    let shown =
        lines [
            0.0, step "a" 0.0 ""
            1.0, step "b" 0.0 ""
            1.5, step "a" 0.5 ""
            1.6, step "b" 0.5 ""
        ]

    Assert.That((shown = [ "a: 50 %" ]))

[<Test>]
let ``a stage is a line at once`` () =
    let shown = lines [ 0.0, Progress.Stage "reading events"; 0.1, step "a" 0.0 "" ]
    Assert.That((shown = [ "reading events" ]))
