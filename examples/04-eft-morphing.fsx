// Two Wilson coefficients measured at once: Higgs production by vector-boson fusion, six benchmark
// weights per event (MadMiner's sample). Run: dotnet fsi examples/04-eft-morphing.fsx
#load "Nsbi.fsx"

open System
open System.IO
open System.Text.Json
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Model
open Nsbi.Model.Words

/// The value, or every fault on the screen and the end.
let valid (result: Result<'a, 'fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults ->
        for fault in faults do
            eprintfn $"{fault}"

        exit 2

let folder =
    Path.GetFullPath(Path.Combine(__SOURCE_DIRECTORY__, "../../shared/data/madminer-vbf"))

if not (Directory.Exists folder) then
    printfn "The event samples are not here: there is no folder madminer-vbf."
    exit 0

let team = new ThreadTeam(Environment.ProcessorCount)
let luminosity = 3e5 // 300/fb, cross-sections in pb

// 1. The coefficients, and a morphing: amplitudes are linear in them, so rates are quadratic. Six
//    monomials, six benchmarks.
let couplings = [
    poi "CWL2" |> from 0.0 |> between -12.0 12.0
    poi "CPWL2" |> from 0.0 |> between -12.0 12.0
]

let components = Morphing.components [ 2; 2 ] 2

type Sample = {
    Morphing: Morphing
    /// dσ at each benchmark in pb, benchmarks x events.
    Weights: float[] list
    /// (log pT of the first jet, sin Δφ, cos Δφ) of each event: what is measured.
    Features: float32[]
    /// The bin of each event, 10 in pT by 10 in Δφ.
    Cells: int[]
    /// 1/(n q): see below.
    Pool: float[]
}

let bin (edges: float list) (x: float) =
    edges |> List.filter (fun e -> x >= e) |> List.length

let ptEdges = [ 60.0; 90.0; 120.0; 150.0; 180.0; 220.0; 270.0; 350.0; 500.0 ]
let phiEdges = [ for k in -4 .. 4 -> 0.2 * Math.PI * float k ]

let read (which: string) : Sample =
    let meta =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, $"meta_{which}.json"))).RootElement

    let benchmarks = [
        for b in meta.GetProperty("benchmarks").EnumerateObject() ->
            {
                Name = b.Name
                Couplings = [ for x in b.Value.EnumerateArray() -> x.GetDouble() ]
            }
    ]

    let events =
        EventFile.read EventRequest.all (Path.Combine(folder, $"events_{which}.csv.gz"))
        |> valid

    let weights =
        benchmarks |> List.map (fun b -> EventTable.values $"w_{b.Name}" events)

    let pt = EventTable.values "pt_j1" events

    // The azimuthal difference of the jets in [−π, π]; its sign is that of their rapidities.
    let phi =
        EventTable.values "delta_phi_jj" events
        |> Array.map (fun x -> Math.IEEERemainder(x, 2.0 * Math.PI))

    // The events were generated at the six benchmarks, so many at each: together, unweighted, they are
    // a sample of the mixture q of the six densities, and event i stands for w_i(θ)/(n q_i) of σ(θ).
    let generated =
        EventTable.values "sampling_benchmark" events
        |> Array.countBy int
        |> Map.ofArray

    let mixture i =
        weights
        |> List.mapi (fun b w -> float generated[b] * w[i] / Array.sum w)
        |> List.sum

    {
        Morphing = Morphing.create couplings components benchmarks
        Weights = weights
        Features =
            Array.map2 (fun p f -> [| float32 (log p); float32 (sin f); float32 (cos f) |]) pt phi
            |> Array.concat
        Cells = Array.map2 (fun p f -> 10 * bin ptEdges p + bin phiEdges f) pt phi
        Pool = Array.init pt.Length (fun i -> 1.0 / mixture i)
    }

let first, second = read "va", read "vb"
let benchmarks = first.Morphing.Benchmarks
let n = first.Pool.Length
printfn $"{components.Length} components, {benchmarks.Length} benchmarks, {n} events"
printfn $"condition number of the benchmarks: %.1f{first.Morphing.Condition}"
let ofW = first.Morphing["w"]
printfn $"weight of the benchmark 'w': {ofW}\n"

// 2. Closure: the morphed weights at each benchmark are its weights. Between them the weight of an event
//    is a square, and must not be negative.
let weightsAt (sample: Sample) theta =
    Morphing.eventWeights sample.Morphing theta sample.Weights

let closure =
    List.zip benchmarks first.Weights
    |> List.map (fun (b, own) ->
        Array.map2 (fun x w -> abs (x / w - 1.0)) (weightsAt first b.Couplings) own
        |> Array.max)
    |> List.max

let negative =
    List.allPairs [ -12.0 .. 0.5..12.0 ] [ -12.0 .. 0.5..12.0 ]
    |> List.sumBy (fun (x, y) ->
        weightsAt first [ x; y ] |> Array.filter (fun w -> w < 0.0) |> Array.length)

printfn $"closure at the benchmarks, largest relative difference of an event: %.1e{closure}"
printfn $"weights below 0, of {49 * 49 * n} on a grid: {negative} (single precision of the file)\n"

