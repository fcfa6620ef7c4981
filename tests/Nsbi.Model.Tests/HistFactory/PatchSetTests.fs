module Nsbi.Model.Tests.HistFactory.PatchSetTests

open NUnit.Framework
open Nsbi.Model.HistFactory
open Nsbi.Model.Tests
open Nsbi.Model.Tests.HistFactory

let private file (digests: string) =
    $$$"""{"metadata": {"references": {"hepdata": "ins1234567"}, "description": "a grid",
        "digests": {{{digests}}}, "labels": ["m1", "m2"], "more": 1},
    "patches": [
        {"metadata": {"name": "a_300_100", "values": [300, 100.0]},
         "patch": [{"op": "add", "path": "/x", "value": 1}]},
        {"metadata": {"name": "b", "values": [300, "light"], "note": null},
         "patch": [{"op": "remove", "path": "/a"}]}],
    "version": "1.0.0"}"""

let private read (json: string) : PatchSet =
    match PatchSet.read json with
    | Ok set -> set
    | Error faults -> failwith (faults |> List.map string |> String.concat "\n")

// Python: hashlib of json.dumps(value, sort_keys=True, ensure_ascii=False), the floats by repr.
let private workspace =
    "{\"b\":[1,1.0,1e5,1.5e-7,123456789012345680.0,1e16,1e15,0.0001,0.00001,-0.0,12345.678,1E22,"
    + "5e-324,100,0.1],\"aé\":{\"z\":\"q\\\"\\\\\\n\\t\\u0001\",\"😀\":null,\"\uffee\":true},\"c\":[]}"

let private digests =
    "{\"sha256\": \"3550f630ffe66b2a63a5accb4ba3799d5d381cae0c39644780347c18e24b6f42\", "
    + "\"md5\": \"bbefba8a7d1ba13366f59fed7002eb2b\"}"

[<Test>]
let ``the digests are those of Python's text`` () =
    Check.equal (Ok()) (PatchSet.verify workspace (read (file digests)))

[<Test>]
let ``the digests of pyhf's own example are found`` () =
    let digests =
        "{\"sha256\": \"a38f6093800189b79bc22ef677baf90c75705af2cfc7ff594159eca54eaa7928\", "
        + "\"md5\": \"2c0633f242928eb55c3672fed5ba8612\", "
        + "\"sha1\": \"49a27f499e763766c9545b294880df277be6f545\"}"

    let set = read (file digests)
    Check.equal (Ok()) (PatchSet.verify "{\"c\": 1.0, \"a\": 2.0, \"b\": 3.0}" set)

[<Test>]
let ``another workspace is refused with both digests`` () =
    match PatchSet.verify (workspace.Replace("100", "101")) (read (file digests)) with
    | Ok() -> Assert.Fail "It was verified."
    | Error faults ->
        Check.equal 2 faults.Length
        Check.contains [ "it is for a workspace of sha256 3550f630" ] (string faults.Head)

[<TestCase "a_300_100">]
[<TestCase "300,100">]
[<TestCase "[300, 100]">]
let ``a patch is found by name and by values`` (key: string) =
    match PatchSet.find key (read (file digests)) with
    | Ok patch -> Check.equal "a_300_100" patch.Name
    | Error faults -> Assert.Fail(string faults.Head)

[<Test>]
let ``an unknown patch is refused with the names there are`` () =
    match PatchSet.find "c" (read (file digests)) with
    | Ok patch -> Assert.Fail patch.Name
    | Error faults ->
        Check.contains
            [ "it has no patch 'c'"; "a_300_100 (300, 100), b (300, light)" ]
            (string faults.Head)

[<Test>]
let ``a patch is applied to the workspace it is for`` () =
    let digest = "{\"md5\": \"2c0633f242928eb55c3672fed5ba8612\"}"
    let json = "{\"c\": 1.0, \"a\": 2.0, \"b\": 3.0}"
    let set = read (file digest)

    match PatchSet.apply "300, light" json set with
    | Ok patched -> Documents.assertEqual "{\"c\": 1, \"b\": 3}" patched
    | Error faults -> Assert.Fail(string faults.Head)

    match PatchSet.apply "none" "{}" set with
    | Ok patched -> Assert.Fail patched
    | Error faults -> Check.equal 2 faults.Length

[<Test>]
let ``every fault of a set is named with its place`` () =
    let wrong =
        (file digests).Replace("\"b\"", "\"a_300_100\"").Replace("\"light\"", "100, 7")

    match PatchSet.read wrong with
    | Ok _ -> Assert.Fail "It was read."
    | Error faults ->
        faults
        |> List.map string
        |> String.concat "\n"
        |> Check.contains [
            "$.patches[1].metadata: its name 'a_300_100' stands at $.patches[0] already"
            "$.patches[1].metadata: it has 3 values, and the set has 2 labels"
        ]
