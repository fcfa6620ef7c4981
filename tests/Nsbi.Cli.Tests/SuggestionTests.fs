module SuggestionTests

open NUnit.Framework
open Nsbi.Cli

[<TestCase("fit", "fit", 0)>]
[<TestCase("fti", "fit", 1)>]
[<TestCase("", "fit", 3)>]
[<TestCase("kitten", "sitting", 3)>]
let ``distance counts edits and adjacent swaps`` (a: string, b: string, expected: int) =
    Assert.That(Suggestion.distance a b, Is.EqualTo expected)
    Assert.That(Suggestion.distance b a, Is.EqualTo expected)

[<Test>]
let ``the nearest name is suggested`` () =
    Assert.That(Suggestion.sentence [ "fit"; "scan" ] "scna", Is.EqualTo "did you mean 'scan'?")

[<Test>]
let ``all names are listed when none is near`` () =
    Assert.That(
        Suggestion.sentence [ "fit"; "scan" ] "unfold",
        Is.EqualTo "there are 'fit', 'scan'."
    )
