/// Broken event files, each with its sentence.
module Nsbi.Learn.Tests.EventFaultTests

open System
open System.IO
open System.IO.Compression
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

let private request =
    EventRequest.columns [ "m"; "p" ] |> EventRequest.weightedBy "w"

let private number = "write a number such as 125.3 or 1.2e-3."
let private finite = "remove the event, or repair the program that wrote it."

/// Name, text, sentences.
let private broken = [
    "missing column",
    "m,w\n1,1\n",
    [ "t.csv, column 'p': there is no such column; there are m, w." ]
    "misspelt column",
    "mass,pT,p,w\n1,1,1,1\n",
    [ "t.csv, column 'm': there is no such column; there are mass, pT, p, w." ]
    "missing weight",
    "m,p,W\n1,1,1\n",
    [
        "t.csv, column 'w': there is no such column for the weight; "
        + "did you mean 'W'? there are m, p, W."
    ]
    "non-numeric cell",
    "m,p,w\n1,1,1\n1,abc,1\n",
    [ "t.csv, line 3, column 'p': the cell is not a number ('abc'); " + number ]
    "comma for the decimal point",
    "m,p,w\n\"1,5\",1,1\n",
    [ "t.csv, line 2, column 'm': the cell is not a number ('1,5'); " + number ]
    "empty cell",
    "m,p,w\n1,,1\n",
    [
        "t.csv, line 2, column 'p': the cell is empty; write a number, or leave the event out."
    ]
    "NaN", "m,p,w\nnan,1,1\n", [ "t.csv, line 2, column 'm': the value is NaN ('nan'); " + finite ]
    "infinity",
    "m,p,w\n1,-inf,1\n1,+Infinity,1\n1,1e999,1\n",
    [
        for line, value in [ 2, "-inf"; 3, "+Infinity"; 4, "1e999" ] ->
            $"t.csv, line {line}, column 'p': the value is infinite ('{value}'); {finite}"
    ]
    "NaN weight",
    "m,p,w\n1,1,NaN\n",
    [ "t.csv, line 2, column 'w': the value is NaN ('NaN'); " + finite ]
    "short line",
    "m,p,w\n1,1,1\n1,1\n",
    [
        "t.csv, line 3: the line and the header differ in their number of cells ('2 cells'); "
        + "the header has 3."
    ]
    "long line",
    "m,p,w\n1,1,1,\n",
    [
        "t.csv, line 2: the line and the header differ in their number of cells ('4 cells'); "
        + "the header has 3."
    ]
    "duplicate name",
    "m,p,w,m\n1,1,1,1\n",
    [
        "t.csv, column 'm': the column is there more than once; give each a name of its own."
    ]
    "no events",
    "m,p,w\n",
    [
        "t.csv: there are no events; the header is followed by one line for each event."
    ]
    "empty file", "", [ "t.csv: the file is empty; its first line names the columns." ]
    "blank file", "\n\n\n", [ "t.csv: the file is empty; its first line names the columns." ]
    "zero total weight",
    "m,p,w\n1,1,1\n1,1,-1\n",
    [
        "t.csv, column 'w': the total weight is not positive ('0'); check the weights."
    ]
    "several at once",
    "m,w\n1,x\n\n,1\n",
    [
        "t.csv, column 'p': there is no such column; there are m, w."
        "t.csv, line 2, column 'w': the cell is not a number ('x'); " + number
        "t.csv, line 4, column 'm': the cell is empty; write a number, or leave the event out."
    ]
]

[<Test>]
let ``each broken csv file has its sentences, plain and compressed`` () =
    inFolder (fun folder ->
        for name, text, expected in broken do
            let found =
                EventFile.read request (textFile folder "t.csv" text) |> sentences folder

            Assert.That(found, Is.EqualTo(box expected), name)
            let zipped = textFile folder "t.csv.gz" text
            let found = EventFile.read request zipped |> sentences folder
            let expected = expected |> List.map (fun s -> s.Replace("t.csv", "t.csv.gz"))
            Assert.That(found, Is.EqualTo(box expected), name))

[<Test>]
let ``an empty selection names the selection and the size of the file`` () =
    inFolder (fun folder ->
        let path = textFile folder "t.csv" "m,p,w\n1,1,1\n"
        let condition = good1 (Selection.parse "m > 110 && m < 160")

        let found =
            EventFile.read (EventRequest.selecting condition request) path
            |> sentences folder

        equal
            [
                "t.csv: the selection keeps no event ('m > 110 && m < 160'); "
                + "widen it: the file has 1."
            ]
            found)

[<Test>]
let ``texts that cannot be compared are faults`` () =
    inFolder (fun folder ->
        let path = textFile folder "t.csv" "m,p,w\n1,1,1\n"
        let condition = good1 (Selection.parse "Lable == 's'")

        let found =
            EventFile.read (EventRequest.selecting condition request) path
            |> sentences folder

        equal 1 found.Length
        Assert.That(found[0], Does.StartWith "t.csv, column 'Lable': there is no such column")
        let table = good (EventFile.read request path)
        let found = Selection.apply condition table |> sentences folder

        equal
            [
                "selection: the events know nothing of this text ('Lable == 's''); "
                + "ask for the comparison when the file is read."
            ]
            found

        let path = Path.Combine(folder, "t.npy")
        good (EventFile.write (Some "w") path table)
        let condition = good1 (Selection.parse "m == 's'")

        let found =
            EventFile.read (EventRequest.selecting condition request) path
            |> sentences folder

        equal 1 found.Length
        Assert.That(found[0], Does.Contain "a NumPy file has no columns of texts"))

