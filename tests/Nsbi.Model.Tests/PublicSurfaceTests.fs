module Nsbi.Model.Tests.PublicSurfaceTests

open NUnit.Framework
open Nsbi.Tests

let private assembly = typeof<Nsbi.Model.Parameter>.Assembly

[<Test; Category "Baseline">]
let ``the public names are those of the baseline`` () =
    PublicSurface.changes assembly "tests/Nsbi.Model.Tests/PublicNames.txt"
    |> String.concat "\n"
    |> Check.equal ""

[<Test>]
let ``every public member is documented`` () =
    PublicSurface.undocumented assembly |> String.concat "\n" |> Check.equal ""
