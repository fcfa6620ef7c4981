module Nsbi.Infer.Tests.ToyEnsembleTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.TaskStoreTests

let private sampler = ok (ToySampler.create compiled [| 0.5 |])

let private tests =
    ToyTest.measurement Fit.settings TestStatistic.TwoSided "mu" 0.5 sampler.Theta

let private fits =
    let hypothesis = { Parameter = "mu"; Value = 0.7 }
    ToyFit.measurement Fit.settings (Some hypothesis) sampler.Theta

let private run toys threads = {
    ToyRun.ofToys toys with
        Seed = 8UL
        Threads = threads
}

let private bytesOf (measurement: IToyMeasurement<'Result>) (results: 'Result[]) =
    use stream = new IO.MemoryStream()
    use writer = new IO.BinaryWriter(stream)
    results |> Array.iter (fun r -> measurement.Write(writer, r))
    writer.Flush()
    stream.ToArray()

[<Test>]
let ``results are the same for 1, 2 and 3 threads and in order`` () =
    let one = ToyEnsemble.run (run 30 1) sampler fits
    Assert.That(one |> Array.map _.Index, same [| 0..29 |])

    for threads in [ 2; 3 ] do
        let more = ToyEnsemble.run (run 30 threads) sampler fits
        Assert.That((bytesOf fits more = bytesOf fits one), $"{threads}")

[<Test>]
let ``toys do not depend on how many follow`` () =
    let few = ToyEnsemble.run (run 5 1) sampler tests
    let many = ToyEnsemble.run (run 9 2) sampler tests
    Assert.That((bytesOf tests many[..4] = bytesOf tests few))

