module Nsbi.Infer.Tests.AnalysisFileTests

open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Ensembles
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private preselection =
    """{"classes": ["S", "B", "NI"], "signal": "S", "background": "NI", "target": 0.1}"""

let private conventional edges =
    set "conventional" $"""{{"observable": "x", "edges": {edges}}}"""

/// What is broken, how, at which path the fault must be and what its sentence must say.
let private broken: (string * (JsonNode -> JsonNode) * string * string) list = [
    "unknown key", set "epochs" "3", "$.epochs", "there is no key 'epochs'"
    "missing key", without "reference", "$", "the key 'reference' is missing"
    "wrong type", set "features" "\"x\"", "$.features", "a list"
    "wrong type inside of the networks",
    set "networks/hidden" "\"wide\"",
    "$.networks.hidden",
    "a list of whole numbers is wanted"
    "unknown sample in the reference",
    set "reference/Z" "1",
    "$.reference.Z",
    "there is no such sample ('Z')"
    "unknown sample in a term",
    set "terms/0/sample" "\"SIB\"",
    "$.terms[0].sample",
    "did you mean 'SBI'?"
    "samples of one name",
    append "samples" """{"name": "S", "file": "s.csv"}""",
    "$.samples",
    "more than once ('S')"
    "terms of one name", append "terms" """{"name": "NI"}""", "$.terms", "are named 'NI'"
    "selection that is no condition", set "selection" "\"x > \"", "$.selection", "x >"
    "selection of a sample that is no condition",
    set "samples/0/selection" "\"Label = 's'\"",
    "$.samples[0].selection",
    "Label = 's'"
    "code for missing values that is no number", set "missing" "\"none\"", "$.missing", "a number"
    "code for missing values behind a transform",
    set "features/0" "\"x | log | missing(-1)\"",
    "$.features",
    "it stands before all else"
    "feature of an unknown transform", set "features/0" "\"x | squash\"", "$.features", "squash"
    "coefficient that is no expression",
    set "terms/0/scale" "\"mu - sqrt(\"",
    "$.terms[0].scale",
    "sqrt("
    "unknown parameter in a coefficient", set "terms/0/scale" "\"nu\"", "$.terms[0].scale", "nu"
    "null value out of bounds", set "null" "-1", "$.null", "outside the bounds"
    "negative yield", set "samples/0/yield" "-2", "$.samples[0].yield", "not positive ('-2')"
    "unknown parameter of interest",
    set "interest" "\"nu\"",
    "$.interest",
    "no such parameter of interest ('nu')"
    "unknown head", set "networks/head" "\"max\"", "$.networks.head", "softmax, separate"
    "unknown activation", set "networks/activation" "\"step\"", "$.networks.activation", "silu"
    "unknown schedule",
    set "networks/schedule" """{"kind": "linear"}""",
    "$.networks.schedule.kind",
    "cosine"
    "unknown optimiser", set "networks/optimiser" "\"sgd\"", "$.networks.optimiser", "nadam"
    "no folds", set "networks/folds" "0", "$.networks", "folds is out of range ('0')"
    "no epochs", set "networks/epochs" "0", "$.networks", "epochs is out of range ('0')"
    "unknown toy", set "samples/0/toy" "\"gauss\"", "$.samples[0].toy", "there is no such toy"
    "unknown toy as data", set "data/toy" "\"gauss\"", "$.data.toy", "there is no such toy"
    "negative signal strength", set "data/value" "-1", "$.data.value", "negative ('-1')"
    "unknown process of a toy",
    set "samples/0/process" "\"SS\"",
    "$.samples[0].process",
    "the toy has no such process"
    "edges that do not increase", conventional "[0, 2, 1]", "$.conventional.edges", "increasing"
    "bins without width",
    conventional """{"from": 1, "to": 1, "bins": 3}""",
    "$.conventional.edges",
    "above \"from\""
    "grid of intervals out of bounds",
    set "intervals" """{"neyman": {"from": -1, "to": 3, "points": 5, "toys": 200}}""",
    "$.intervals.neyman.from",
    "leaves the range of the parameter ('-1')"
    "grid of intervals that ends before it starts",
    set "intervals" """{"neyman": {"from": 2, "to": 1, "points": 5, "toys": 200}}""",
    "$.intervals.neyman.to",
    "above \"from\""
    "confidence level that is none",
    set "intervals" """{"neyman": {"levels": [95], "from": 0, "to": 3, "points": 5, "toys": 200}}""",
    "$.intervals.neyman.levels[0]",
    "between 0 and 1"
    "too few toys for a quantile",
    set "intervals" """{"neyman": {"from": 0, "to": 3, "points": 5, "toys": 60}}""",
    "$.intervals.neyman.toys",
    "at least 100"
    "negative number of toys",
    set "intervals" """{"limit": {"toys": -5}}""",
    "$.intervals.limit.toys",
    "0 or more"
    "injection where the parameter cannot be",
    set "intervals" """{"injection": {"values": [1, -3], "toys": 100}}""",
    "$.intervals.injection.values[1]",
    "cannot be there ('-3')"
    "unknown kind of interval",
    set "intervals" """{"bayes": {}}""",
    "$.intervals.bayes",
    "there is no key 'bayes'"
    "ensemble of one bootstrap",
    set "ensemble" """{"bootstraps": 1, "members": 3}""",
    "$.ensemble.bootstraps",
    "one bootstrap alone has no spread ('1')"
    "ensemble of one estimator",
    set "ensemble" """{"bootstraps": 0}""",
    "$.ensemble.members",
    "one estimator alone has no spread ('1')"
    "ensemble without a number of bootstraps",
    set "ensemble" """{"members": 3}""",
    "$.ensemble",
    "bootstraps"
    "ensemble of too many members",
    set "ensemble" """{"bootstraps": 2, "members": 10001}""",
    "$.ensemble.members",
    "from 1 to 10000"
    "negative number of bootstraps",
    set "ensemble" """{"bootstraps": -2}""",
    "$.ensemble.bootstraps",
    "out of range ('-2')"
    "unknown way to differ",
    set "ensemble" """{"bootstraps": 2, "inner": "folds"}""",
    "$.ensemble.inner",
    "seeds"
    "nuisance parameter without bootstraps",
    set "ensemble" """{"bootstraps": 0, "members": 4, "nuisance": true}""",
    "$.ensemble.nuisance",
    "do not tell the uncertainty of the finite simulation"
    "ensemble where the parameter cannot be",
    set "ensemble" """{"bootstraps": 4, "values": [1, -3]}""",
    "$.ensemble.values[1]",
    "cannot be there ('-3')"
    "diagnostics where the parameter cannot be",
    set "diagnostics" """{"values": [1, -3]}""",
    "$.diagnostics.values[1]",
    "leaves the range of the parameter ('-3')"
    "diagnostics of an unknown feature",
    set "diagnostics" """{"pairs": [["x", "m4l"]]}""",
    "$.diagnostics.pairs[0]",
    "there is no such feature"
    "diagnostics of three features at once",
    set "diagnostics" """{"pairs": [["x", "x", "x"]]}""",
    "$.diagnostics.pairs[0]",
    "this is no pair"
    "pair of one feature",
    set "diagnostics" """{"pairs": [["x", "x"]]}""",
    "$.diagnostics.pairs[0]",
    "the two features are one"
    "two-sample test of few events",
    set "diagnostics" """{"c2st": {"events": 10}}""",
    "$.diagnostics.c2st.events",
    "1000 or more"
    "two-sample test without epochs",
    set "diagnostics" """{"c2st": {"epochs": 0}}""",
    "$.diagnostics.c2st.epochs",
    "there is no epoch"
    "distortion that is none",
    set "diagnostics" """{"c2st": {"distortion": 2}}""",
    "$.diagnostics.c2st.distortion",
    "between 0 and 1"
    "unknown diagnostics",
    set "diagnostics" """{"roc": true}""",
    "$.diagnostics.roc",
    "there is no key 'roc'"
    "negative weight in the mixture", set "reference/B" "-1", "$.reference.B", "not positive"
    "version of the future", set "nsbi-analysis" "2", "$.nsbi-analysis", "reads version 1"
    "number that is none", set "null" "1e999", "$.null", "beyond double precision"
    "seed that is none", set "seed" "-4", "$.seed", "a whole number from 0 on"
    "sample from nowhere", without "samples/0/toy", "$.samples[0]", "either \"file\" or \"toy\""
    "sample of a toy without number",
    without "samples/0/events",
    "$.samples[0]",
    "\"process\" and \"events\""
    "initial value out of bounds", set "parameters/0/initial" "9", "$.parameters", "parameter 'mu'"
    "unknown policy for negative weights",
    set "negativeWeights" "\"hope\"",
    "$.negativeWeights",
    "\"refuse\", \"drop\", \"absolute\""
    "unknown limit", set "limits" """{"sigma": 3}""", "$.limits.sigma", "no key 'sigma'"
    "preselection of an unknown class",
    (set "preselection" preselection >> set "preselection/classes/1" "\"Z\""),
    "$.preselection.classes",
    "no sample of the reference ('Z')"
    "preselection against itself",
    (set "preselection" preselection >> set "preselection/background" "\"S\""),
    "$.preselection.background",
    "the background is the signal"
    "preselection that leaves nothing",
    (set "preselection" preselection >> set "preselection/trainingShare" "0.99"),
    "$.preselection",
    "leave no events"
    "preselection without target",
    (set "preselection" preselection >> set "preselection/target" "0"),
    "$.preselection.target",
    "not positive"
]

