module Nsbi.Model.Tests.HistFactory.JsonPatchTests

open NUnit.Framework
open Nsbi.Model.HistFactory
open Nsbi.Model.Tests
open Nsbi.Model.Tests.HistFactory

let private apply (document: string) (patch: string) =
    JsonPatch.read patch
    |> Result.bind (fun patch -> JsonPatch.apply patch document)

// The examples of RFC 6902, appendix A, and of its section 4.
let private examples =
    [
        """{"foo": "bar"}""",
        """[{"op": "add", "path": "/baz", "value": "qux"}]""",
        """{"baz": "qux", "foo": "bar"}"""
        """{"foo": ["bar", "baz"]}""",
        """[{"op": "add", "path": "/foo/1", "value": "qux"}]""",
        """{"foo": ["bar", "qux", "baz"]}"""
        """{"baz": "qux", "foo": "bar"}""",
        """[{"op": "remove", "path": "/baz"}]""",
        """{"foo": "bar"}"""
        """{"foo": ["bar", "qux", "baz"]}""",
        """[{"op": "remove", "path": "/foo/1"}]""",
        """{"foo": ["bar", "baz"]}"""
        """{"baz": "qux", "foo": "bar"}""",
        """[{"op": "replace", "path": "/baz", "value": "boo"}]""",
        """{"baz": "boo", "foo": "bar"}"""
        """{"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}}""",
        """[{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}]""",
        """{"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}}"""
        """{"foo": ["all", "grass", "cows", "eat"]}""",
        """[{"op": "move", "from": "/foo/1", "path": "/foo/3"}]""",
        """{"foo": ["all", "cows", "eat", "grass"]}"""
        """{"baz": "qux", "foo": ["a", 2, "c"]}""",
        """[{"op": "test", "path": "/baz", "value": "qux"},
        {"op": "test", "path": "/foo/1", "value": 2.0}]""",
        """{"baz": "qux", "foo": ["a", 2, "c"]}"""
        """{"foo": "bar"}""",
        """[{"op": "add", "path": "/child", "value": {"grandchild": {}}}]""",
        """{"foo": "bar", "child": {"grandchild": {}}}"""
        """{"foo": "bar"}""",
        """[{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}]""",
        """{"foo": "bar", "baz": "qux"}"""
        """{"/": 9, "~1": 10}""",
        """[{"op": "test", "path": "/~01", "value": 10},
        {"op": "replace", "path": "/~1", "value": 8}]""",
        """{"/": 8, "~1": 10}"""
        """{"foo": ["bar"]}""",
        """[{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}]""",
        """{"foo": ["bar", ["abc", "def"]]}"""
        """{"a": [1, {"b": null}]}""",
        """[{"op": "copy", "from": "/a/1", "path": "/a/0"},
        {"op": "add", "path": "/a/0/b", "value": true},
        {"op": "move", "from": "/a/2", "path": "/a/2"}]""",
        """{"a": [{"b": true}, 1, {"b": null}]}"""
        """{"a": 1}""", """[{"op": "replace", "path": "", "value": [1.50]}]""", """[1.5]"""
        """{"a": {"y": [1], "x": null}}""",
        """[{"op": "test", "path": "", "value": {"a": {"x": null, "y": [1e0]}}},
        {"op": "add", "path": "/a/", "value": 1}]""",
        """{"a": {"y": [1], "x": null, "": 1}}"""
        """[1]""", "[]", """[1]"""
    ]
    |> List.map (fun (document: string, patch: string, wanted: string) ->
        TestCaseData(document, patch, wanted))

[<TestCaseSource(nameof examples)>]
let ``a patch changes a document as the standard says``
    (document: string)
    (patch: string)
    (wanted: string)
    =

    match apply document patch with
    | Ok found -> Documents.assertEqual wanted found
    | Error faults -> Assert.Fail(faults |> List.map string |> String.concat "\n")

let private refused =
    [
        """{"foo": "bar"}""",
        """[{"op": "add", "path": "/baz/bat", "value": "qux"}]""",
        "operation 0 of the patch (add '/baz/bat'): the document has no member 'baz'"
        """{"baz": "qux"}""",
        """[{"op": "test", "path": "/baz", "value": "bar"}]""",
        "the value at '/baz' is not the one that is tested for"
        """{"/": 9, "~1": 10}""",
        """[{"op": "test", "path": "/~01", "value": "10"}]""",
        "operation 0 of the patch (test '/~01')"
        """{"a": [1, 2]}""",
        """[{"op": "add", "path": "/a/3", "value": 1}]""",
        "'/a' has 2 items and none at '3'"
        """{"a": [1, 2]}""",
        """[{"op": "replace", "path": "/a/01", "value": 1}]""",
        "'/a' has 2 items and none at '01'"
        """{"a": [1, 2]}""", """[{"op": "remove", "path": "/a/-"}]""", "none at '-'"
        """{"a": 3}""",
        """[{"op": "add", "path": "/b", "value": 1}, {"op": "remove", "path": "/a/b"}]""",
        "operation 1 of the patch (remove '/a/b'): '/a' is a number, in which there is no 'b'"
        """{"a": {"b": 1}}""",
        """[{"op": "move", "from": "/a", "path": "/a/b"}]""",
        "'/a' cannot be moved into itself"
        """{"a": 1}""", """[{"op": "remove", "path": ""}]""", "the whole document cannot be removed"
    ]
    |> List.map (fun (document: string, patch: string, wanted: string) ->
        TestCaseData(document, patch, wanted))

[<TestCaseSource(nameof refused)>]
let ``an operation that cannot be done is named``
    (document: string)
    (patch: string)
    (wanted: string)
    =

    match apply document patch with
    | Ok found -> Assert.Fail found
    | Error faults -> Check.contains [ wanted ] (string faults.Head)

[<Test>]
let ``every fault of a patch is named with its place`` () =
    let patch =
        """[{"op": "ad", "path": "/a", "value": 1}, {"op": "add", "path": "a"}, {"path": "/~2"},
            {"op": "move", "path": "/~2"}, 7]"""

    match JsonPatch.read patch with
    | Ok _ -> Assert.Fail "It was read."
    | Error faults ->
        faults
        |> List.map string
        |> String.concat "\n"
        |> Check.contains [
            "$[0].op: \"ad\" is none of"
            "$[1].path: the pointer 'a' does not begin with /"
            "$[1]: the key 'value' is missing"
            "$[2]: the key 'op' is missing"
            "$[3].path: the pointer '/~2' holds a ~"
            "$[3]: the key 'from' is missing"
            "$[4]: 7 stands where an object should"
        ]

[<Test>]
let ``a pointer is written as it was read`` () =
    for text in [ ""; "/"; "/a~0b~1c/0/-"; "/a//b" ] do
        Check.equal (Ok text) (JsonPointer.parse text |> Result.map string)
