module DocumentationTests

open System.Reflection
open NUnit.Framework
open Nsbi.Tests

let private assemblies = [ "Nsbi.Kernels"; "Nsbi.Learn"; "Nsbi.Infer" ]

[<TestCaseSource(nameof assemblies)>]
let ``every public member is documented`` (name: string) =
    let missing = PublicSurface.undocumented (Assembly.Load name)
    Assert.That(missing, Is.Empty, String.concat "\n" missing)
