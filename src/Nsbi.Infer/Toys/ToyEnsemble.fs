namespace Nsbi.Infer

open System
open System.Globalization
open System.IO
open System.Text
open Nsbi.Kernels

/// <summary>Many toys, measured one per thread; results in the order of their numbers, the same for
/// any number of threads.</summary>
[<RequireQualifiedAccess>]
module ToyEnsemble =

    /// Toys of a task whose result is durable.
    let internal chunk = 200

    let private check (run: ToyRun) =
        if run.Toys < 0 then
            invalidArg (nameof run) $"Ask for 0 toys or more, not {run.Toys}."

        if run.Threads < 1 then
            invalidArg (nameof run) $"Give 1 thread or more, not {run.Threads}."

    /// Counts what is done, for all threads.
    [<Sealed>]
    type private Counter(run: ToyRun) =
        let gate = obj ()
        let mutable finished = 0
        let mutable failed = 0

        member _.Add(toys: int, failures: int) =
            lock gate (fun () ->
                finished <- finished + toys
                failed <- failed + failures

                if not (isNull run.Progress) then
                    run.Progress.Report {
                        Done = finished
                        Total = run.Toys
                        Failed = failed
                    })

    /// The toys first, first + 1, …, count of them.
    let private measure
        (team: ThreadTeam)
        (run: ToyRun)
        (counter: Counter)
        (sampler: ToySampler)
        (first: int)
        (count: int)
        (failure: 'Result -> string option)
        (action: Toy -> 'Result)
        : 'Result[] =
        let results = Array.zeroCreate<'Result> count

        team.For(
            count,
            fun task _ ->
                run.Cancellation.ThrowIfCancellationRequested()
                let index = first + task

                let result =
                    action {
                        Index = index
                        Seed = run.Seed
                        Observation = sampler.Draw(run.Seed, uint64 index)
                    }

                results[task] <- result
                counter.Add(1, (if (failure result).IsSome then 1 else 0))
        )

        results

    /// <summary>Draws toys and applies a function to each.</summary>
    /// <param name="run">how many toys, with which seed, on how many threads</param>
    /// <param name="sampler">what toys are drawn from</param>
    /// <param name="action">called from several threads at once, once for each toy; an exception ends
    /// the run</param>
    /// <exception cref="T:System.ArgumentException">a negative number of toys, or no thread
    /// </exception>
    /// <exception cref="T:System.OperationCanceledException">the cancellation was asked for
    /// </exception>
    let map (run: ToyRun) (sampler: ToySampler) (action: Toy -> 'Result) : 'Result[] =
        check run
        use team = new ThreadTeam(run.Threads)
        measure team run (Counter run) sampler 0 run.Toys (fun _ -> None) action

    /// <summary>Draws toys and measures each, nothing kept on disk.</summary>
    /// <remarks>Errors as <c>map</c>.</remarks>
    let run
        (run: ToyRun)
        (sampler: ToySampler)
        (measurement: IToyMeasurement<'Result>)
        : 'Result[] =
        check run
        use team = new ThreadTeam(run.Threads)

        measure team run (Counter run) sampler 0 run.Toys measurement.Failure measurement.Measure

    let private fileName = "toys.bin"

    /// Format and version of the file of a chunk.
    let private magic = Encoding.ASCII.GetBytes "nsbitoy1"

    let private toBytes (measurement: IToyMeasurement<'Result>) (results: 'Result[]) : byte[] =
        use stream = new MemoryStream()

        do
            use writer = new BinaryWriter(stream, UTF8Encoding false, leaveOpen = true)
            writer.Write magic
            writer.Write results.Length

            for result in results do
                measurement.Write(writer, result)

        stream.ToArray()

    let private ofBytes (measurement: IToyMeasurement<'Result>) (bytes: byte[]) : 'Result[] =
        use reader = new BinaryReader(new MemoryStream(bytes), UTF8Encoding false)

        if not (Span<byte>(magic).SequenceEqual(ReadOnlySpan(reader.ReadBytes magic.Length))) then
            invalidOp "This is not a file of toys."

        Array.init (reader.ReadInt32()) (fun _ -> measurement.Read reader)

    /// <summary>As <c>runIn</c>, with so many toys in a durable task: fewer where each takes
    /// long.</summary>
    let internal runInPieces
        (chunk: int)
        (store: TaskStore)
        (label: string)
        (inputs: (string * string) list)
        (run: ToyRun)
        (sampler: ToySampler)
        (measurement: IToyMeasurement<'Result>)
        : 'Result[] =
        check run
        use team = new ThreadTeam(run.Threads)
        let counter = Counter run
        let fingerprint = sampler.Fingerprint

        [|
            for first in 0..chunk .. run.Toys - 1 do
                let count = min chunk (run.Toys - first)
                let number = (first / chunk).ToString("D5", CultureInfo.InvariantCulture)

                let spec = {
                    Name = $"{label}-{number}"
                    Seed = run.Seed
                    Inputs = ("sampler", fingerprint) :: inputs
                    Settings = [
                        "first toy", string first
                        "toys", string count
                        for name, value in measurement.Settings do
                            $"measurement: {name}", value
                    ]
                }

                let task =
                    store.Run(
                        spec,
                        fun _ ->
                            let measured =
                                measure
                                    team
                                    run
                                    counter
                                    sampler
                                    first
                                    count
                                    measurement.Failure
                                    measurement.Measure

                            [ fileName, toBytes measurement measured ]
                    )

                let results = ofBytes measurement (task.Read fileName)

                if task.Reused then
                    let failures =
                        results
                        |> Array.sumBy (fun r -> if (measurement.Failure r).IsSome then 1 else 0)

                    counter.Add(count, failures)

                yield! results
        |]

    /// <summary>Draws toys and measures each; the results of every 200 toys are a durable task of a
    /// store. Killed at any moment and run again, it goes on where it was and ends with the same
    /// bytes; more toys than before go on where the others ended.</summary>
    /// <param name="store">where the results are kept</param>
    /// <param name="label">what these toys are called in the store, unlike any other of it: letters,
    /// digits, '-', '_' and '.'</param>
    /// <param name="inputs">names and SHA-256 of the model and of the data that the likelihood was
    /// compiled from</param>
    /// <param name="run">how many toys, with which seed, on how many threads</param>
    /// <param name="sampler">what toys are drawn from</param>
    /// <param name="measurement">what is done with each</param>
    /// <remarks>Errors as <c>map</c>; beside them what the store raises.</remarks>
    let runIn
        (store: TaskStore)
        (label: string)
        (inputs: (string * string) list)
        (run: ToyRun)
        (sampler: ToySampler)
        (measurement: IToyMeasurement<'Result>)
        : 'Result[] =
        runInPieces chunk store label inputs run sampler measurement
