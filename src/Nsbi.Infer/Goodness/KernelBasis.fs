namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

// Axes: event i, feature j, function m.

/// <summary>Functions φ_m of events with φ(x)·φ(y) ≈ k(x, y), and a constant as the last: f = Σ_m a_m
/// φ_m with a_m ~ N(0, 1) is a Gaussian process of covariance k + 1.</summary>
[<NoComparison; ReferenceEquality>]
type internal KernelBasis = {
    /// ℓ of each kernel, in standard deviations.
    Widths: float[]
    /// The events at which the kernel stands, [m][j], standardised.
    Centres: float[][]
    /// L⁻ᵀ of K = L·Lᵀ, the kernel between the centres.
    Whitening: float[,]
} with

    /// Functions, the constant included.
    member this.Count: int = this.Centres.Length + 1

/// <summary>Kernel functions.</summary>
[<RequireQualifiedAccess>]
module internal KernelBasis =

    /// Events among which the centres are chosen.
    let private candidates = 4000

    /// Prior variance that the span may leave out at a candidate, as a share.
    let private tolerance = 1e-3

    /// <summary>k(x, y) = Σ_k exp(−|x − y|²/2ℓ_k²)/K: the definition.</summary>
    let kernel (widths: float[]) (x: float[]) (y: float[]) : float =
        let distance = Array.fold2 (fun s a b -> s + (a - b) * (a - b)) 0.0 x y

        (widths |> Array.sumBy (fun l -> exp (-0.5 * distance / (l * l))))
        / float widths.Length

    /// The places of the centres, by the pivoted Cholesky decomposition: next is always the event of which
    /// the functions so far say least.
    let private choose (widths: float[]) (most: int) (xs: float[][]) : int list =
        let n = xs.Length
        let left = Array.create n 1.0
        let columns = ResizeArray<float[]>()

        let rec next (chosen: int list) =
            let pivot = Seq.maxBy (fun i -> left[i]) (seq { 0 .. n - 1 })

            if chosen.Length >= most || left[pivot] < tolerance then
                List.rev chosen
            else
                let root = sqrt left[pivot]

                let column =
                    Array.init n (fun i ->
                        let mutable sum = kernel widths xs[i] xs[pivot]

                        for c in columns do
                            sum <- sum - c[i] * c[pivot]

                        sum / root)

                columns.Add column

                for i in 0 .. n - 1 do
                    left[i] <- left[i] - column[i] * column[i]

                left[pivot] <- 0.0
                next (pivot :: chosen)

        next []

    /// <summary>The functions that stand for a sample.</summary>
    /// <param name="family">how many, how wide</param>
    /// <param name="xs">standardised events, [i][j], of which there is one at least</param>
    let fit (family: KernelFamily) (xs: float[][]) : KernelBasis =
        let dimensions = sqrt (float xs[0].Length)

        let widths = family.Widths |> List.map (fun l -> l * dimensions) |> List.toArray

        let sample = EventSample.rows xs.Length candidates |> Array.map (fun i -> xs[i])

        let centres =
            choose widths family.Functions sample
            |> List.map (fun i -> sample[i])
            |> List.toArray

        let m = centres.Length

        let k =
            Array2D.init m m (fun a b ->
                kernel widths centres[a] centres[b] + (if a = b then 1e-10 else 0.0))

        let l =
            match SymmetricMatrix.cholesky k with
            | Some l -> l
            | None -> invalidOp "The kernel of distinct events is not positive definite."

        // Row b of L⁻¹ eᵇ, so that φ = kᵀ L⁻ᵀ.
        let whitening = Array2D.zeroCreate m m

        for b in 0 .. m - 1 do
            let unit = Array.init m (fun i -> if i = b then 1.0 else 0.0)
            SymmetricMatrix.forward l unit |> Array.iteri (fun a x -> whitening[b, a] <- x)

        {
            Widths = widths
            Centres = centres
            Whitening = whitening
        }

    /// <summary>The functions without the constant as a graph.</summary>
    /// <param name="basis">the functions</param>
    /// <param name="x">standardised features, batch x d</param>
    let graph (basis: KernelBasis) (x: Node) : Node =
        let centres =
            Array2D.init basis.Centres.Length basis.Centres[0].Length (fun m j ->
                basis.Centres[m][j])

        let norms =
            basis.Centres
            |> Array.map (Array.sumBy (fun c -> c * c))
            |> Array.toList
            |> constantRow

        let distance =
            sumColumns (square x) + norms
            - 2.0 * matmulWith false true x (constantArray centres)

        let kernels =
            basis.Widths
            |> Array.map (fun l -> exp ((-0.5 / (l * l)) * distance))
            |> Array.reduce (fun (a: Node) b -> a + b)

        matmul (kernels * (1.0 / float basis.Widths.Length)) (constantArray basis.Whitening)

    /// <summary>φ of events, row by row with the constant last.</summary>
    /// <param name="basis">the functions</param>
    /// <param name="xs">standardised events, [i][j]</param>
    let evaluate (basis: KernelBasis) (xs: float[][]) : float[] =
        let d, width = basis.Centres[0].Length, basis.Count
        let values = Array.create (xs.Length * width) 1.0

        if xs.Length > 0 then
            use team = new ThreadTeam(1)
            let capacity = min 1024 xs.Length
            let outputs = [ graph basis (input "x" d) ]
            use plan = Plan.Compile(team, Precision.Double, capacity, outputs)
            let found = plan.RunAll(Table.OfDoubles([ "x", d ], Array.concat xs)) |> List.head

            for i in 0 .. xs.Length - 1 do
                for m in 0 .. width - 2 do
                    values[i * width + m] <- found[i, m]

        values
