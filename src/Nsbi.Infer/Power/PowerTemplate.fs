namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

// Axes: event i, process c, bin b.

/// <summary>The histogram analysis of a compiled likelihood that a strategy asks for: in each unbinned channel
/// the ratio r(x) = p(x; θ1)/p(x; θ0) of two points in bins, with templates from the reference table.
/// </summary>
[<NoComparison; ReferenceEquality>]
type internal PowerTemplate = {
    /// The likelihood of the histograms; binned channels are as they were.
    Likelihood: CompiledLikelihood
    /// For each unbinned channel its name, its number of bins, and the bin of each row of the reference
    /// table; −1 where the strategy leaves the event out.
    Rows: (string * int * int[]) list
}

/// Making templates.
[<RequireQualifiedAccess>]
module internal PowerTemplate =

    /// <summary>r of each row of the reference table of a channel, with densities normalised to one.
    /// </summary>
    let ratios
        (compiled: CompiledLikelihood)
        (channel: string)
        (theta0: float[])
        (theta1: float[])
        : float[] =
        let weights =
            (compiled.Unbinned |> Array.find (fun c -> c.Name = channel))
                .Tables[TableKind.Reference].Weights

        let density theta =
            let d, _ = EventDensity.evaluate compiled channel TableKind.Reference theta
            let total = Array.sum (Array.map2 (*) d weights)
            d |> Array.map (fun x -> x / total)

        Array.map2 (fun d1 d0 -> d1 / d0) (density theta1) (density theta0)

    /// r_c Π g of each row at β, not normalised.
    let private shape (channel: CompiledUnbinned) (table: TiledTable) (c: int) (beta: float[]) =
        let n = table.Weights.Length
        let u = Array.init n (fun i -> table.Tiles[c, i] * table.Weights[i])

        if channel.Processes[c].EventParameters.Length > 0 then
            let factors = EventFactors(channel, table, c, beta)

            for start in 0 .. EventTiles.TileEvents .. n - 1 do
                let rows = [| start .. min n (start + EventTiles.TileEvents) - 1 |]
                factors.Fill(rows, 0)
                rows |> Array.iteri (fun j i -> u[i] <- u[i] * factors.Value[j])

        u

    /// The sums of the bins.
    let private fill (bins: int) (rows: int[]) (weights: float[]) : float[] =
        let sums = Array.zeroCreate<float> bins

        for i in 0 .. rows.Length - 1 do
            if rows[i] >= 0 then
                sums[rows[i]] <- sums[rows[i]] + weights[i]

        sums

    /// The code of a histogram beside a code of ratios.
    let private binCode (code: Interpolation) : Interpolation =
        if Interpolation.needsPositive code then
            PolynomialLinear
        else
            code

    let private processOf
        (channel: CompiledUnbinned)
        (theta: float[])
        (bins: int)
        (rows: int[])
        (c: int)
        (proc: Process)
        : Process =
        let table = channel.Tables[TableKind.Reference]
        let compiled = channel.Processes[c]
        let beta = CompiledUnbinned.eventParameters channel theta
        let nominal = shape channel table c beta
        let total = Array.sum nominal

        // Where the yield does not know of g, only its share of each bin changes.
        let yields (weights: float[]) =
            let scale =
                if compiled.EventRate = Renormalised then
                    Array.sum weights
                else
                    total

            fill bins rows weights |> Array.map (fun y -> compiled.Yield * y / scale)

        let central = yields nominal

        let at (parameter: Parameter) (value: float) =
            let place =
                channel.Columns
                |> Array.find (fun column ->
                    column.Process = c && column.Variation.Parameter.Name = parameter.Name)

            let beta = Array.copy beta
            beta[place.Parameter] <- value

            // A bin without nominal events keeps to that.
            Array.map2
                (fun y v -> if y = 0.0 then 0.0 else v)
                central
                (yields (shape channel table c beta))
            |> Array.toList

        {
            proc with
                Yields = Array.toList central
                EventRate = Renormalised
                Modifiers =
                    proc.Modifiers
                    |> List.map (function
                        | EventSys v ->
                            HistoSys(
                                v.Parameter,
                                binCode v.Code,
                                at v.Parameter -1.0,
                                at v.Parameter 1.0
                            )
                        | other -> other)
        }

    let private shapeFaults (channel: UnbinnedChannel) : ModelError list = [
        for proc in channel.Processes do
            for modifier in proc.Modifiers do
                match modifier with
                | EventShape(name, _) ->
                    TableFault.create
                        $"channel '{channel.Name}', process '{proc.Name}'"
                        $"the event shape '{name}' has no templates"
                        "ask for the strategy unbinned alone"
                | _ -> ()
    ]

    /// <summary>The templates of a strategy.</summary>
    /// <param name="compiled">with the reference table of every unbinned channel</param>
    /// <param name="theta0">the null hypothesis, under which equally filled bins are filled</param>
    /// <param name="theta1">the alternative</param>
    /// <param name="strategy">anything but <c>Unbinned</c></param>
    let create
        (compiled: CompiledLikelihood)
        (theta0: float[])
        (theta1: float[])
        (strategy: PowerStrategy)
        : Result<PowerTemplate, ModelError list> =
        let rowsOf (channel: CompiledUnbinned) =
            let r = ratios compiled channel.Name theta0 theta1

            let edges =
                match strategy with
                | PowerStrategy.Bins bins ->
                    let d0, _ =
                        EventDensity.evaluate compiled channel.Name TableKind.Reference theta0

                    let weights =
                        Array.map2 (*) d0 channel.Tables[TableKind.Reference].Weights
                        |> Array.map (max 0.0)

                    WeightedQuantile.compute
                        (Array.init (bins - 1) (fun b -> float (b + 1) / float bins))
                        r
                        weights
                    |> Array.distinct
                | _ -> PowerStrategy.edges (fun _ -> nan) strategy

            let bin = PowerStrategy.binOf edges

            match strategy with
            | PowerStrategy.Cut _ -> 1, r |> Array.map (fun x -> bin x - 1)
            | _ -> edges.Length + 1, r |> Array.map bin

        let faults =
            compiled.Model.Model.Channels
            |> List.collect (function
                | Unbinned channel -> shapeFaults channel
                | Binned _ -> [])

        if not faults.IsEmpty then
            Error faults
        else
            let rows =
                compiled.Unbinned
                |> Array.toList
                |> List.map (fun channel ->
                    let bins, rows = rowsOf channel
                    channel.Name, bins, rows)

            let channels =
                compiled.Model.Model.Channels
                |> List.map (function
                    | Binned channel -> Binned channel
                    | Unbinned channel ->
                        let _, bins, rows =
                            rows |> List.find (fun (name, _, _) -> name = channel.Name)

                        let own = compiled.Unbinned |> Array.find (fun c -> c.Name = channel.Name)

                        Binned {
                            Name = channel.Name
                            Processes =
                                channel.Processes
                                |> List.mapi (processOf own compiled.Model.Initial bins rows)
                        })

            Model.validate {
                compiled.Model.Model with
                    Channels = channels
            }
            |> Result.bind (fun valid -> Likelihood.compile valid RatioTables.empty)
            |> Result.map (fun likelihood -> { Likelihood = likelihood; Rows = rows })

    /// The values of all parameters in the order of the template, by name.
    let point (compiled: CompiledLikelihood) (template: PowerTemplate) (theta: float[]) : float[] =
        template.Likelihood.Index.Names
        |> List.map (fun name -> theta[compiled.Index[name]])
        |> List.toArray

    /// <summary>A toy of the whole likelihood as one of the histograms: the same events and the same
    /// global observables.</summary>
    let observation
        (compiled: CompiledLikelihood)
        (template: PowerTemplate)
        (toy: Observation)
        : Observation =
        let unbinned = compiled.Unbinned |> Array.map _.Name
        let binned = compiled.Binned |> Array.map _.Name

        let counts =
            template.Likelihood.Binned
            |> Array.map (fun channel ->
                match Array.IndexOf(unbinned, channel.Name) with
                | -1 -> toy.BinCounts[Array.IndexOf(binned, channel.Name)]
                | k ->
                    let _, bins, rows =
                        template.Rows |> List.find (fun (name, _, _) -> name = channel.Name)

                    let events = toy.Events[k].Events
                    let counts = Array.zeroCreate<float> bins

                    for j in 0 .. events.Weights.Length - 1 do
                        let row = if events.IsCompacted then events.Positions[j] else j

                        if rows[row] >= 0 then
                            counts[rows[row]] <- counts[rows[row]] + events.Weights[j]

                    counts)

        let constraints =
            template.Likelihood.Index.Names
            |> List.map (fun name -> toy.Constraints[compiled.Index[name]])
            |> List.toArray

        Observation(template.Likelihood, [||], counts, constraints)