let private brokenNames = broken |> List.map (fun (name, _, _, _) -> name)

let private examples = [ "interference"; "interference-systematics"; "hzz4l"; "higgsml" ]

[<Test>]
let ``the analyses of the examples and of these tests have no fault`` () =
    for text in [ interference; yield! List.map example examples ] do
        AnalysisFile.parse "analysis.json" text |> succeed |> ignore

[<TestCaseSource(nameof brokenNames)>]
let ``a broken analysis is answered by one sentence with its JSON path`` (name: string) =
    let _, change, path, words = broken |> List.find (fun (n, _, _, _) -> n = name)
    let faults = json interference |> change |> parse |> faultsOf
    Assert.That(faults.Length, same 1, Fault.render faults)
    let sentence = string faults.Head
    Assert.That(faults.Head.Path, same (Some path), sentence)
    Assert.That(sentence, Does.StartWith($"analysis.json, {path}"))
    Assert.That(sentence, Does.Contain words)
    Assert.That(sentence, Does.EndWith(".").Or.EndsWith("?").Or.Contains("\n"))

[<Test>]
let ``an analysis without a parameter of interest is told so`` () =
    let faults =
        json interference |> set "parameters/0/role" "\"nuisance\"" |> parse |> faultsOf

    Assert.That(faults |> List.choose _.Path, same [ "$.interest" ])
    Assert.That(Fault.render faults, Does.Contain "parameter of interest")

