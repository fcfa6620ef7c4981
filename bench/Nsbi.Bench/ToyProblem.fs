namespace Nsbi.Bench

open System
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer

// Events i, processes c, nuisance parameters m.

/// What a benchmark of toys is made of.
type ToyShape = {
    Name: string
    /// Expected events.
    Events: int
    /// Events of the reference table, of which toys are drawn.
    Reference: int
    /// Nuisance parameters; each moves the yield and the density of every process.
    Nuisances: int
    /// Whether the signal interferes, so that a fit has several starts.
    Interferes: bool
}

/// A model with toys to be fitted.
[<NoComparison; NoEquality>]
type ToyProblem = {
    Shape: ToyShape
    Compiled: CompiledLikelihood
    Sampler: ToySampler
    /// log r± of a column (process c, nuisance m) of some rows.
    Logs: int -> int -> int[] -> struct (float[] * float[])
    /// The ratios of process c of some rows.
    Ratios: int -> int[] -> float[]
}

[<RequireQualifiedAccess>]
module ToyProblem =

    let shapes: ToyShape list = [
        {
            Name = "1e4"
            Events = 10_000
            Reference = 100_000
            Nuisances = 10
            Interferes = false
        }
        {
            Name = "1e5"
            Events = 100_000
            Reference = 400_000
            Nuisances = 10
            Interferes = false
        }
        {
            Name = "interference"
            Events = 10_000
            Reference = 100_000
            Nuisances = 0
            Interferes = true
        }
        {
            Name = "many"
            Events = 640
            Reference = 20_000
            Nuisances = 50
            Interferes = false
        }
    ]

    let private processes = 4

    let private ratio c x y =
        exp (
            if c = 0 then
                0.8 * x + 0.3 * y
            else
                0.3 * sin (float c * x + y)
        )

    let private share c = if c = 0 then 0.1 else 0.3

    let succeed (result: Result<'a, 'e list>) : 'a =
        match result with
        | Ok value -> value
        | Error faults -> invalidOp $"%A{faults}"

    let private modelOf (shape: ToyShape) =
        let mu = Words.poi "mu" |> Words.from 1.0 |> Words.between 0.0 10.0
        let alphas = [ for m in 0 .. shape.Nuisances - 1 -> Words.nuisance $"a{m}" ]
        let signal, total, background = Words.interference mu

        Words.model "toys" [
            Words.unbinned "SR" (Words.reference "ref") [
                for c in 0 .. processes - 1 do
                    Words.processOf $"p{c}" [
                        match c, shape.Interferes with
                        | 0, true -> Words.scaledBy signal
                        | 1, true -> Words.scaledBy total
                        | 2, true -> Words.scaledBy background
                        | 0, false -> Words.scaledBy mu
                        | _ -> ()
                        Words.yields (share c * float shape.Events)
                        for m, alpha in List.indexed alphas do
                            let size = 0.02 * sin (float m + 2.0 * float c)
                            Words.normSys alpha (exp (-0.9 * size), exp size)
                            Words.eventSys alpha
                    ]
            ]
        ]

    /// The model with a reference table, and what toys are drawn from.
    let make (options: LikelihoodOptions) (shape: ToyShape) : ToyProblem =
        let mutable s = RandomStream(3UL, "toy benchmark")
        let n = shape.Reference
        let sizes = Array.init shape.Nuisances (fun _ -> 0.03 * (0.2 + s.NextDouble()))
        let x = Array.init n (fun _ -> 2.0 * s.NextDouble() - 1.0)
        let y = Array.init n (fun _ -> 2.0 * s.NextDouble() - 1.0)

        let ratios c (rows: int[]) =
            rows |> Array.map (fun i -> ratio c x[i] y[i])

        let logs c m (rows: int[]) =
            let up =
                rows
                |> Array.map (fun i ->
                    let phase = x[i] * float (1 + m % 7) + y[i] * float (m / 7)
                    sizes[m] * sin (1.3 * float m + 0.05 * float c + Math.PI * phase))

            let down = Array.map2 (fun u i -> -u * (0.8 + 0.4 * cos (float m + y[i]))) up rows

            struct (up, down)

        let all = [| 0 .. n - 1 |]
        let valid = succeed (Model.validate (modelOf shape))

        let nominal = [|
            for c in 0 .. processes - 1 ->
                let r = ratios c all
                let mean = Array.average r
                Array.map (fun v -> v / mean) r
        |]

        let table =
            let plain =
                RatioTable.unweighted n [
                    for c in 0 .. processes - 1 -> $"p{c}", Ratios nominal[c]
                ]

            (plain, Seq.allPairs (seq { 0 .. processes - 1 }) (seq { 0 .. shape.Nuisances - 1 }))
            ||> Seq.fold (fun table (c, m) ->
                let struct (up, down) = logs c m all
                let between = VariationRatios.between (LogRatios down, LogRatios up)
                RatioTable.withVariation $"p{c}" $"a{m}" between table)

        let compiled =
            RatioTables.empty
            |> RatioTables.reference "SR" table
            |> Likelihood.compileWith options valid
            |> succeed

        {
            Shape = shape
            Compiled = compiled
            Sampler = succeed (ToySampler.create compiled valid.Initial)
            Logs = logs
            Ratios = fun c rows -> rows |> Array.map (fun i -> nominal[c][i])
        }

    /// The kernel alone, on as many events.
    let kernel (problem: ToyProblem) (precision: ColumnPrecision) : unit -> unit =
        let step = problem.Shape.Reference / problem.Shape.Events
        let rows = Array.init problem.Shape.Events (fun k -> step * k)
        let weights = Array.create rows.Length 1.0
        let nuisances = problem.Shape.Nuisances

        let places = [|
            for c in 0 .. processes - 1 do
                for m in 0 .. nuisances - 1 do
                    ColumnPlace(c, m)
        |]

        let columns =
            InterpolatedColumns.Create(
                places,
                rows.Length,
                precision,
                ColumnReader(fun k up down ->
                    let struct (u, d) = problem.Logs (k / nuisances) (k % nuisances) rows
                    u.CopyTo(up, 0)
                    d.CopyTo(down, 0))
            )

        let tiles =
            EventTiles.Create [| for c in 0 .. processes - 1 -> problem.Ratios c rows |]

        let events = WeightedEvents.Create(tiles, ReadOnlySpan weights)
        let beta = Array.init nuisances (fun m -> 0.3 * sin (float m))
        let forms = places |> Array.map (fun p -> LikelihoodProblem.code4 beta[p.Parameter])

        let amplitudes =
            Array.init processes (fun c -> share c * float problem.Shape.Events)

        let none: IEventTerm[] = [||]

        fun () ->
            MixtureKernel.Evaluate(
                events,
                ReadOnlySpan amplitudes,
                columns,
                ReadOnlySpan forms,
                none,
                ReadOnlySpan beta,
                2,
                null
            )
            |> ignore
