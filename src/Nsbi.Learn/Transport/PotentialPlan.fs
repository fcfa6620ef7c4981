namespace Nsbi.Learn.Transport

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

// Axes: event i, feature a (n of them), condition c.

/// A convex potential in double precision, ready to be run: value, gradient and products of its second
/// derivatives with a direction.
[<Sealed>]
type internal PotentialPlan
    (team: ThreadTeam, prefix: string, potential: ConvexPotential, values: Values, capacity: int) =
    let n, conditions = potential.Features, potential.Conditions
    let width = 2 * n + conditions
    let x, direction = input "x" n, input "d" n
    let z = input "z" (max 1 conditions)
    let parameters = ConvexPotential.parameters prefix potential
    let value = ConvexPotential.value potential parameters x z
    let gradient = List.head (grad value [ x ])

    let slopes = Plan.Compile(team, Precision.Double, capacity, [ value; gradient ])

    // ∂(∇φ·d)/∂x, which is ∇²φ d because second derivatives commute.
    let products =
        lazy
            (let along = List.head (grad (sumColumns (gradient * direction)) [ x ])
             let plan = Plan.Compile(team, Precision.Double, capacity, [ along ])
             plan.SetParameters values
             plan)

    let data = Array.zeroCreate<float>(capacity * width)

    let table =
        Table.OfDoubles(
            [
                "x", n
                "d", n
                if conditions > 0 then
                    "z", conditions
            ],
            data
        )

    let numbers = Array.init capacity id

    do slopes.SetParameters values

    /// Most events of a run.
    member _.Capacity: int = capacity

    /// The place of an event's x.
    member _.Point(row: int) : Span<float> = Span(data, row * width, n)

    /// The place of an event's direction.
    member _.Direction(row: int) : Span<float> = Span(data, row * width + n, n)

    /// The place of an event's conditions.
    member _.Condition(row: int) : Span<float> =
        Span(data, row * width + 2 * n, conditions)

    /// Puts events first … first + count − 1 of rows of x and z in their places.
    member this.Fill(x: float[], z: float[], first: int, count: int) : unit =
        for k in 0 .. count - 1 do
            ReadOnlySpan(x, (first + k) * n, n).CopyTo(this.Point k)
            ReadOnlySpan(z, (first + k) * conditions, conditions).CopyTo(this.Condition k)

    /// φ, count x 1, and ∇φ, count x n, of the events in their places.
    member _.Slopes(count: int) : struct (float[,] * float[,]) =
        slopes.Run(table, ReadOnlySpan(numbers, 0, count))
        struct (slopes.Output 0, slopes.Output 1)

    /// ∇²φ d, count x n.
    member _.Products(count: int) : float[,] =
        products.Value.Run(table, ReadOnlySpan(numbers, 0, count))
        products.Value.Output 0

    /// ∇²φ of each event, n² numbers each.
    member this.Hessians(count: int) : float[][] =
        let result = Array.init count (fun _ -> Array.zeroCreate<float>(n * n))

        for b in 0 .. n - 1 do
            for i in 0 .. count - 1 do
                let d = this.Direction i
                d.Clear()
                d[b] <- 1.0

            let column = this.Products count

            for i in 0 .. count - 1 do
                for a in 0 .. n - 1 do
                    result[i][a * n + b] <- column[i, a]

        result

    interface IDisposable with
        member _.Dispose() =
            (slopes :> IDisposable).Dispose()

            if products.IsValueCreated then
                (products.Value :> IDisposable).Dispose()