[<Test>]
let ``five faults of different kinds are reported at once`` () =
    let faults =
        json interference
        |> set "surprise" "1"
        |> set "networks/folds" "0"
        |> set "samples/0/yield" "-2"
        |> set "reference/Z" "1"
        |> set "null" "-1"
        |> parse
        |> faultsOf

    let paths = faults |> List.choose _.Path |> List.sort

    Assert.That(
        paths,
        same [ "$.networks"; "$.null"; "$.reference.Z"; "$.samples[0].yield"; "$.surprise" ],
        Fault.render faults
    )

[<Test>]
let ``a list that cannot be read hides no fault of another key and invents none`` () =
    let faults =
        json interference |> set "samples" "7" |> set "null" "-1" |> parse |> faultsOf

    Assert.That(faults |> List.choose _.Path, same [ "$.samples"; "$.null" ])

[<Test>]
let ``text that is no JSON is answered with its line`` () =
    let wrong = interference.Replace("1024", "NaN")

    let line =
        1 + (wrong[.. wrong.IndexOf "NaN"] |> Seq.filter ((=) '\n') |> Seq.length)

    for text, line in [ "{\n\"name\": }", 2; "", 1; wrong, line ] do
        let fault = AnalysisFile.parse "analysis.json" text |> faultsOf |> List.exactlyOne
        Assert.That(fault.Line, same (Some line), string fault)

