module Nsbi.Kernels.Tests.IsaTests

open System
open NUnit.Framework
open Nsbi.Kernels

[<Test>]
let ``without a wish the widest path is taken`` () =
    Assert.That(Isa.Choose null, Is.EqualTo Isa.Supported[0])
    Assert.That(Isa.Choose "", Is.EqualTo Isa.Supported[0])

[<Test>]
let ``every supported path can be wished for, and portable always is`` () =
    for path in Isa.Supported do
        Assert.That(Isa.Choose path, Is.EqualTo path)

    Assert.That(Isa.Supported, Does.Contain "portable")

[<Test>]
let ``an unknown path is refused by name`` () =
    let choose () = Isa.Choose "mmx" |> ignore

    let message =
        try
            choose ()
            ""
        with :? InvalidOperationException as fault ->
            fault.Message

    Assert.That(message, Does.Contain("'mmx'").And.Contain "portable")

[<Test>]
let ``the path in use is a supported one`` () =
    Assert.That(Isa.Supported, Does.Contain Isa.Path)
