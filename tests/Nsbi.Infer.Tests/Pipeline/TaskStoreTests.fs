module Nsbi.Infer.Tests.TaskStoreTests

open System
open System.Collections.Generic
open System.IO
open System.Text
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

exception Killed

let identity = {
    Version = "1.2.3"
    InstructionPath = "avx2"
}

let opened (result: Result<TaskStore, StoreError list>) : TaskStore =
    match result with
    | Ok store -> store
    | Error faults -> raise (AssertionException(string faults))

let withFolder (test: string -> unit) : unit =
    let folder =
        Path.Combine(Path.GetTempPath(), "nsbi-store-" + Guid.NewGuid().ToString "N")

    try
        test folder
    finally
        if Directory.Exists folder then
            Directory.Delete(folder, true)

/// Every file outside log/, with its bytes as text.
let tree (folder: string) : (string * string) list =
    [
        for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
            let name = Path.GetRelativePath(folder, path).Replace('\\', '/')

            if not (name.StartsWith "log/") then
                name, Convert.ToHexString(File.ReadAllBytes path)
    ]
    |> List.sort

let spec (name: string) (settings: (string * string) list) : TaskSpec = {
    Name = name
    Seed = 7UL
    Inputs = []
    Settings = settings
}

let bytes (text: string) = Encoding.UTF8.GetBytes text

/// Adds 1² + 2² + … + 6², with a checkpoint after each number.
let sumOfSquares (log: List<int>) (task: ITaskContext) =
    let start, total =
        match task.LoadCheckpoint() with
        | Some saved -> int saved[0], int saved[1]
        | None -> 0, 0

    let mutable sum = total

    for i in start + 1 .. 6 do
        log.Add i
        sum <- sum + i * i
        task.SaveCheckpoint [| byte i; byte sum |]

    [ "sum.txt", bytes $"{sum}" ]

/// Two tasks, the second reading the first, and a published file.
let work (store: TaskStore) (settings: (string * string) list) (log: List<int>) =
    let first = store.Run(spec "sum" settings, sumOfSquares log)

    let second =
        store.Run(
            {
                spec "twice" [] with
                    Inputs = [ first.Input "sum.txt" ]
            },
            fun _ ->
                let sum = Encoding.UTF8.GetString(first.Read "sum.txt") |> int
                [ "a.txt", bytes $"{2 * sum}"; "empty.bin", [||] ]
        )

    store.RemoveOthers()
    store.Publish("result.json", second.Read "a.txt")

let runIn (folder: string) (settings: (string * string) list) : List<int> =
    let log = List<int>()
    use store = TaskStore.openAt identity folder |> opened
    work store settings log
    log

let killedAt (step: int) (folder: string) (settings: (string * string) list) : bool =
    let mutable count = 0

    let hook (_: DurableStep) =
        count <- count + 1

        if count = step then
            raise Killed

    try
        use store = TaskStore.openWith hook identity folder |> opened
        work store settings (List<int>())
        false
    with Killed ->
        true

[<Test>]
let ``a task gives its files and a finished one is not run again`` () =
    withFolder (fun folder ->
        Assert.That(runIn folder [ "width", "64" ], same [ 1..6 ])
        let before = tree folder
        Assert.That(File.ReadAllText(Path.Combine(folder, "result.json")), same "182")
        Assert.That(runIn folder [ "width", "64" ], Is.Empty)
        Assert.That(tree folder, same before))

[<Test>]
let ``killed at any step and run again the folder ends with the same bytes`` () =
    withFolder (fun reference ->
        runIn reference [ "width", "64" ] |> ignore
        let expected = tree reference
        let mutable step = 1
        let mutable killed = true

        while killed do
            withFolder (fun folder ->
                // Results of other settings lie there first, so that redoing is killed too.
                runIn folder [ "width", "32" ] |> ignore
                killed <- killedAt step folder [ "width", "64" ]
                runIn folder [ "width", "64" ] |> ignore
                Assert.That(tree folder, same expected, $"killed at step {step}"))

            step <- step + 1

        Assert.That(step, Is.GreaterThan 40))

