/// MadMiner's sample of Higgs production by vector-boson fusion with two Wilson coefficients: events
/// with the weights of six benchmarks, where the data are at hand.
module Nsbi.Infer.Tests.MadMinerSample

open System
open System.IO
open System.Text.Json
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Learn.Events
open Nsbi.Model
open Nsbi.Model.Words

let folder =
    Path.Combine(__SOURCE_DIRECTORY__, "../../../../shared/data/madminer-vbf")

/// The two coefficients, over the range of the benchmarks.
let couplings = [
    poi "CWL2" |> from 0.0 |> between -12.0 12.0
    poi "CPWL2" |> from 0.0 |> between -12.0 12.0
]

/// In 1/pb: 300 per fb.
let luminosity = 3e5

type Sample = {
    Morphing: Morphing
    /// M of the file, components x benchmarks.
    Published: float[,]
    /// σ of each benchmark by the file, in pb.
    CrossSections: float list
    /// Benchmarks x events, in pb.
    Weights: float[] list
    /// Events x (leading jet's transverse momentum in GeV, signed Δφ of the jets in [−π, π]).
    Observables: float[][]
    /// <summary>1/(n q(x_i)): the events of all benchmarks together are an unweighted sample of
    /// q = Σ_s n_s/n p_s, so that event i stands for w_i(θ)/(n q_i) of σ(θ).</summary>
    Pool: float[]
}

