module JsonNumbersTests

open System.IO
open System.Text
open System.Text.Json
open NUnit.Framework
open Nsbi.Infer

let written (write: JsonNumbers -> unit) : string =
    use buffer = new MemoryStream()

    do
        use writer = new Utf8JsonWriter(buffer)
        writer.WriteStartObject()
        let numbers = JsonNumbers writer
        write numbers
        numbers.Close()
        writer.WriteEndObject()

    Encoding.UTF8.GetString(buffer.ToArray())

[<Test>]
let ``finite numbers need no reason`` () =
    Assert.That(written (fun n -> n.Number("x", 0.1, fun () -> "never")), Is.EqualTo "{\"x\":0.1}")

[<Test>]
let ``a number that is not finite is null with its reason`` () =
    let text =
        written (fun numbers ->
            numbers.Number("x", nan, fun () -> "no fit")
            numbers.Numbers("t", [ 1.0; infinity ], fun index -> $"point {index} fails"))

    Assert.That(
        text,
        Is.EqualTo """{"x":null,"t":[1,null],"reason":"x: no fit; t[1]: point 1 fails"}"""
    )

[<Test>]
let ``an absent number is null with its reason`` () =
    Assert.That(
        written (fun numbers -> numbers.Number("x", (None: float option), fun () -> "at a bound")),
        Is.EqualTo """{"x":null,"reason":"x: at a bound"}"""
    )
