module ProgressViewTests

open System
open NUnit.Framework
open Nsbi.Cli

/// The lines shown for steps that come at given seconds.
let lines (steps: (float * Step) list) : string list =
    let shown = ResizeArray<string>()
    let clock = ref 0.0
    let seconds () = TimeSpan.FromSeconds clock.Value
    let progress = ProgressView.plain (TimeSpan.FromSeconds 10.0) seconds shown.Add

    for at, step in steps do
        clock.Value <- at
        progress.Report step

    List.ofSeq shown

let step name fraction note = {
    Name = name
    Fraction = fraction
    Note = note
}

[<Test>]
let ``plain progress shows beginning and end and every ten seconds between`` () =
    let shown =
        lines [
            0.0, step "network" 0.0 ""
            5.0, step "network" 0.25 "loss 0.6"
            11.0, step "network" 0.5 "loss 0.5"
            12.0, step "network" 1.0 "loss 0.4"
            30.0, step "network" 1.0 "loss 0.4"
        ]

    Assert.That(
        (shown = [
            "network: 0 %"
            "network: 50 %  loss 0.5"
            "network: done  loss 0.4"
        ]),
        $"%A{shown}"
    )

[<Test>]
let ``each part has its own lines`` () =
    let shown = lines [ 0.0, step "a" 0.0 ""; 1.0, step "b" 0.0 "" ]
    Assert.That((shown = [ "a: 0 %"; "b: 0 %" ]))
