module Nsbi.Learn.Tests.NpyFileTests

open System
open System.IO
open FsCheck
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

// Written by numpy 1.24: numpy.save of the array in the comment.

// [1.5, -2.25, 1e300]
let private f8 =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg\
     ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAD4PwAA\
     AAAAAALAnHUAiDzkN34="

// [[1, 2, 3], [4, 5, 6]] as f4
let private f4 =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9\
     ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAQAAA\
     QEAAAIBAAACgQAAAwEA="

// asfortranarray(arange(24).reshape(2, 3, 4)) as i4
let private fortran =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCks\
     IH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAADAAAAAQA\
     AAAQAAAACAAAABQAAAABAAAADQAAAAUAAAARAAAACQAAABUAAAACAAAADgAAAAYAAAASAAAACgAAABYAAAADAAAADwAA\
     AAcAAAATAAAACwAAABcAAAA="

// [1, -2, 3] as >i8
let private big =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPmk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg\
     ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAf//\
     ///////+AAAAAAAAAAM="

// float64(3.25), shape ()
let private scalar =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAg\
     ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAKQA=="

// [0.5, 2, -1] as f2
let private half =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg\
     ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAOABAALw="

let private readGolden text =
    let mutable array = NpyArray.ofVector [||]
    inFolder (fun folder -> array <- good (NpyFile.read (bytesFile folder "a.npy" text)))
    array

[<Test>]
let ``arrays that numpy wrote are read`` () =
    equal (NpyArray.ofVector [| 1.5; -2.25; 1e300 |]) (readGolden f8)
    let matrix = NpyArray.create [ 2; 3 ] (NpyData.Float32 [| 1f; 2f; 3f; 4f; 5f; 6f |])
    equal matrix (readGolden f4)
    equal (NpyArray.create [ 2; 3; 4 ] (NpyData.Int32 [| 0..23 |])) (readGolden fortran)
    equal (NpyArray.create [ 3 ] (NpyData.Int64 [| 1L; -2L; 3L |])) (readGolden big)
    equal (NpyArray.create [] (NpyData.Float64 [| 3.25 |])) (readGolden scalar)
    equal (NpyArray.create [ 3 ] (NpyData.Float32 [| 0.5f; 2f; -1f |])) (readGolden half)

[<Test>]
let ``the bytes written are those numpy writes`` () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "a.npy")
        good (NpyFile.write path (NpyArray.ofVector [| 1.5; -2.25; 1e300 |]))
        equal f8 (Convert.ToBase64String(File.ReadAllBytes path))
        good (NpyFile.write path (NpyArray.create [] (NpyData.Float64 [| 3.25 |])))
        equal scalar (Convert.ToBase64String(File.ReadAllBytes path)))

let private shapes =
    Gen.choose (0, 4)
    |> Gen.bind (fun rank -> Gen.listOfLength rank (Gen.choose (0, 5)))

let private arrays =
    gen {
        let! shape = shapes
        let n = List.fold (*) 1 shape

        let numbers (make: 'T[] -> NpyData) =
            ArbMap.defaults |> ArbMap.generate<'T> |> Gen.arrayOfLength n |> Gen.map make

        let! data =
            Gen.oneof [
                numbers NpyData.Float32
                numbers NpyData.Float64
                numbers NpyData.Int32
                numbers NpyData.Int64
            ]

        return NpyArray.create shape data
    }

type Generators =
    static member Array() = Arb.fromGen arrays

/// Equality of the stored bits: NaN equals itself, −0 is not 0.
let private same (a: NpyArray) (b: NpyArray) =
    let bits data =
        match data with
        | NpyData.Float32 values -> "f4", Array.map (BitConverter.SingleToInt32Bits >> int64) values
        | NpyData.Float64 values -> "f8", Array.map BitConverter.DoubleToInt64Bits values
        | NpyData.Int32 values -> "i4", Array.map int64 values
        | NpyData.Int64 values -> "i8", values

    a.Shape = b.Shape && bits a.Data = bits b.Data

[<Property(Arbitrary = [| typeof<Generators> |], MaxTest = 300)>]
let ``an array of any type and shape comes back bit for bit`` (array: NpyArray) =
    use stream = new MemoryStream()
    NpyFile.writeStream array stream
    stream.Position <- 0L

    match NpyFile.readStream "a.npy" stream.Length (fun _ -> true) stream with
    | Ok(NpyContent.Whole again) -> same array again
    | _ -> false

[<Test>]
let ``arrays longer than a chunk come back`` () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "a.npy")
        let array = NpyArray.ofVector (Array.init 300_001 (fun i -> float i / 7.0))
        good (NpyFile.write path array)
        Assert.That((good (NpyFile.read path) = array)))

let private header (text: string) =
    let magic = Array.append [| 0x93uy |] "NUMPY"B
    let bytes = Array.append magic [| 1uy; 0uy; byte text.Length; 0uy |]
    Convert.ToBase64String(Array.append bytes (Text.Encoding.ASCII.GetBytes text))

let private withShape descr shape =
    header $"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"

let private broken = [
    "bm90IG51bXB5IGF0IGFsbA==", "a.npy: this is not a NumPy file; write it with numpy.save."
    "", "a.npy: this is not a NumPy file; write it with numpy.save."
    "k05VTVBZAQB2AHsn", "a.npy: the NumPy header is cut short; write the file again."
    header "{'descr': 3}",
    "a.npy: the NumPy header cannot be read: {'descr': 3}; "
    + "arrays of numbers and records of numbers are read."
    withShape "'<f8'" "(3,)",
    "a.npy: the file is shorter than its header says ('3'); write the file again."
    withShape "'<f8'" "(3000000, 3000000, 3000000)",
    "a.npy: the array has too many elements ('3000000 x 3000000 x 3000000'); "
    + "split it: 2,147,483,591 is the most."
    withShape "'<U5'" "(0,)",
    "a.npy: the array does not hold numbers ('U20'); "
    + "integers, booleans and floating point numbers are read."
    withShape "[('a', '<f8')]" "(0,)",
    "a.npy: the file holds records, not an array; save one plain array."
    Convert.ToBase64String(Array.append (Convert.FromBase64String f8) [| 0uy |]),
    "a.npy: the file goes on after the array ('3'); keep one array in a file, or use .npz."
]

[<Test>]
let ``each broken file has its sentence`` () =
    inFolder (fun folder ->
        for bytes, expected in broken do
            let found = NpyFile.read (bytesFile folder "a.npy" bytes) |> sentences folder
            equal [ expected ] found)

[<Test>]
let ``a file that is not there and a folder have their sentences`` () =
    inFolder (fun folder ->
        let found = NpyFile.read (Path.Combine(folder, "b.npy")) |> sentences folder
        equal [ "b.npy: there is no such file; check the name and the folder it is in." ] found
        Directory.CreateDirectory(Path.Combine(folder, "c.npy")) |> ignore
        let found = NpyFile.read (Path.Combine(folder, "c.npy")) |> sentences folder
        equal [ "c.npy: this is a folder, not a file; name the file inside it." ] found)

[<Test>]
let ``a file that cannot be written leaves nothing behind`` () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "missing", "a.npy")
        let found = NpyFile.write path (NpyArray.ofVector [| 1.0 |]) |> sentences folder
        Assert.That(found.Length, Is.EqualTo 1)
        equal [||] (Directory.GetFileSystemEntries folder))

[<Test>]
let ``a shape that does not fit the numbers is refused`` () =
    let message = argumentFault (fun () -> NpyArray.ofMatrix 2 2 [| 1.0 |] |> ignore)
    Assert.That(message, Does.Contain "[2; 2] for 1 numbers")