[<Test>]
let ``killed twice at any pair of steps nothing half written is left`` () =
    withFolder (fun reference ->
        runIn reference [] |> ignore
        let expected = tree reference

        for first in 1..7..50 do
            for second in 1..9..50 do
                withFolder (fun folder ->
                    killedAt first folder [] |> ignore
                    killedAt second folder [] |> ignore
                    runIn folder [] |> ignore
                    Assert.That(tree folder, same expected, $"killed at {first}, {second}")))

[<Test>]
let ``a killed task goes on from its last checkpoint`` () =
    withFolder (fun folder ->
        let mutable saved = 0

        let hook (step: DurableStep) =
            match step with
            | DurableStep.Renamed path when path.EndsWith "checkpoint.bin" ->
                saved <- saved + 1

                if saved = 4 then
                    raise Killed
            | _ -> ()

        Assert.That(
            Action(fun () ->
                use store = TaskStore.openWith hook identity folder |> opened
                work store [] (List<int>())),
            Throws.InstanceOf<Killed>()
        )

        Assert.That(runIn folder [], same [ 5; 6 ])
        Assert.That(File.ReadAllText(Path.Combine(folder, "result.json")), same "182"))

[<Test>]
let ``a checkpoint of other settings or a damaged one is not used`` () =
    withFolder (fun folder ->
        let path = Path.Combine(folder, "tasks", "sum", "checkpoint.bin")

        let interrupt () =
            use store = TaskStore.openAt identity folder |> opened

            Assert.That(
                Action(fun () ->
                    store.Run(
                        spec "sum" [],
                        fun task ->
                            task.SaveCheckpoint [| 5uy; 55uy |]
                            raise Killed
                    )
                    |> ignore),
                Throws.InstanceOf<Killed>()
            )

        interrupt ()
        Assert.That(runIn folder [ "other", "1" ], same [ 1..6 ])
        interrupt ()
        let all = File.ReadAllBytes path
        all[all.Length - 1] <- all[all.Length - 1] ^^^ 1uy
        File.WriteAllBytes(path, all)
        Assert.That(runIn folder [], same [ 1..6 ]))

[<TestCase("tasks/sum/sum.txt", true)>]
[<TestCase("tasks/sum/manifest.json", true)>]
[<TestCase("tasks/twice/a.txt", false)>]
let ``a damaged or missing file is detected and its task redone`` (file: string) (first: bool) =
    withFolder (fun folder ->
        runIn folder [] |> ignore
        let expected = tree folder
        let path = Path.Combine(folder, file)

        let damages: (unit -> unit) list = [
            fun () -> File.WriteAllText(path, "92")
            fun () -> File.WriteAllText(path, "")
            fun () -> File.WriteAllText(path, "{}")
            fun () -> File.Delete path
        ]

        for damage in damages do
            damage ()
            Assert.That(runIn folder [], Has.Count.EqualTo(if first then 6 else 0))
            Assert.That(tree folder, same expected))

[<Test>]
let ``foreign files in a task folder and results of vanished tasks are removed`` () =
    withFolder (fun folder ->
        runIn folder [] |> ignore
        let expected = tree folder
        File.WriteAllText(Path.Combine(folder, "tasks", "sum", "stray.txt"), "x")
        File.WriteAllText(Path.Combine(folder, "tasks", "twice", "a.txt.tmp"), "x")
        File.WriteAllText(Path.Combine(folder, "result.json.tmp"), "x")
        Directory.CreateDirectory(Path.Combine(folder, "tasks", "vanished")) |> ignore
        File.WriteAllText(Path.Combine(folder, "tasks", "vanished", "b.txt"), "x")
        runIn folder [] |> ignore
        Assert.That(tree folder, same expected))

[<Test>]
let ``a second store on the same folder is refused by name of the process`` () =
    withFolder (fun folder ->
        use _ = TaskStore.openAt identity folder |> opened

        match TaskStore.openAt identity folder with
        | Error [ StoreError.InUse _ as fault ] ->
            Assert.That(fault.Message, Does.Contain $"process {Environment.ProcessId}")
            Assert.That(fault.Message, Does.Contain folder)
        | other -> Assert.Fail(string other))

