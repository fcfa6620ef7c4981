module Transport.ConvexPotentialTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Tests
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Transport
open Transport.TransportExamples

let private potential conditions : ConvexPotential = {
    Features = 3
    Conditions = conditions
    Hidden = [ 7; 5; 6 ]
    ConditionHidden = if conditions > 0 then [ 4; 3 ] else []
    Floor = 0.05
}

let private numbers (seed: uint64) (count: int) (deviation: float) =
    let mutable stream = RandomStream(seed, "test numbers", 0UL)
    let x = Array.zeroCreate<float> count

    for i in 0 .. count - 1 do
        x[i] <- deviation * stream.NextGaussian()

    x

/// Parameters far from the first ones: convexity must not depend on them.
let private wild (seed: uint64) (potential: ConvexPotential) : Values =
    let zero = Array2D.zeroCreate 3 3

    ConvexPotential.initialValues "f." potential seed zero
    |> Map.map (fun name value ->
        let hash = name |> Seq.fold (fun h c -> 31UL * h + uint64 c) seed
        let draws = numbers hash value.Length 1.0
        let columns = Array2D.length2 value
        Array2D.init (Array2D.length1 value) columns (fun i k -> draws[i * columns + k]))

let private planOf team (potential: ConvexPotential) values =
    new PotentialPlan(team, "f.", potential, values, 64)

let private filled (plan: PotentialPlan) (x: float[]) (z: float[]) count =
    plan.Fill(x, z, 0, count)
    plan.Slopes count

[<Property(MaxTest = 25)>]
let ``whatever the parameters are, the function is convex in x`` (seed: uint64) =
    let potential = potential (int (seed % 3UL))
    use team = new ThreadTeam(1)
    use plan = planOf team potential (wild seed potential)
    let n = 30
    let x, y = numbers seed (3 * n) 2.0, numbers (seed + 1UL) (3 * n) 2.0
    let z = numbers (seed + 2UL) (potential.Conditions * n) 1.0
    let share = 0.3
    let middle = Array.map2 (fun a b -> share * a + (1.0 - share) * b) x y
    let struct (fx, _) = filled plan x z n
    let struct (fy, _) = filled plan y z n
    let struct (fm, _) = filled plan middle z n

    Seq.forall
        (fun i ->
            let chord = share * fx[i, 0] + (1.0 - share) * fy[i, 0]
            let distance = Seq.init 3 (fun a -> (x[3 * i + a] - y[3 * i + a]) ** 2.0) |> Seq.sum
            // ε-strongly convex.
            let gap = 0.5 * potential.Floor * share * (1.0 - share) * distance
            fm[i, 0] <= chord - gap + 1e-9 * (1.0 + abs chord))
        [ 0 .. n - 1 ]

[<Test>]
let ``gradient and second derivatives are those of finite differences`` () =
    for conditions in 0..2 do
        let potential = potential conditions
        use team = new ThreadTeam(1)
        use plan = planOf team potential (wild 5UL potential)
        let n = 4
        let x = numbers 6UL (3 * n) 1.0
        let z = numbers 7UL (conditions * n) 1.0
        let struct (_, slope) = filled plan x z n
        let hessians = plan.Hessians n
        let h = 1e-5

        for b in 0..2 do
            let moved sign =
                Array.mapi (fun k v -> if k % 3 = b then v + sign * h else v) x

            let struct (up, slopeUp) = filled plan (moved 1.0) z n
            let struct (down, slopeDown) = filled plan (moved -1.0) z n

            for i in 0 .. n - 1 do
                let first = (up[i, 0] - down[i, 0]) / (2.0 * h)
                Assert.That(slope[i, b], Is.EqualTo(first).Within(1e-7 * (1.0 + abs first)))

                for a in 0..2 do
                    let second = (slopeUp[i, a] - slopeDown[i, a]) / (2.0 * h)
                    let found = hessians[i][3 * a + b]
                    Assert.That(found, Is.EqualTo(second).Within(1e-7 * (1.0 + abs second)))
                    Assert.That(found, Is.EqualTo(hessians[i][3 * b + a]).Within 1e-12)

[<Test>]
let ``derivatives with respect to parameters through the gradient are those of finite differences``
    ()
    =
    let potential = potential 1
    let values = wild 8UL potential
    let parameters = ConvexPotential.parameters "f." potential
    let x, z = input "x" 3, input "z" 1

    let gradient =
        ConvexPotential.value potential parameters x z
        |> fun v -> List.head (grad v [ x ])

    let loss = sumRows (sumColumns (square gradient))
    let n = 5
    let data = numbers 9UL (4 * n) 1.0
    let rows = Array.init n id
    use team = new ThreadTeam(1)

    for name in [ "weight1"; "positive1"; "out"; "root"; "gate2"; "contextWeight0"; "rootGate" ] do
        let node = parameters[name]

        use plan =
            Plan.Compile(team, Precision.Double, n, [ loss; List.head (grad loss [ node ]) ])

        let table = Table.OfDoubles([ "x", 3; "z", 1 ], data)

        let at (values: Values) =
            plan.SetParameters values
            plan.Run(table, ReadOnlySpan rows)

        at values
        let slope = (plan.Output 1)[0, 0]
        let h = 1e-5

        let moved sign =
            let value = Array2D.copy values["f." + name]
            value[0, 0] <- value[0, 0] + sign * h
            at (Map.add ("f." + name) value values)
            (plan.Output 0)[0, 0]

        let expected = (moved 1.0 - moved -1.0) / (2.0 * h)
        Assert.That(slope, Is.EqualTo(expected).Within(1e-6 * (1.0 + abs expected)), name)

[<Test>]
let ``the first gradient is nearly the matrix that was asked for`` () =
    for conditions in 0..1 do
        let potential = potential conditions
        let matrix = covariance 3UL 3
        use team = new ThreadTeam(1)

        use plan =
            planOf team potential (ConvexPotential.initialValues "f." potential 1UL matrix)

        let n = 20
        let x = numbers 6UL (3 * n) 1.0
        let struct (_, slope) = filled plan x (numbers 7UL (conditions * n) 1.0) n

        for i in 0 .. n - 1 do
            for a in 0..2 do
                let linear = Seq.init 3 (fun b -> matrix[a, b] * x[3 * i + b]) |> Seq.sum
                Assert.That(slope[i, a], Is.EqualTo(linear).Within 0.4)

[<Test>]
let ``conditions change the function and only through the context`` () =
    let potential = potential 1
    use team = new ThreadTeam(1)
    use plan = planOf team potential (wild 2UL potential)
    let struct (_, here) = filled plan [| 1.0; 2.0; 3.0 |] [| 0.0 |] 1
    let struct (_, there) = filled plan [| 1.0; 2.0; 3.0 |] [| 1.0 |] 1
    Assert.That(abs (here[0, 0] - there[0, 0]), Is.GreaterThan 1e-3)
