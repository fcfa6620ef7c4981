namespace Nsbi.Infer

open Nsbi.Kernels

/// <summary>A statistic of data of any kind, learned or computed: the larger, the worse a value of the
/// parameter fits.</summary>
type IBeltStatistic<'Data> =
    /// <summary>Draws one pseudo-experiment at a value of the parameter.</summary>
    /// <remarks>Called from several threads at once: a function of its arguments alone. Nuisance
    /// parameters are at what this object holds them at, such as their best values for the observed
    /// data.</remarks>
    abstract Draw: value: float * stream: byref<RandomStream> -> 'Data

    /// <summary>The statistic of each of many data sets at one value; NaN where it is not known.
    /// </summary>
    abstract Values: data: 'Data[] * value: float -> float[]

/// <summary>Neyman's construction for any statistic: no likelihood is needed, only pseudo-experiments.
/// </summary>
/// <remarks>Coverage is that of the toys: exact for the nuisance parameters that they were drawn with.
/// Source: Neyman, Phil. Trans. R. Soc. A 236, 333 (1937).</remarks>
[<RequireQualifiedAccess>]
module StatisticBelt =

    /// Parts between neighbouring points in which crossings are looked for.
    let private cells = 8

    /// <summary>The statistic of toys at a value, tested at that value.</summary>
    /// <param name="run">how many toys, with which seed, on how many threads</param>
    /// <param name="purpose">of the random numbers: toys of different purposes are independent</param>
    /// <param name="statistic">the statistic</param>
    /// <param name="value">the value</param>
    /// <returns>the toys and their statistics; both the same for any number of threads</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let toys
        (run: ToyRun)
        (purpose: string)
        (statistic: IBeltStatistic<'Data>)
        (value: float)
        : 'Data[] * float[] =
        run.Cancellation.ThrowIfCancellationRequested()
        let data = Array.zeroCreate<'Data> run.Toys
        let seed = ToyWork.seedAt run.Seed purpose value
        use team = new ThreadTeam(max 1 run.Threads)

        team.For(
            run.Toys,
            fun index _ ->
                let mutable stream = RandomStream(seed, "toy of a statistic", uint64 index)
                data[index] <- statistic.Draw(value, &stream)
        )

        data, statistic.Values(data, value)

    /// <summary>The quantiles of the statistic over values of the parameter.</summary>
    /// <param name="run">toys at each value, seed, threads, cancellation</param>
    /// <param name="settings">the name of the parameter, its values, levels, and how often values are added
    /// where the belt bends; Shifted is not used</param>
    /// <param name="statistic">the statistic</param>
    /// <exception cref="T:System.ArgumentException">no values, no levels or no toys</exception>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let construct
        (run: ToyRun)
        (settings: NeymanSettings)
        (statistic: IBeltStatistic<'Data>)
        : ConfidenceBelt =
        if settings.Grid.IsEmpty then
            invalidArg (nameof settings) "The grid has no values."

        if settings.Levels.IsEmpty then
            invalidArg (nameof settings) "Give one confidence level at least."

        if run.Toys < 1 then
            invalidArg (nameof run) $"{run.Toys} toys make no belt."

        let grid = settings.Grid |> List.distinct |> List.sort
        let belt = ConfidenceBelt.create settings.Parameter settings.Levels false

        let pointsAt before values =
            let planned = before + List.length values

            values
            |> List.mapi (fun index value ->
                let _, statistics = toys run "belt" statistic value

                if not (isNull run.Progress) then
                    run.Progress.Report {
                        Done = (before + index + 1) * run.Toys
                        Total = planned * run.Toys
                        Failed = 0
                    }

                BeltPoint.ofValues settings.Levels value statistics)

        let rec refine points round =
            let found = belt points

            match ConfidenceBelt.bends settings.Tolerance found with
            | [] -> found
            | _ when round >= settings.Refinements -> found
            | more -> refine (points @ pointsAt (List.length points) more) (round + 1)

        refine (pointsAt 0 grid) 0

    /// <summary>The values that the belt accepts for data, one set for each of its levels.</summary>
    /// <param name="belt">of this statistic</param>
    /// <param name="statistic">the statistic</param>
    /// <param name="data">the data</param>
    /// <param name="best">values that are looked at besides those between which the belt is divided, such as
    /// an estimate: a set may be narrower than the parts</param>
    let accept
        (belt: ConfidenceBelt)
        (statistic: IBeltStatistic<'Data>)
        (data: 'Data)
        (best: float list)
        : AcceptedSet list =
        let t value =
            (statistic.Values([| data |], value))[0]

        belt.Levels
        |> List.map (fun level -> BeltAcceptance.find cells belt level best t)
