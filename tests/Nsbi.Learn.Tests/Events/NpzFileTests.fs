module Nsbi.Learn.Tests.NpzFileTests

open System
open System.IO
open NUnit.Framework
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

/// numpy.savez_compressed(m=[1., 2., 3.], n=[4, 5, 6] as u1), numpy 1.24.
let deflated =
    "UEsDBBQAAAAIAAAAIQAqwR1EUAAAAJgAAAAFABQAbS5ucHkBABAAmAAAAAAAAABQAAAAAAAAAJvsF+obEMnIUMZQrZ6S\
     WpxcpG6loG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GMPhgD6EZHCAUhwMAUEsD\
     BBQAAAAIAAAAIQCJQ26IRwAAAIMAAAAFABQAbi5ucHkBABAAgwAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxc\
     pG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4WVjYAUEsBAhQDFAAAAAgAAAAh\
     ACrBHURQAAAAmAAAAAUAAAAAAAAAAAAAAIABAAAAAG0ubnB5UEsBAhQDFAAAAAgAAAAhAIlDbohHAAAAgwAAAAUAAAAA\
     AAAAAAAAAIABhwAAAG4ubnB5UEsFBgAAAAACAAIAZgAAAAUBAAAAAA=="

let private arrays = [
    "m", NpyArray.ofVector [| 1.0; 2.0; nan |]
    "matrix", NpyArray.ofMatrix 2 2 [| 1.0; 2.0; 3.0; 4.0 |]
    "long", NpyArray.create [ 20_000 ] (NpyData.Int32 [| 1..20_000 |])
]

[<Test>]
let ``an archive that numpy deflated is read`` () =
    inFolder (fun folder ->
        let expected = [
            "m", NpyArray.ofVector [| 1.0; 2.0; 3.0 |]
            "n", NpyArray.create [ 3 ] (NpyData.Int32 [| 4; 5; 6 |])
        ]

        equal expected (good (NpzFile.read (bytesFile folder "a.npz" deflated))))

[<Test>]
let ``arrays come back in their order`` () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "a.npz")
        good (NpzFile.write path arrays)
        let again = good (NpzFile.read path)
        equal [ "m"; "matrix"; "long" ] (List.map fst again)
        equal arrays[1..] again[1..]
        Assert.That(NpyArray.toFloats (snd again[0]), Is.EqualTo(box [| 1.0; 2.0; nan |])))

[<Test>]
let ``the same arrays give the same bytes, stored and without the time of day`` () =
    inFolder (fun folder ->
        let write name =
            let path = Path.Combine(folder, name)
            good (NpzFile.write path arrays)
            File.ReadAllBytes path

        let first = write "a.npz"
        File.SetLastWriteTimeUtc(Path.Combine(folder, "a.npz"), DateTime(2001, 1, 1))
        let second = write "b.npz"
        Assert.That((first = second))
        // Local header: method at 8 is 0 (stored), date at 12 is 1980-01-01.
        equal [| 0uy; 0uy; 0uy; 0uy; 0x21uy; 0uy |] first[8..13])

[<Test>]
let ``two arrays of one name are refused`` () =
    let twice = [ "m", NpyArray.ofVector [||]; "m", NpyArray.ofVector [||] ]
    let message = argumentFault (fun () -> NpzFile.write "never.npz" twice |> ignore)
    Assert.That(message, Does.Contain "two arrays are called 'm'")

[<Test>]
let ``what is not an archive has its sentence`` () =
    inFolder (fun folder ->
        let found = NpzFile.read (textFile folder "a.npz" "not a zip") |> sentences folder
        Assert.That(found.Length, Is.EqualTo 1)
        Assert.That(found[0], Does.StartWith "a.npz: this is not a readable zip archive ("))