// 3. The model: a process for each benchmark, scaled by its polynomial. Which events and ratios it is
//    given is another matter; three choices follow.
let rates (sample: Sample) theta =
    Array.map2 (*) (weightsAt sample theta) sample.Pool

let atBenchmarks = benchmarks |> List.map (fun b -> rates first b.Couplings)

let effective (weights: float[]) =
    Array.sum weights ** 2.0 / Array.sumBy (fun w -> w * w) weights

let sm = [ 0.0; 0.0 ]
let asTheyAre, pooled = effective (weightsAt first sm), effective (rates first sm)

printfn
    $"effective events at the standard model: %.0f{asTheyAre} by the weights as they are, %.0f{pooled} pooled\n"

let processes (part: int -> ProcessPart) = [
    for k, b in List.indexed benchmarks ->
        processOf b.Name [ scaledBy first.Morphing[b.Name]; part k ]
]

let expected (k: int) = luminosity * Array.sum atBenchmarks[k]

let measured =
    model "vector-boson fusion" [
        unbinned "SR" (reference "all benchmarks") (processes (expected >> yields))
    ]

let compile (model: Model) (tables: RatioTables) : CompiledLikelihood =
    Likelihood.compile (valid (Model.validate model)) tables |> valid

/// r_b = p_b/q from differential rates dσ_b/dq of events.
let table (weights: float[]) (differential: float[] list) =
    RatioTable.weighted weights [
        for k, b in List.indexed benchmarks do
            let sigma = Array.sum atBenchmarks[k]
            b.Name, Ratios(differential[k] |> Array.map (fun x -> x / sigma))
    ]

let ones = Array.create n 1.0

// 3a. The ratios of every event as simulated, with all its partons: what no detector sees, an upper
//     bound.
let joint =
    RatioTables.empty
    |> RatioTables.reference
        "SR"
        (table ones (atBenchmarks |> List.map (Array.map (fun x -> float n * x))))
    |> compile measured

// 3b. Counts in a hundred cells of the two observables: a lower bound, but for what the fluctuations of
//     the simulation in cells pretend to know.
let inCells (values: float[]) =
    let sums = Array.zeroCreate 100
    Array.iter2 (fun cell x -> sums[cell] <- sums[cell] + x) first.Cells values
    sums

let cells =
    let counts k =
        inCells atBenchmarks[k] |> Array.map (fun x -> luminosity * x) |> Array.toList

    compile (model "cells" [ binned "SR" (processes (counts >> binYields)) ]) RatioTables.empty

// 3c. Learned from the two observables. Networks whose outputs are amplitudes, so that every rate is a
//     square and the density of no event is negative at any couplings; trained at the benchmarks and at
//     morphed points close to the standard model, where the measurement will be.
let near = [ 0.5, 0.0; -0.5, 0.0; 0.0, 0.5; 0.0, -0.5; 0.5, 0.5 ]

let points =
    (benchmarks |> List.map _.Couplings)
    @ (near |> List.map (fun (x, y) -> [ x; y ]))

/// The terms that amplitudes are linear in.
let terms (theta: float list) = Array.ofList (1.0 :: theta)

let groups = Array.init n uint64

let estimator =
    AmplitudeTraining.train (TrainingContext.plain team) AmplitudeSettings.standard {
        FeatureCount = 3
        Features = first.Features
        Weights = ones
        Groups = groups
        Points = points |> List.map terms |> List.toArray
        Rates =
            points
            |> List.map (rates first >> Array.map (fun x -> float n * x))
            |> List.toArray
    }
    |> valid

let basis = benchmarks |> List.map (fun b -> terms b.Couplings) |> List.toArray

let crossFitted =
    estimator.ByFold(team, ReadOnlyMemory first.Features, ReadOnlyMemory groups, basis)
    |> Array.toList

/// The learned likelihood, of weighted events of the other file as data.
let learned (weights: float[]) =
    let ofData =
        estimator.MeanOfFolds(team, ReadOnlyMemory second.Features, basis)
        |> Array.toList

    RatioTables.empty
    |> RatioTables.reference "SR" (table ones crossFitted)
    |> RatioTables.observed "SR" (table weights ofData)
    |> compile measured

// 4. Expected errors at the standard model and at the benchmark 'w', with likelihood intervals.
let study (theta: float[]) =
    printfn $"at CWL2 = {theta[0]}, CPWL2 = {theta[1]}, 300/fb"

    printfn
        "                CWL2 error  interval            CPWL2 error  interval            correlation"

    let show (name: string) (compiled: CompiledLikelihood) =
        let asimov = (valid (Observation.asimov compiled theta)).Observation
        let fit = Fit.run asimov

        let column (parameter: string) =
            let found = Intervals.around Fit.settings asimov fit parameter 1.0
            let error = fit[parameter].Error |> Option.defaultValue nan

            let lower, upper =
                Option.defaultValue nan found.Lower, Option.defaultValue nan found.Upper

            $"%11.4f{error}  [%7.4f{lower}, %7.4f{upper}]"

        printfn $"""%-14s{name} {column "CWL2"}  {column "CPWL2"}  %8.3f{fit.Correlation[0, 1]}"""

    show "cells" cells
    show "learned" (learned (Array.create second.Pool.Length 1.0))
    show "each event" joint