[<Test>]
let ``a column that only the selection knows is missed once`` () =
    inFolder (fun folder ->
        let path = textFile folder "t.csv" "m,p,w\n1,1,1\n"
        let condition = good1 (Selection.parse "mm > 110 && mm < 160")

        let found =
            EventFile.read (EventRequest.selecting condition request) path
            |> sentences folder

        equal 1 found.Length
        Assert.That(found[0], Does.StartWith "t.csv, column 'mm': there is no such column"))

[<Test>]
let ``a selection that meets NaN names the event of the file, also after faulty lines`` () =
    inFolder (fun folder ->
        let path = textFile folder "t.csv" "m,p,w\n1,x,1\n-1,1,1\n"
        let condition = good1 (Selection.parse "log(m) >= 0")

        let found =
            EventFile.read (EventRequest.selecting condition request) path
            |> sentences folder

        equal 2 found.Length
        Assert.That(found[1], Does.StartWith "t.csv, event 2: the selection compares with NaN"))

[<Test>]
let ``files that cannot be opened have their sentences`` () =
    inFolder (fun folder ->
        let path name = Path.Combine(folder, name)

        let found name =
            EventFile.read request (path name) |> sentences folder

        equal
            [ "no.csv: there is no such file; check the name and the folder it is in." ]
            (found "no.csv")

        equal
            [
                "t.root: the name does not say the format; name it .csv, .csv.gz, .npy or .npz."
            ]
            (found "t.root")

        textFile folder "plain.csv.gz" "" |> ignore
        File.WriteAllText(path "plain.csv.gz", "m,p,w\n1,1,1\n")

        equal
            [
                "plain.csv.gz: the file is not compressed with gzip; "
                + "compress it, or drop .gz from its name."
            ]
            (found "plain.csv.gz")

        textFile folder "z.csv.gz" "m,p,w\n1,1,1\n" |> ignore
        File.Move(path "z.csv.gz", path "z.csv")

        equal
            [
                "z.csv: the file is compressed with gzip; add .gz to its name, or decompress it."
            ]
            (found "z.csv"))

[<Test>]
let ``a compressed file that is cut or damaged is not read as a shorter one`` () =
    inFolder (fun folder ->
        let random = Random 1
        let lines = [ for _ in 1..5000 -> $"{random.NextDouble()},{random.NextDouble()},1" ]
        let path = textFile folder "t.csv.gz" (String.Join("\n", "m,p,w" :: lines))
        let bytes = File.ReadAllBytes path
        File.WriteAllBytes(path, bytes[.. bytes.Length / 2])
        let found = EventFile.read request path |> sentences folder
        Assert.That(found, Has.Some.StartsWith "t.csv.gz: the compressed data are damaged (")
        bytes[bytes.Length / 2] <- ~~~bytes[bytes.Length / 2]
        File.WriteAllBytes(path, bytes)
        let found = EventFile.read request path |> sentences folder
        Assert.That(found, Has.Some.StartsWith "t.csv.gz: the compressed data are damaged ("))

[<Test>]
let ``a compressed file of several members is read to its end`` () =
    inFolder (fun folder ->
        let bytes name text =
            File.ReadAllBytes(textFile folder name text)

        let path = Path.Combine(folder, "t.csv.gz")
        let first = bytes "a.csv.gz" "m,p,w\n1,1,1\n"
        File.WriteAllBytes(path, Array.append first (bytes "b.csv.gz" "2,2,2\n"))
        equal [| 1.0; 2.0 |] (EventTable.values "m" (good (EventFile.read request path))))

[<Test>]
let ``a thousand bad cells are counted and twenty are written`` () =
    inFolder (fun folder ->
        let lines = List.replicate 1000 "1,x,1"
        let path = textFile folder "t.csv" (String.Join("\n", "m,p,w" :: lines))

        match EventFile.read request path with
        | Ok _ -> Assert.Fail()
        | Error faults ->
            equal 1000 (Fault.total faults)
            let sentences = Fault.sentences faults
            equal 21 sentences.Length
            Assert.That(sentences[20], Does.EndWith "and 980 more: the cell is not a number."))

[<Test>]
let ``numpy files name the event and the column`` () =
    inFolder (fun folder ->
        let path name = Path.Combine(folder, name)
        let column values = NpyArray.ofVector values

        good (
            NpzFile.write (path "t.npz") [
                "m", column [| 1.0; nan |]
                "p", column [| 1.0; 2.0; 3.0 |]
                "w", column [| 1.0; 1.0 |]
            ]
        )

        equal
            [
                "t.npz, column 'p': the columns differ in length ('3 values'); 'm' has 2."
                $"t.npz, event 2, column 'm': the value is NaN ('NaN'); {finite}"
            ]
            (EventFile.read request (path "t.npz") |> sentences folder)

        good (NpzFile.write (path "s.npz") [ "m", NpyArray.ofMatrix 1 1 [| 1.0 |] ])

        equal
            [
                "s.npz, column 'm': the array is not a column ('shape 1 x 1'); "
                + "save a one-dimensional array."
            ]
            (EventFile.read (EventRequest.columns [ "m" ]) (path "s.npz") |> sentences folder)

        good (NpyFile.write (path "t.npy") (NpyArray.ofMatrix 2 2 [| 1.0; 2.0; 3.0; 4.0 |]))

        let found =
            EventFile.read (EventRequest.columns [ "m" ]) (path "t.npy") |> sentences folder

        Assert.That(
            found[0],
            Does.StartWith "t.npy: the array has columns without names ('2 columns, 0 names')"
        )

        let unnamed = NpyArray.create [ 1; 1; 1 ] (NpyData.Int32 [| 1 |])
        good (NpyFile.write (path "u.npy") unnamed)
        let found = EventFile.read EventRequest.all (path "u.npy") |> sentences folder

        Assert.That(
            found[0],
            Does.StartWith "u.npy: the array is not a table of events ('shape 1 x 1 x 1')"
        ))
