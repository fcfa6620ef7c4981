module Nsbi.Learn.Tests.FaultTests

open NUnit.Framework
open Nsbi.Learn

[<Test>]
let ``a fault is one sentence with source, place, problem, value and remedy`` () =
    let fault =
        Fault.create "zz.csv" "the cell is not a number" "write a number such as 125.3"
        |> Fault.atLine 12
        |> Fault.inColumn "Higgs_pt"
        |> Fault.withValue "abc"

    let expected =
        "zz.csv, line 12, column 'Higgs_pt': the cell is not a number ('abc'); "
        + "write a number such as 125.3."

    Assert.That(string fault, Is.EqualTo expected)

[<Test>]
let ``a fault of an expression shows a caret under the character`` () =
    let fault =
        Fault.create "selection" "cannot be read" "" |> Fault.atCharacter 5 "m > > 3"

    let expected = "selection, character 5: cannot be read.\n    m > > 3\n        ^"
    Assert.That(string fault, Is.EqualTo expected)

[<Test>]
let ``a fault in JSON names the file and the path`` () =
    let fault =
        Fault.create "selection" "cannot be read" ""
        |> Fault.inJson "a.json" "$.selection"

    Assert.That(string fault, Is.EqualTo "a.json, $.selection: cannot be read.")

[<Test>]
let ``long values and line ends are cut from the sentence`` () =
    let fault = Fault.create "f" "bad" "" |> Fault.withValue (String.replicate 50 "a\n")
    Assert.That(string fault, Does.Not.Contain "\n")
    Assert.That((string fault).Length, Is.LessThan 80)

[<Test>]
let ``many equal faults are all counted and twenty of each kind are written`` () =
    let log = FaultLog()

    for line in 1..332 do
        log.Add(Fault.create "f.csv" "the cell is empty" "" |> Fault.atLine line)

    log.Add(Fault.create "f.csv" "the value is NaN" "")
    let faults = log.ToList()
    Assert.That(Fault.total faults, Is.EqualTo 333)
    let sentences = Fault.sentences faults
    Assert.That(sentences.Length, Is.EqualTo 22)
    Assert.That(sentences[20], Is.EqualTo "f.csv: and 312 more: the cell is empty.")
    Assert.That(sentences[21], Is.EqualTo "f.csv: the value is NaN.")

[<Test>]
let ``capping again changes nothing`` () =
    let faults = [ for line in 1..50 -> Fault.create "f" "p" "" |> Fault.atLine line ]
    let once = Fault.capped faults
    Assert.That(once.Length, Is.EqualTo 21)
    Assert.That((Fault.capped once = once))

[<Test>]
let ``a single fault beyond the cap is counted as one more`` () =
    let faults = [ for line in 1..21 -> Fault.create "f" "p" "" |> Fault.atLine line ]
    Assert.That(Fault.total (Fault.capped faults), Is.EqualTo 21)
    Assert.That(Fault.sentences faults |> List.length, Is.EqualTo 21)

[<Test>]
let ``an unknown name comes with the nearest known one`` () =
    let fault =
        Fault.unknown "f.csv" "there is no such column" "Higs_mass" [ "run"; "Higgs_mass" ]

    Assert.That(string fault, Does.Contain "did you mean 'Higgs_mass'?")

[<Test>]
let ``an unknown name far from all known ones comes with the list only`` () =
    let fault =
        Fault.unknown "f.csv" "there is no such column" "zzz" [ "run"; "Higgs_mass" ]

    Assert.That(string fault, Does.Contain "there are run, Higgs_mass")
    Assert.That(string fault, Does.Not.Contain "did you mean")
