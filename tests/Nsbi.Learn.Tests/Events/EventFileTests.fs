module Nsbi.Learn.Tests.EventFileTests

open System
open System.IO
open FsCheck
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

let private request =
    EventRequest.columns [ "m"; "p" ] |> EventRequest.weightedBy "w"

let private cut text = good1 (Selection.parse text)

let private bits (values: float[]) =
    values |> Array.map BitConverter.DoubleToInt64Bits

let private sameTable (a: EventTable) (b: EventTable) =
    List.ofSeq a.Names = List.ofSeq b.Names
    && bits (EventTable.weights a) = bits (EventTable.weights b)
    && a.Names
       |> Seq.forall (fun name -> bits (EventTable.values name a) = bits (EventTable.values name b))

let private formats = [ "t.csv"; "t.csv.gz"; "t.npy"; "t.npz" ]

[<Property(MaxTest = 50)>]
let ``a table comes back bit for bit from every format``
    (rows: NonEmptyArray<NormalFloat * NormalFloat>)
    =
    let m = rows.Get |> Array.map (fun (NormalFloat x, _) -> x)
    let awkward = rows.Get |> Array.map (fun (_, NormalFloat x) -> x)

    let weights =
        Array.init m.Length (fun i -> if i = 0 then 1e10 else -0.1 * float (i % 3))

    let table = EventTable.ofColumns [ "m", m; "a \"b\", c", awkward ] (Some weights)
    let mutable same = true

    inFolder (fun folder ->
        for name in formats do
            let path = Path.Combine(folder, name)
            good (EventFile.write (Some "w") path table)

            let again =
                good (EventFile.read (EventRequest.all |> EventRequest.weightedBy "w") path)

            same <- same && sameTable table again)

    same

[<Test>]
let ``the same table gives the same bytes in every format`` () =
    let table = EventTable.ofColumns [ "m", [| 0.1; -0.0; 1e-300 |] ] None

    inFolder (fun folder ->
        for name in formats do
            let write name =
                let path = Path.Combine(folder, name)
                good (EventFile.write None path table)
                File.ReadAllBytes path

            Assert.That((write name = write ("again-" + name)), name))

[<Test>]
let ``a written csv reads as people would write it`` () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "t.csv")
        let table = EventTable.ofColumns [ "m", [| 0.1; 125.0 |] ] (Some [| 1.0; 2e-5 |])
        good (EventFile.write (Some "w") path table)
        equal "w,m\n1,0.1\n2E-05,125\n" (File.ReadAllText path))

[<TestCase("m,p,w\n1,2,0.5\n3,4,1.5\n")>]
[<TestCase("m,p,w\r\n1,2,0.5\r\n3,4,1.5\r\n")>]
[<TestCase("m,p,w\n1,2,0.5\n3,4,1.5")>]
[<TestCase("m,p,w\n1,2,0.5\n\n3,4,1.5\n\n\n")>]
[<TestCase("\"m\",\"p\",\"w\"\n\"1\",2,0.5\n3,\"4\",1.5\n")>]
[<TestCase("\uFEFFm, p, w\n1, 2, 0.5\n +3, 4.0e0, 1.5 \n")>]
[<TestCase("tag,w,p,m,tag\nab,0.5,2,1,x\n\"c,\nd\",1.5,4,3,\n")>]
let ``csv files of all habits give the same table`` (text: string) =
    let expected =
        EventTable.ofColumns [ "m", [| 1.0; 3.0 |]; "p", [| 2.0; 4.0 |] ] (Some [| 0.5; 1.5 |])

    inFolder (fun folder ->
        for name in [ "t.csv"; "t.csv.gz" ] do
            let table = good (EventFile.read request (textFile folder name text))
            Assert.That(sameTable expected table, string table))

[<Test>]
let ``without columns asked for all but the weight are read`` () =
    inFolder (fun folder ->
        let path = textFile folder "t.csv" "m,w,p\n1,1,2\n"

        let table =
            good (EventFile.read (EventRequest.all |> EventRequest.weightedBy "w") path)

        equal [ "m"; "p" ] (List.ofSeq table.Names)
        let table = good (EventFile.read EventRequest.all path)
        equal [ "m"; "w"; "p" ] (List.ofSeq table.Names))

[<Test>]
let ``the selection reads its own columns and keeps rows by their place in the file`` () =
    inFolder (fun folder ->
        let path = textFile folder "t.csv" "m,w,p\n1,1,2\n5,1,3\n9,2,4\n"

        let request =
            EventRequest.columns [ "p" ] |> EventRequest.selecting (cut "m > 2 && w > 1")

        let table = good (EventFile.read (EventRequest.weightedBy "w" request) path)
        equal [ "p"; "m"; "w" ] (List.ofSeq table.Names)
        equal [| 4.0 |] (EventTable.values "p" table)
        equal (struct (path, 3)) (table.Origin 0))