[<Test>]
let ``the lock files of a dead process do not keep anyone out`` () =
    withFolder (fun folder ->
        Directory.CreateDirectory(Path.Combine(folder, "log")) |> ignore
        File.WriteAllText(Path.Combine(folder, "log", "lock"), "")
        File.WriteAllText(Path.Combine(folder, "log", "owner"), "process 999999 on nowhere")
        Assert.That(runIn folder [], same [ 1..6 ]))

[<Test>]
let ``another version and another instruction path are both refused with sentences`` () =
    withFolder (fun folder ->
        runIn folder [] |> ignore
        let expected = tree folder

        let other = {
            Version = "2.0.0"
            InstructionPath = "avx512"
        }

        match TaskStore.openAt other folder with
        | Error [ version; path ] ->
            Assert.That(version.Message, Does.Contain "version 1.2.3, this is version 2.0.0")
            Assert.That(path.Message, Does.Contain "NSBI_ISA=avx2")
        | result -> Assert.Fail(string result)

        Assert.That(tree folder, same expected)
        // The refused store must have let go of the lock.
        Assert.That(runIn folder [], Is.Empty))

[<Test>]
let ``a damaged store file and a file in place of the folder are refused with sentences`` () =
    withFolder (fun folder ->
        runIn folder [] |> ignore
        File.WriteAllText(Path.Combine(folder, "store.json"), "{")

        match TaskStore.openAt identity folder with
        | Error [ StoreError.Unusable _ as fault ] ->
            Assert.That(fault.Message, Does.Contain "store.json")
        | result -> Assert.Fail(string result)

        match TaskStore.openAt identity (Path.Combine(folder, "result.json")) with
        | Error [ StoreError.Unusable _ ] -> ()
        | result -> Assert.Fail(string result))

[<TestCase("")>]
[<TestCase("../up")>]
[<TestCase("a b")>]
[<TestCase(".hidden")>]
[<TestCase("half.tmp")>]
let ``bad names of tasks and files are refused`` (name: string) =
    withFolder (fun folder ->
        use store = TaskStore.openAt identity folder |> opened

        let run name file () =
            store.Run(spec name [], fun _ -> [ file, [||] ]) |> ignore

        Assert.That(Action(run name "ok"), Throws.ArgumentException)
        Assert.That(Action(run "task" name), Throws.InvalidOperationException)
        Assert.That(Action(run "task2" "manifest.json"), Throws.InvalidOperationException)
        Assert.That(Action(fun () -> store.Publish(name, [||])), Throws.ArgumentException))

[<Test>]
let ``a task that raises is left unfinished and the others go on`` () =
    withFolder (fun folder ->
        use store = TaskStore.openAt identity folder |> opened

        Assert.That(
            Action(fun () -> store.Run(spec "bad" [], fun _ -> raise Killed) |> ignore),
            Throws.InstanceOf<Killed>()
        )

        let good = store.Run(spec "good" [], fun _ -> [ "x", [| 1uy |] ])
        Assert.That(good.Reused, Is.False)
        Assert.That(good.Read "x", same [| 1uy |])
        Assert.That(Action(fun () -> good.Read "y" |> ignore), Throws.ArgumentException)
        Assert.That(File.Exists(Path.Combine(folder, "tasks", "bad", "manifest.json")), Is.False))

[<Test>]
let ``tasks of several threads give the bytes of one thread`` () =
    let runAll (degree: int) (folder: string) =
        use store = TaskStore.openAt identity folder |> opened

        System.Threading.Tasks.Parallel.For(
            0,
            30,
            System.Threading.Tasks.ParallelOptions(MaxDegreeOfParallelism = degree),
            fun i -> store.Run(spec $"task{i}" [], fun _ -> [ "x.txt", bytes $"{i * i}" ]) |> ignore
        )
        |> ignore

    withFolder (fun one ->
        withFolder (fun four ->
            runAll 1 one
            runAll 4 four
            Assert.That(tree four, same (tree one))
            Assert.That(tree one, Has.Length.EqualTo 61)))
