module Nsbi.Learn.Tests.SelectionTests

open System
open FsCheck
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

let private names = [ "Higgs_mass"; "x"; "_a1.b"; "p T"; "a`b"; "log"; "θ"; "1st" ]

let private numbers =
    Gen.oneof [
        Gen.elements [ 0.0; 1.0; 0.1; 110.0; 1e-300; 1.7976931348623157e308; 5e-324 ]
        ArbMap.defaults
        |> ArbMap.generate<NormalFloat>
        |> Gen.map (fun (NormalFloat x) -> abs x)
    ]

let private functions = [
    Function.Abs
    Function.Log
    Function.Sqrt
    Function.Exp
    Function.Cos
    Function.Sin
    Function.Min
    Function.Max
    Function.Pow
]

let private operators = [
    Operator.Add
    Operator.Subtract
    Operator.Multiply
    Operator.Divide
    Operator.Power
]

let rec private expressions size : Gen<Expression> =
    let leaf = Gen.oneof [ Gen.map Number numbers; Gen.map Column (Gen.elements names) ]

    if size <= 0 then
        leaf
    else
        let inner = expressions (size / 2)

        let call =
            gen {
                let! callee = Gen.elements functions
                let! arguments = Gen.listOfLength (Expression.arity callee) inner
                return Call(callee, arguments)
            }

        Gen.oneof [
            leaf
            Gen.map Negate inner
            Gen.map3 (fun o a b -> Binary(o, a, b)) (Gen.elements operators) inner inner
            call
        ]

let private comparisons = [
    Comparison.Less
    Comparison.LessOrEqual
    Comparison.Greater
    Comparison.GreaterOrEqual
    Comparison.Equal
    Comparison.NotEqual
]

let rec private conditions size : Gen<Condition> =
    let compare =
        Gen.map3
            (fun c a b -> Compare(c, a, b))
            (Gen.elements comparisons)
            (expressions (size / 2))
            (expressions (size / 2))

    let text =
        Gen.map2
            (fun name text -> Is(name, text))
            (Gen.elements names)
            (Gen.elements [ "s"; ""; "it's"; "\"b\" ''"; "t t`bar" ])

    if size <= 0 then
        Gen.frequency [ 4, compare; 1, text ]
    else
        let inner = conditions (size / 2)

        Gen.oneof [
            compare
            Gen.map Not inner
            Gen.map2 (fun a b -> And(a, b)) inner inner
            Gen.map2 (fun a b -> Or(a, b)) inner inner
        ]

type Generators =
    static member Condition() = Arb.fromGen (Gen.sized conditions)
    static member Expression() = Arb.fromGen (Gen.sized expressions)

[<Property(Arbitrary = [| typeof<Generators> |], MaxTest = 1000)>]
let ``a printed condition is read as the same condition`` (condition: Condition) =
    Selection.parse (Selection.print condition) = Ok condition

[<Property(Arbitrary = [| typeof<Generators> |], MaxTest = 300)>]
let ``whole tables and single events agree`` (condition: Condition) (seed: int) =
    // More events than a tile, so that the seams are crossed.
    let random = Random seed

    let columns = [
        for name in names -> name, Array.init 700 (fun _ -> 4.0 * random.NextDouble() - 2.0)
        for pair in Selection.texts condition ->
            string (Is pair), Array.init 700 (fun _ -> float (random.Next 2))
    ]

    let table = EventTable.ofColumns columns None
    let value i name = table.Column(name).Span[i]
    let expected = Array.init 700 (fun i -> Selection.holds (value i) condition)

    match Selection.mask condition table with
    | Ok mask -> mask = Array.map ((=) Truth.True) expected
    | Error faults ->
        Fault.total faults = (expected |> Array.filter ((=) Truth.Undefined) |> Array.length)
        && not faults.IsEmpty

let private holds text (m: float) =
    match Selection.holds (fun _ -> m) (good1 (Selection.parse text)) with
    | Truth.True -> true
    | Truth.False -> false
    | Truth.Undefined ->
        Assert.Fail "undefined"
        false

[<TestCase("m > 110 && m < 160", 125.0, true)>]
[<TestCase("m > 110 && m < 160", 160.0, false)>]
[<TestCase("m>=160||m<=110", 160.0, true)>]
[<TestCase("!(m > 110)", 111.0, false)>]
[<TestCase("!m > 110", 111.0, false)>]
[<TestCase("-m ^ 2 == -4", 2.0, true)>]
[<TestCase("2 ^ 3 ^ 2 == 512", 0.0, true)>]
[<TestCase("8 - 4 - 2 == 2 && 8 / 4 / 2 == 1", 0.0, true)>]
[<TestCase("2 ^ -m == 0.25", 2.0, true)>]
[<TestCase("1 + 2 * 3 == 7", 0.0, true)>]
[<TestCase("min(m, 2) + max(m, 2) == m + 2", 7.0, true)>]
[<TestCase("pow(m, 0.5) == sqrt(m) && abs(-m) == m", 16.0, true)>]
[<TestCase("log(exp(m)) == m && cos(0) == 1 && sin(0) == 0", 1.0, true)>]
[<TestCase("m < 1 || m < 2 && m > 3", 0.0, true)>]
[<TestCase("(m != 1)", 1.0, false)>]
[<TestCase("((m)) > (.5)", 1.0, true)>]
[<TestCase("m > 0 && log(m) > 1", -1.0, false)>]
let ``conditions mean what they say`` (text: string, m: float, expected: bool) =
    Assert.That(holds text m, Is.EqualTo expected)