[<Test>]
let ``a numpy matrix, vector, record file and archive give the same columns`` () =
    inFolder (fun folder ->
        let path name = Path.Combine(folder, name)

        let read request name =
            good (EventFile.read request (path name))

        let matrix = NpyArray.ofMatrix 2 3 [| 1.0; 2.0; 0.5; 3.0; 4.0; 1.5 |]
        good (NpyFile.write (path "matrix.npy") matrix)
        let expected = read (EventRequest.naming [ "m"; "p"; "w" ] request) "matrix.npy"
        Assert.That(expected.SumOfWeights, Is.EqualTo 2.0)
        good (EventFile.write (Some "w") (path "r.npy") expected)
        good (EventFile.write (Some "w") (path "a.npz") expected)
        Assert.That(sameTable expected (read request "r.npy"))
        Assert.That(sameTable expected (read request "a.npz"))
        good (NpyFile.write (path "m.npy") (NpyArray.ofVector [| 1.0; 3.0 |]))
        equal [| 1.0; 3.0 |] (EventTable.values "m" (read (EventRequest.columns [ "m" ]) "m.npy")))

/// numpy records m f8, tag U5, n i2, ok bool: (1.5, 'ab', 7, True), (2.5, 'c', -8, False).
let private records =
    "k05VTVBZAQC2AHsnZGVzY3InOiBbKCdtJywgJzxmOCcpLCAoJ3RhZycsICc8VTUnKSwgKCduJywgJzxpMicpLCAoJ29r\
     JywgJ3xiMScpXSwgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAg\
     ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAA+D9hAAAAYgAA\
     AAAAAAAAAAAAAAAAAAcAAQAAAAAAAARAYwAAAAAAAAAAAAAAAAAAAAAAAAD4/wA="

[<Test>]
let ``records of several types are read where they are numbers`` () =
    inFolder (fun folder ->
        let path = bytesFile folder "t.npy" records
        let table = good (EventFile.read (EventRequest.columns [ "n"; "ok"; "m" ]) path)
        equal [| 7.0; -8.0 |] (EventTable.values "n" table)
        equal [| 1.0; 0.0 |] (EventTable.values "ok" table)
        equal [| 1.5; 2.5 |] (EventTable.values "m" table)
        let found = EventFile.read EventRequest.all path |> sentences folder

        equal
            [
                "t.npy, column 'tag': the column does not hold numbers; "
                + "leave it out of the request."
            ]
            found)

[<Test>]
let ``blocks joined are the whole file`` () =
    inFolder (fun folder ->
        let lines = [ for i in 1..1000 -> $"{i},{i * i},{i % 7}" ]
        let path = textFile folder "t.csv" (String.Join("\n", "m,p,w" :: lines))
        let request = request |> EventRequest.selecting (cut "m > 100")
        let whole = good (EventFile.read request path)

        for rows in [ 1; 7; 100; 999; 1000; 5000 ] do
            let blocks = EventFile.blocks request rows path |> Seq.map good |> Seq.toList
            let joined = EventTable.concat blocks
            Assert.That(sameTable whole joined, $"blocks of {rows}")
            equal (whole.Origin 899) (joined.Origin 899)

        let count = EventFile.fold request 100 (fun n table -> n + table.Count) 0 path
        equal (Ok 900) count)

[<Test>]
let ``blocks stop at the first fault and end with all of them`` () =
    inFolder (fun folder ->
        let lines = [ for i in 1..100 -> if i % 40 = 0 then "1,x,1" else "1,1,1" ]
        let path = textFile folder "t.csv" (String.Join("\n", "m,p,w" :: lines))
        let blocks = EventFile.blocks request 10 path |> Seq.toList
        equal 4 blocks.Length
        equal 2 (sentences folder (List.last blocks)).Length)

[<Test>]
let ``a column of texts is compared, never read as a number`` () =
    inFolder (fun folder ->
        let path = textFile folder "t.csv" "m,Label,w\n1,s,1\n2, b,2\n3,\"s\",4\n4,,8\n"

        let signal =
            EventRequest.all
            |> EventRequest.weightedBy "w"
            |> EventRequest.selecting (cut "Label == 's'")

        let table = good (EventFile.read signal path)
        equal [ "m"; "Label == 's'" ] (List.ofSeq table.Names)
        equal [| 1.0; 3.0 |] (EventTable.values "m" table)

        // Asked for beforehand, the comparison can be made later.
        let request =
            EventRequest.columns [ "m" ] |> EventRequest.comparing [ "Label", "b" ]

        let table = good (EventFile.read request path)
        equal [| 0.0; 1.0; 0.0; 0.0 |] (EventTable.values "Label == 'b'" table)
        let others = good (Selection.apply (cut "Label != 'b' && m < 4") table)
        equal [| 1.0; 3.0 |] (EventTable.values "m" others))