study [| 0.0; 0.0 |]
study [| 10.0; 0.0 |]

// 5. The Fisher information from the weights themselves, I = L Σ_k ∂_a r_k ∂_b r_k/r_k over events or
//    cells k, with the error and the bias that the number of simulated events gives it.
let weightAndScore =
    let index = ParameterIndex.OfNames [ "CWL2"; "CPWL2" ]

    let jets = [
        for _, c in first.Morphing.Coefficients -> Coefficient.evaluate index [| 0.0; 0.0 |] c
    ]

    let sum (pick: Jet -> float) i =
        List.map2 (fun jet (r: float[]) -> pick jet * r[i]) jets atBenchmarks
        |> List.sum

    fun k -> Array.init n (sum _.Value), Array.init n (sum (fun jet -> jet.Gradient[k]))

printfn "\nFisher information at the standard model, from the weights"
printfn "          each event            cells                 bias of cells"

for k, name in List.indexed [ "CWL2"; "CPWL2" ] do
    let w, slope = weightAndScore k
    let score = Array.map2 (/) slope w
    let ofEvents = luminosity * Array.sum (Array.map2 (fun w t -> w * t * t) w score)
    let sumsW, sumsT = inCells w, inCells slope
    let mean = Array.map2 (/) sumsT sumsW
    let ofCells = luminosity * Array.sum (Array.map2 (*) sumsT mean)
    // The mean score of a cell has a variance, which its square counts as information.
    let spread =
        inCells (Array.init n (fun i -> (w[i] * (score[i] - mean[first.Cells[i]])) ** 2.0))

    let bias = luminosity * Array.sum (Array.map2 (/) spread sumsW)

    let error influence =
        luminosity
        * sqrt (Seq.sum (seq { for i in 0 .. n - 1 -> (w[i] * influence i) ** 2.0 }))

    let eventError = error (fun i -> score[i] * score[i])

    let cellError =
        error (fun i -> let m = mean[first.Cells[i]] in (2.0 * score[i] - m) * m)

    printfn
        $"%-6s{name} %8.1f{ofEvents} ± %-6.1f{eventError}     %8.1f{ofCells} ± %-6.1f{cellError}     %8.1f{bias}"

    printfn
        $"  error %8.4f{1.0 / sqrt ofEvents}              %8.4f{1.0 / sqrt ofCells}              %8.4f{1.0 / sqrt (ofCells - bias)} without it"

let events, slope = weightAndScore 0
let rateError = sqrt (Array.sum events / luminosity) / abs (Array.sum slope)
printfn $"the rate alone: CWL2 ± %.4f{rateError}, CPWL2 not at all"

// 6. The learned likelihood on events it never saw: the other file, of other benchmarks, morphed to a
//    few couplings.
printfn "\nfitted to the events of the other file"
printfn "  CWL2 CPWL2    events  effective       CWL2               CPWL2"

for truth in [ [ 0.0; 0.0 ]; [ 0.2; 0.0 ]; [ -0.2; 0.0 ]; [ 0.0; 0.2 ]; [ 0.0; -0.2 ] ] do
    let weights = rates second truth |> Array.map (fun x -> luminosity * x)
    let fit = Fit.run (valid (Observation.observed (learned weights) []))
    let total = Array.sum weights

    let show (name: string) =
        let error = fit[name].Error |> Option.defaultValue nan
        $"%7.3f{fit[name].Value} ± %.3f{error}"

    printfn
        $"""%6.1f{truth[0]} %5.1f{truth[1]}  %8.0f{total}  %9.0f{effective weights}  {show "CWL2"}    {show "CPWL2"}"""

// 7. Does it deliver what it claims? A measurement with the learned score ŝ, where the true one is s, has
//    the error √E[ŝ²]/E[s ŝ]; it claims 1/√E[ŝ²]. Over the events of the other file, at the standard model.
let scores (ratesAt: float list -> float[]) =
    let h = 0.01

    [
        for plus, minus in [ [ h; 0.0 ], [ -h; 0.0 ]; [ 0.0; h ], [ 0.0; -h ] ] ->
            Array.map3
                (fun p m z -> (p - m) / (2.0 * h * z))
                (ratesAt plus)
                (ratesAt minus)
                (ratesAt sm)
    ]

let ofNetworks theta =
    estimator.MeanOfFolds(team, ReadOnlyMemory second.Features, [| terms theta |])[0]

printfn "\nerrors by the learned score, over events of the other file"

for name, truth, learned in
    List.zip3 [ "CWL2"; "CPWL2" ] (scores (rates second)) (scores ofNetworks) do
    let mean (values: float[]) =
        luminosity * Array.sum (Array.map2 (*) (rates second sm) values)

    let square = mean (Array.map2 (*) learned learned)
    let cross = mean (Array.map2 (*) learned truth)

    printfn $"%-6s{name} claimed %.4f{1.0 / sqrt square}, delivered %.4f{sqrt square / cross}"

team.Dispose()
