module Nsbi.Infer.Tests.TaskManifestTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private identity = {
    Version = "1.2.3"
    InstructionPath = "avx2"
}

[<Test>]
let ``every part of a specification changes its hash and the order of its lists does not`` () =
    let one = {
        Name = "t"
        Seed = 1UL
        Inputs = [ "x", "1"; "y", "2" ]
        Settings = [ "a", "b"; "c", "d" ]
    }

    let hash = TaskSpec.hash identity

    let others = [
        hash { one with Name = "u" }
        hash { one with Seed = 2UL }
        hash { one with Inputs = [ "x", "1" ] }
        hash {
            one with
                Settings = [ "a", "bc"; "", "d" ]
        }
        hash {
            one with
                Inputs = []
                Settings = one.Inputs @ one.Settings
        }
        TaskSpec.hash { identity with Version = "1.2.4" } one
        TaskSpec.hash
            {
                identity with
                    InstructionPath = "portable"
            }
            one
    ]

    Assert.That(List.distinct (hash one :: others), Has.Length.EqualTo 8)

    Assert.That(
        hash {
            one with
                Inputs = List.rev one.Inputs
                Settings = List.rev one.Settings
        },
        same (hash one)
    )

[<Test>]
let ``hashes of contents are those of FIPS 180-4`` () =
    Assert.That(
        ContentHash.ofText "abc",
        same "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )

[<Property>]
let ``the hash of parts tells apart where one part ends`` (a: string) (b: string) =
    let a, b = string a + "x", string b
    ContentHash.ofParts [ a; b ] <> ContentHash.ofParts [ a + b; "" ] || b = ""