[<TestCase("Higgs_mass >> 110", 13)>]
[<TestCase("Higgs_mass > 110 &&", 20)>]
[<TestCase("Higgs_mass + 1", 1)>]
[<TestCase("110 < m < 160", 9)>]
[<TestCase("m > 1 && 3", 7)>]
[<TestCase("(m > 1", 7)>]
[<TestCase("m = 3", 3)>]
[<TestCase("lgo(m) > 1", 1)>]
[<TestCase("1 + pow(m) > 1", 5)>]
[<TestCase("m > 1e999", 10)>]
[<TestCase("", 1)>]
let ``what cannot be read is shown where it stands`` (text: string, position: int) =
    match Selection.parse text with
    | Ok condition -> Assert.Fail(string condition)
    | Error fault ->
        Assert.That(fault.Character, Is.EqualTo(Some(position, text)), string fault)
        Assert.That(fault.Remedy, Is.Not.Empty)

[<TestCase("Label == 's'", "Label == 's'")>]
[<TestCase("\"s\" == Label", "Label == 's'")>]
[<TestCase("Label != 's'", "!(Label == 's')")>]
[<TestCase("`my label` == 'it''s' && m > 1", "`my label` == 'it''s' && m > 1")>]
let ``a column is compared with a text`` (text: string) (printed: string) =
    let condition = good1 (Selection.parse text)
    equal printed (string condition)
    equal (Ok condition) (Selection.parse printed)

[<Test>]
let ``columns of texts are told apart from columns of numbers`` () =
    let condition = good1 (Selection.parse "m > 1 && (Label == 's' || Label == 't')")
    equal [ "m" ] (Selection.columns condition)
    equal [ "Label", "s"; "Label", "t" ] (Selection.texts condition)

[<TestCase("Label < 's'", 7, "a text is compared with a column, by == or !=")>]
[<TestCase("Label + 1 == 's'", 11, "a text is compared with a column, by == or !=")>]
[<TestCase("'s' == 's'", 5, "a text is compared with a column, by == or !=")>]
[<TestCase("1 + 's' == 2", 3, "+ takes numbers, this is a text")>]
[<TestCase("'s'", 1, "this is a text; compare a column with it")>]
[<TestCase("Label == 's' == 1", 14, "comparisons do not chain")>]
let ``a text that is not compared with a column has its sentence`` text (at: int) (words: string) =
    match Selection.parse text with
    | Ok condition -> Assert.Fail $"read as {condition}"
    | Error fault ->
        Assert.That(string fault, Does.Contain $"character {at}:")
        Assert.That(string fault, Does.Contain words)

[<Test>]
let ``a misspelt function, a chain and a lone number each have their sentence`` () =
    let first text =
        (sentence (Selection.parse text)).Split('\n')[0]

    let expected = [
        "selection, character 1: cannot be read; there is no function 'lgo'; did you mean 'log'?"
        "selection, character 9: cannot be read; comparisons do not chain; "
        + "write 110 < x && x < 160."
        "selection, character 1: cannot be read; this is a number; compare it with something."
    ]

    equal expected [ first "lgo(m) > 1"; first "110 < m < 160"; first "m" ]

[<Test>]
let ``an unfinished condition says what was expected`` () =
    let text = sentence (Selection.parse "m > ")
    Assert.That(text, Does.Contain "a number")
    Assert.That(text, Does.Contain "a column name")

[<Test>]
let ``every unknown column is named`` () =
    let table = EventTable.ofColumns [ "Higgs_mass", [| 125.0 |] ] None

    let faults =
        Selection.mask (good1 (Selection.parse "Higgs_mas > 110 && qq < 3")) table
        |> sentences ""

    Assert.That(faults.Length, Is.EqualTo 2)

    Assert.That(
        faults[0],
        Does.Contain "column 'Higgs_mas': no such column; did you mean 'Higgs_mass'?"
    )

    Assert.That(faults[1], Does.Contain "'qq'")

[<Test>]
let ``a comparison with NaN names the event`` () =
    let table = EventTable.ofColumns [ "m", [| 1.0; -1.0; 2.0 |] ] None

    let faults =
        Selection.apply (good1 (Selection.parse "log(m) >= 0")) table |> sentences ""

    let expected =
        "event table, event 2: the selection compares with NaN ('log(m) >= 0'); "
        + "guard it with a further condition, such as x > 0 && log(x) > 1."

    equal [ expected ] (faults)

[<Test>]
let ``a selection keeps the events in their order`` () =
    let table = EventTable.ofColumns [ "m", [| 3.0; 1.0; 2.0; 5.0 |] ] None
    let kept = good (Selection.apply (good1 (Selection.parse "m > 1.5")) table)
    equal [| 3.0; 2.0; 5.0 |] (EventTable.values "m" kept)
    Assert.That(kept.Origin 1, Is.EqualTo(struct ("event table", 3)))

[<TestCase(201, "more than 200 deep")>]
[<TestCase(100000, "more than 200 deep")>]
let ``brackets beyond all sense are a fault`` (depth: int, expected: string) =
    let text = String.replicate depth "(" + "x > 1" + String.replicate depth ")"

    match Selection.parse text with
    | Ok _ -> Assert.Fail "this was read"
    | Error fault -> Assert.That(string fault, Does.Contain expected)

[<Test>]
let ``a text beyond all sense is a fault`` () =
    match Selection.parse (String.replicate 50000 "!" + "(x > 1)") with
    | Ok _ -> Assert.Fail "this was read"
    | Error fault -> Assert.That(string fault, Does.Contain "longer than 4000 characters")

[<Test>]
let ``brackets as deep as allowed are read`` () =
    let text = String.replicate 200 "(" + "x > 1" + String.replicate 200 ")"
    Assert.That(Selection.parse text |> Result.isOk)