[<Test>]
let ``a file that is not there is a fault`` () =
    use folder = new TemporaryFolder()
    let fault = AnalysisFile.read (folder.File "no.json") |> faultsOf |> List.exactlyOne
    Assert.That(string fault, Does.Contain "there is no such file")

[<Test>]
let ``what is not said has its default`` () =
    let analysis =
        json interference
        |> without "seed"
        |> without "blind"
        |> without "networks"
        |> without "interest"
        |> without "null"
        |> without "data"
        |> parse
        |> succeed

    Assert.That(analysis.Seed, same 1UL)
    Assert.That(analysis.Blind, Is.True, "blind unless the analysis says otherwise")
    Assert.That(analysis.Interest, same "mu")
    Assert.That(analysis.Null, same 0.0)
    Assert.That(analysis.Data.IsNone)
    Assert.That(analysis.Limits, same CheckLimits.standard)

[<Test>]
let ``an ensemble is what its keys say`` () =
    let ensemble text =
        json interference |> set "ensemble" text |> parse |> succeed |> _.Ensemble

    Assert.That((json interference |> parse |> succeed).Ensemble, same None)

    let plan: EnsembleStudyPlan = {
        Ensemble = EnsemblePlan.Nested(20, 3, Inner.Bootstraps)
        Nuisance = true
        Values = [ 0.5; 2.0 ]
    }

    Assert.That(
        ensemble
            """{"bootstraps": 20, "members": 3, "inner": "bootstraps", "nuisance": true, "values": [0.5, 2]}""",
        same (Some plan)
    )

    for text, expected in
        [
            """{"bootstraps": 20}""", EnsemblePlan.Nested(20, 1, Inner.Seeds)
            """{"bootstraps": 0, "members": 5}""", EnsemblePlan.Seeds 5
            """{"bootstraps": 0, "members": 5, "inner": "bootstraps"}""", EnsemblePlan.Bootstraps 5
        ] do
        let found = (ensemble text).Value
        Assert.That(found.Ensemble, same expected)
        Assert.That(found.Nuisance, Is.False)
        Assert.That(found.Values, Is.Empty)

[<Test>]
let ``intervals that are not asked for are none, those asked for have defaults`` () =
    let intervals text =
        match text with
        | None -> json interference
        | Some text -> json interference |> set "intervals" text
        |> parse
        |> succeed
        |> _.Intervals

    Assert.That(intervals None, same IntervalPlan.none)

    let plan =
        intervals (
            Some
                """{"neyman": {"from": 0, "to": 3, "points": 5, "toys": 200}, "limit": {},
                    "significance": {"toys": 1000}}"""
        )

    let neyman: NeymanPlan = {
        Levels = [ 0.6827; 0.95 ]
        From = 0.0
        To = 3.0
        Points = 5
        Toys = 200
    }

    let expected: IntervalPlan = {
        Neyman = Some neyman
        Limit = Some { Level = 0.95; Toys = 0 }
        Significance = Some { Toys = 1000 }
        Injection = None
    }

    Assert.That(plan, same expected)