let private value (result: Result<'a, 'fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (faults |> List.map string |> String.concat "\n")

let valid (result: Result<'a, 'fault list>) : 'a = value result

let private read (which: string) : Sample =
    use text = File.OpenRead(Path.Combine(folder, $"meta_{which}.json"))
    use document = JsonDocument.Parse text
    let meta = document.RootElement

    let numbers (element: JsonElement) = [ for x in element.EnumerateArray() -> x.GetDouble() ]

    let benchmarks = [
        for b in meta.GetProperty("benchmarks").EnumerateObject() ->
            {
                Name = b.Name
                Couplings = numbers b.Value
            }
    ]

    let components = [
        for c in meta.GetProperty("components").EnumerateArray() ->
            [ for n in c.EnumerateArray() -> n.GetInt32() ]
    ]

    let events =
        EventFile.read EventRequest.all (Path.Combine(folder, $"events_{which}.csv.gz"))
        |> value

    let column name = EventTable.values name events
    let weights = benchmarks |> List.map (fun b -> column $"w_{b.Name}")
    let sampled = column "sampling_benchmark" |> Array.countBy int |> Map.ofArray

    let density i =
        weights
        |> List.mapi (fun s w -> float sampled[s] * w[i] / Array.sum w)
        |> List.sum

    let wrapped phi =
        phi - 2.0 * Math.PI * Math.Round(phi / (2.0 * Math.PI))

    {
        Morphing = Morphing.create couplings components benchmarks
        Published =
            array2D [
                for row in meta.GetProperty("morphing_matrix").EnumerateArray() -> numbers row
            ]
        CrossSections = [
            for b in benchmarks ->
                meta.GetProperty("xsec_pb_per_benchmark").GetProperty(b.Name).GetDouble()
        ]
        Weights = weights
        Observables =
            Array.map2
                (fun pt phi -> [| pt; wrapped phi |])
                (column "pt_j1")
                (column "delta_phi_jj")
        Pool = Array.init events.Count (fun i -> 1.0 / density i)
    }

let private samples =
    [ "va"; "vb" ] |> List.map (fun which -> which, lazy (read which)) |> dict

/// One of "va" and "vb"; the test is left out where the data are not.
let sample (which: string) : Sample =
    if not (Directory.Exists folder) then
        Assert.Ignore "The MadMiner sample is not in ../shared/data/madminer-vbf."

    samples[which].Value

/// w_i(θ)/(n q_i) of each event, in pb.
let rates (sample: Sample) (theta: float list) : float[] =
    Morphing.eventWeights sample.Morphing theta sample.Weights
    |> Array.map2 (*) sample.Pool

let private ptEdges = [| 60.0; 90.0; 120.0; 150.0; 180.0; 220.0; 270.0; 350.0; 500.0 |]

/// The cell of each event in ten bins of each observable.
let cells (sample: Sample) : int[] =
    sample.Observables
    |> Array.map (fun x ->
        let pt = ptEdges |> Array.filter (fun edge -> x[0] >= edge) |> Array.length
        let phi = int (floor ((x[1] + Math.PI) / (0.2 * Math.PI)))
        10 * pt + max 0 (min 9 phi))

/// Sums of the events' numbers in the hundred cells.
let histogram (sample: Sample) (numbers: float[]) : float[] =
    let sums = Array.zeroCreate 100
    Array.iter2 (fun cell x -> sums[cell] <- sums[cell] + x) (cells sample) numbers
    sums

let compile (model: Model) (tables: RatioTables) : CompiledLikelihood =
    Likelihood.compile (Model.validate model |> value) tables |> value

/// A process for each benchmark of a morphing, with yields made of its rates.
let private processes (morphing: Morphing) (parts: Benchmark -> ProcessPart) =
    morphing.Benchmarks
    |> List.map (fun b -> processOf b.Name [ scaledBy morphing[b.Name]; parts b ])

/// The likelihood of events whose ratios are those of each event, all that is simulated of it.
let joint (sample: Sample) (morphing: Morphing) : CompiledLikelihood =
    let n = sample.Pool.Length
    let found = morphing.Benchmarks |> List.map (fun b -> rates sample b.Couplings)
    let total = List.zip (morphing.Benchmarks |> List.map _.Name) found |> Map.ofList

    let ratios =
        total
        |> Map.map (fun _ r -> Ratios(r |> Array.map (fun x -> x * float n / Array.sum r)))
        |> Map.toList

    RatioTables.empty
    |> RatioTables.reference "SR" (RatioTable.unweighted n ratios)
    |> compile (
        model "joint" [
            processes morphing (fun b -> yields (luminosity * Array.sum total[b.Name]))
            |> unbinned "SR" (reference "all benchmarks")
        ]
    )

/// The likelihood of counts in the cells of the two observables.
let binnedCells (sample: Sample) (morphing: Morphing) : CompiledLikelihood =
    let expected (b: Benchmark) =
        histogram sample (rates sample b.Couplings)
        |> Array.map (fun x -> luminosity * x)
        |> Array.toList

    compile
        (model "cells" [ binned "SR" (processes morphing (expected >> binYields)) ])
        RatioTables.empty

/// Σ_k luminosity ∂_a r_k ∂_b r_k/r_k at θ over numbers k that are polynomials of two couplings, their
/// benchmarks x numbers given.
let information (morphing: Morphing) (numbers: float[] list) (theta: float list) : float[,] =
    let at = List.toArray theta
    let index = ParameterIndex.OfNames(morphing.Couplings |> List.map _.Name)

    let jets =
        morphing.Coefficients
        |> List.map (fun (_, c) -> Coefficient.evaluate index at c)

    let sum (pick: Jet -> float) k =
        List.map2 (fun jet (r: float[]) -> pick jet * r[k]) jets numbers |> List.sum

    Array2D.init 2 2 (fun a b ->
        Seq.init numbers.Head.Length (fun k ->
            let slope i = sum (fun jet -> jet.Gradient[i]) k
            slope a * slope b / sum _.Value k)
        |> Seq.sum
        |> fun x -> luminosity * x)

/// Errors and correlation of an information matrix.
let errorsOf (i: float[,]) : float * float * float =
    let determinant = i[0, 0] * i[1, 1] - i[0, 1] * i[0, 1]

    sqrt (i[1, 1] / determinant), sqrt (i[0, 0] / determinant), -i[0, 1] / sqrt (i[0, 0] * i[1, 1])