[<Test>]
let ``what is written is read again`` () =
    let check (measurement: IToyMeasurement<'Result>) =
        let results = ToyEnsemble.run (run 5 2) sampler measurement
        let bytes = bytesOf measurement results
        use reader = new IO.BinaryReader(new IO.MemoryStream(bytes))
        let again = Array.init 5 (fun _ -> measurement.Read reader)
        Assert.That((bytesOf measurement again = bytes))

    check tests
    check fits

[<Test>]
let ``a test of a toy is its fit with the same tested value`` () =
    let test = ToyEnsemble.run (run 10 2) sampler tests
    let hypothesis = { Parameter = "mu"; Value = 0.5 }
    let both = ToyFit.measurement Fit.settings (Some hypothesis) sampler.Theta

    for t, f in Array.zip test (ToyEnsemble.run (run 10 2) sampler both) do
        Assert.That(t.Value, same f.Value)
        Assert.That(t.BestFit, same f.Values[0])
        Assert.That(t.Minimum, same f.Minimum)
        Assert.That(t.Value, Is.EqualTo(f.Conditional.Value.Minimum - f.Minimum).Within(1e-9))

/// A measurement that takes no time, of toys of a small model.
let private counts (log: int list ref) (stop: int) = {
    new IToyMeasurement<float> with
        member _.Settings = []

        member _.Measure toy =
            if toy.Index = stop then
                raise Killed

            lock log (fun () -> log.Value <- toy.Index :: log.Value)
            toy.Observation.TotalWeight "SR"

        member _.Failure result =
            if result < 240.0 then Some "few" else None

        member _.Write(writer, result) = writer.Write result
        member _.Read reader = reader.ReadDouble()
}

let private inputs = [ "model", "a"; "data", "b" ]

let private durable folder step toys stop =
    let log = ref []
    let opened = TaskStore.openWith step identity folder |> opened
    use store = opened

    let results =
        ToyEnsemble.runIn store "toys" inputs (run toys 2) sampler (counts log stop)

    results, log.Value

[<Test>]
let ``a second run measures only what was not finished`` () =
    withFolder (fun folder ->
        let results, log = durable folder ignore 450 -1
        Assert.That(log.Length, same 450)
        let before = tree folder
        let again, log = durable folder ignore 450 -1
        Assert.That(again, same results)
        Assert.That(log, Is.Empty)
        Assert.That(tree folder, same before)
        // More toys go on where the others ended, from the last whole 200.
        let more, log = durable folder ignore 610 -1
        Assert.That(more[..449], same results)
        Assert.That(List.sort log, same [ 400..609 ]))

[<Test>]
let ``killed at any step or toy and run again the folder ends with the same bytes`` () =
    withFolder (fun reference ->
        let expected, _ = durable reference ignore 410 -1
        let bytes = tree reference

        let killed step stop =
            withFolder (fun folder ->
                let mutable count = 0

                let hook (_: DurableStep) =
                    count <- count + 1

                    if count = step then
                        raise Killed

                let wasKilled =
                    try
                        durable folder hook 410 stop |> ignore
                        false
                    with Killed ->
                        true

                let results, _ = durable folder ignore 410 -1
                Assert.That(results, same expected)
                Assert.That(tree folder, same bytes)
                Assert.That(wasKilled || step > 24))

        for step in 1..28 do
            killed step -1

        for stop in [ 0; 7; 199; 200; 333; 409 ] do
            killed 0 stop)

[<Test>]
let ``other seeds, samplers and settings are other tasks`` () =
    withFolder (fun folder ->
        use store = TaskStore.openAt identity folder |> opened

        let measured label run sampler inputs =
            let log = ref []
            ToyEnsemble.runIn store label inputs run sampler (counts log -1) |> ignore
            log.Value.Length

        let first = run 20 1
        Assert.That(measured "a" first sampler inputs, same 20)
        Assert.That(measured "b" first sampler inputs, same 20))

    withFolder (fun folder ->
        let once run sampler inputs =
            use store = TaskStore.openAt identity folder |> opened
            let log = ref []
            ToyEnsemble.runIn store "a" inputs run sampler (counts log -1) |> ignore
            log.Value.Length

        let first = run 20 1
        let other = ok (ToySampler.create compiled [| 0.6 |])
        Assert.That(once first sampler inputs, same 20)
        Assert.That(once first sampler inputs, same 0)
        Assert.That(once { first with Seed = 9UL } sampler inputs, same 20)
        Assert.That(once first sampler inputs, same 20)
        Assert.That(once first other inputs, same 20)
        Assert.That(once first other [ "model", "c"; "data", "b" ], same 20))

[<Test>]
let ``progress counts toys and failures, those of finished tasks too`` () =
    withFolder (fun folder ->
        let counted () =
            use store = TaskStore.openAt identity folder |> opened
            let mutable steps = []

            let progress = {
                new IProgress<ToyProgress> with
                    member _.Report p = steps <- p :: steps
            }

            let run = { run 250 2 with Progress = progress }

            let results = ToyEnsemble.runIn store "toys" inputs run sampler (counts (ref []) -1)

            let failed = results |> Array.filter (fun n -> n < 240.0) |> Array.length

            Assert.That(
                steps.Head,
                same {
                    Done = 250
                    Total = 250
                    Failed = failed
                }
            )

            Assert.That(failed, Is.GreaterThan 5)
            steps.Length

        Assert.That(counted (), same 250)
        Assert.That(counted (), same 2))

[<Test>]
let ``a cancelled run ends and can go on`` () =
    withFolder (fun folder ->
        use source = new CancellationTokenSource()

        let progress = {
            new IProgress<ToyProgress> with
                member _.Report p =
                    if p.Done = 250 then
                        source.Cancel()
        }

        let cancelled =
            try
                use store = TaskStore.openAt identity folder |> opened

                let run = {
                    run 600 2 with
                        Progress = progress
                        Cancellation = source.Token
                }

                ToyEnsemble.runIn store "toys" inputs run sampler (counts (ref []) -1) |> ignore
                false
            with :? OperationCanceledException ->
                true

        Assert.That(cancelled)
        let _, log = durable folder ignore 600 -1
        Assert.That(log.Length, same 400))

[<Test>]
let ``no toys are no results`` () =
    Assert.That(ToyEnsemble.run (run 0 2) sampler tests, Is.Empty)

[<Test>]
let ``a negative number of toys and no threads are refused`` () =
    for bad in [ run -1 1; run 5 0 ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> ToyEnsemble.run bad sampler tests |> ignore)
        )
        |> ignore
