namespace Nsbi.Infer

open System
open System.Globalization
open System.IO
open System.Text
open Nsbi.Kernels

/// <summary>Pseudo-experiments of events, measured by several statistics at once, each of them on the same
/// pseudo-experiments. Results are the same for any number of threads.</summary>
[<RequireQualifiedAccess>]
module EventStudy =

    /// Pseudo-experiments that a thread takes at a time.
    let private chunk = 50

    /// Pseudo-experiments of a task whose result is durable.
    let private durable = 1000

    let private fileName = "values.bin"
    let private magic = Encoding.ASCII.GetBytes "nsbipow1"

    let private toBytes (values: float[][]) : byte[] =
        use stream = new MemoryStream()

        do
            use writer = new BinaryWriter(stream, UTF8Encoding false, leaveOpen = true)
            writer.Write magic
            writer.Write values.Length

            for row in values do
                writer.Write row.Length
                row |> Array.iter (fun (x: float) -> writer.Write x)

        stream.ToArray()

    let private ofBytes (bytes: byte[]) : float[][] =
        use reader = new BinaryReader(new MemoryStream(bytes), UTF8Encoding false)

        if not (Span<byte>(magic).SequenceEqual(ReadOnlySpan(reader.ReadBytes magic.Length))) then
            invalidOp "This is not a file of values of pseudo-experiments."

        Array.init (reader.ReadInt32()) (fun _ ->
            Array.init (reader.ReadInt32()) (fun _ -> reader.ReadDouble()))

    /// The pseudo-experiments first, first + 1, …: values by statistic and pseudo-experiment.
    let private measure
        (team: ThreadTeam)
        (run: ToyRun)
        (report: int -> unit)
        (source: IEventSource)
        (statistics: IEventStatistic[])
        (first: int)
        (count: int)
        : float[][] =
        let values = Array.init statistics.Length (fun _ -> Array.zeroCreate<float> count)

        team.For(
            (count + chunk - 1) / chunk,
            fun task _ ->
                run.Cancellation.ThrowIfCancellationRequested()
                use own = new ThreadTeam(1)
                let start = task * chunk
                let length = min chunk (count - start)

                let toys =
                    Array.init length (fun k -> source.Draw(run.Seed, uint64 (first + start + k)))

                for s in 0 .. statistics.Length - 1 do
                    let found = statistics[s].Evaluate(own, toys)
                    Array.blit found 0 values[s] start length

                report length
        )

        values

    /// <summary>Draws pseudo-experiments and measures each with all statistics.</summary>
    /// <param name="run">how many, with which seed, on how many threads</param>
    /// <param name="store">where results are kept, with the names and SHA-256 of what they depend on
    /// beside the settings; none to keep them in memory</param>
    /// <param name="label">what these pseudo-experiments are called in the store</param>
    /// <param name="source">what they are drawn from</param>
    /// <param name="statistics">what is done with each</param>
    /// <returns>by statistic the values of the pseudo-experiments, in their order</returns>
    /// <exception cref="T:System.ArgumentException">a negative number of pseudo-experiments, or no
    /// thread</exception>
    /// <exception cref="T:System.OperationCanceledException">the cancellation was asked for
    /// </exception>
    let run
        (run: ToyRun)
        (store: (TaskStore * (string * string) list) option)
        (label: string)
        (source: IEventSource)
        (statistics: IEventStatistic list)
        : float[][] =
        if run.Toys < 0 then
            invalidArg (nameof run) $"Ask for 0 pseudo-experiments or more, not {run.Toys}."

        if run.Threads < 1 then
            invalidArg (nameof run) $"Give 1 thread or more, not {run.Threads}."

        use team = new ThreadTeam(run.Threads)
        let gate = obj ()
        let total = ref 0

        let report count =
            lock gate (fun () ->
                total.Value <- total.Value + count

                if not (isNull run.Progress) then
                    run.Progress.Report {
                        Done = total.Value
                        Total = run.Toys
                        Failed = 0
                    })

        let statistics = List.toArray statistics

        let measured first count =
            measure team run report source statistics first count

        match store with
        | None -> measured 0 run.Toys
        | Some(store, inputs) ->
            let parts = [|
                for first in 0..durable .. run.Toys - 1 do
                    let count = min durable (run.Toys - first)

                    let number = (first / durable).ToString("D5", CultureInfo.InvariantCulture)

                    let task =
                        store.Run(
                            {
                                Name = $"{label}-{number}"
                                Seed = run.Seed
                                Inputs = inputs
                                Settings = [
                                    "first", string first
                                    "pseudo-experiments", string count
                                    for name, value in source.Settings do
                                        $"source: {name}", value
                                    for s in 0 .. statistics.Length - 1 do
                                        $"statistic {s + 1}", statistics[s].Name

                                        for name, value in statistics[s].Settings do
                                            $"statistic {s + 1}: {name}", value
                                ]
                            },
                            fun _ -> [ fileName, toBytes (measured first count) ]
                        )

                    if task.Reused then
                        report count

                    ofBytes (task.Read fileName)
            |]

            Array.init statistics.Length (fun s -> parts |> Array.collect (fun part -> part[s]))

    /// <summary>The distributions of statistics under two hypotheses.</summary>
    /// <param name="ofRun">pseudo-experiments of each; those of the hypotheses are independent</param>
    /// <param name="store">where results are kept</param>
    /// <param name="nullSource">H0</param>
    /// <param name="alternative">H1</param>
    /// <param name="statistics">large where the alternative holds</param>
    let compare
        (ofRun: ToyRun)
        (store: (TaskStore * (string * string) list) option)
        (nullSource: IEventSource)
        (alternative: IEventSource)
        (statistics: IEventStatistic list)
        : PowerSample list =
        let of' label (source: IEventSource) =
            let seed = ToyWork.seedAt ofRun.Seed $"power {label}" 0.0
            run { ofRun with Seed = seed } store label source statistics

        let h0 = of' "null" nullSource
        let h1 = of' "alternative" alternative

        statistics
        |> List.mapi (fun s statistic -> {
            Strategy = statistic.Name
            Null = h0[s]
            Alternative = h1[s]
        })
