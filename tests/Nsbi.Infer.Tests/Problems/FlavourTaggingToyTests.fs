module Problems.FlavourTaggingToyTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn.Events

let private places = [
    let mutable stream = RandomStream(3UL, "places", 0UL)

    for pt in [ 20.0; 45.0; 70.0; 130.0; 250.0 ] do
        for _ in 1..8 do
            pt, [| for _ in 1..3 -> 2.5 * stream.NextGaussian() |]
]

let private moved (q: float[]) k step =
    let q = Array.copy q
    q[k] <- q[k] + step
    q

[<Test>]
let ``the map is the gradient of the potential and the Jacobian that of the map`` () =
    for pt, q in places do
        let map, jacobian = FlavourTaggingToy.map pt q, FlavourTaggingToy.jacobian pt q

        for k in 0..2 do
            let h = 1e-5

            let slope =
                (FlavourTaggingToy.potential pt (moved q k h)
                 - FlavourTaggingToy.potential pt (moved q k -h))
                / (2.0 * h)

            Assert.That(map[k], Is.EqualTo(slope).Within 1e-7)

            let up, down =
                FlavourTaggingToy.map pt (moved q k h), FlavourTaggingToy.map pt (moved q k -h)

            for i in 0..2 do
                let slope = (up[i] - down[i]) / (2.0 * h)
                Assert.That(jacobian[i, k], Is.EqualTo(slope).Within 1e-7)

[<Test>]
let ``the Jacobian is symmetric and positive, so that the map is optimal`` () =
    for pt, q in places do
        let j = FlavourTaggingToy.jacobian pt q

        for i in 0..2 do
            for k in 0..2 do
                Assert.That(j[i, k], Is.EqualTo(j[k, i]).Within 1e-15)

        let two = j[0, 0] * j[1, 1] - j[0, 1] * j[1, 0]

        let three =
            j[0, 0] * (j[1, 1] * j[2, 2] - j[1, 2] * j[2, 1])
            - j[0, 1] * (j[1, 0] * j[2, 2] - j[1, 2] * j[2, 0])
            + j[0, 2] * (j[1, 0] * j[2, 1] - j[1, 1] * j[2, 0])

        Assert.That(j[0, 0] > 0.0 && two > 0.0 && three > 0.0)

[<Test>]
let ``the inverse undoes the map`` () =
    for pt, q in places do
        let again = FlavourTaggingToy.inverse pt (FlavourTaggingToy.map pt q)

        for k in 0..2 do
            Assert.That(again[k], Is.EqualTo(q[k]).Within 1e-10)

let private logit p = log (p / (1.0 - p))

let private outputs (table: EventTable) =
    [| "pb"; "pc"; "pu" |] |> Array.map (fun name -> EventTable.values name table)

let private discriminants (table: EventTable) =
    let p = outputs table

    Array.init table.Count (fun i ->
        FlavourTaggingToy.discriminant (p |> Array.map (fun c -> c[i])))

let private kolmogorov (a: float[]) (b: float[]) =
    WeightedKolmogorov.test a (Array.map (fun _ -> 1.0) a) b (Array.map (fun _ -> 1.0) b)

[<Test>]
let ``jets moved by the exact map have the discriminant of the data, and others have not`` () =
    let simulation = FlavourTaggingToy.jets 1UL JetSample.Simulation 20000
    let data = FlavourTaggingToy.jets 1UL JetSample.Data 20000
    let observed = discriminants data
    let before = kolmogorov (discriminants simulation) observed
    Assert.That(before.PValue, Is.LessThan 1e-10)
    let pt, p = EventTable.values "pt" simulation, outputs simulation

    let after =
        Array.init simulation.Count (fun i ->
            FlavourTaggingToy.map pt[i] (p |> Array.map (fun c -> logit c[i]))
            |> Array.map (fun q -> 1.0 / (1.0 + exp -q))
            |> FlavourTaggingToy.discriminant)

    Assert.That((kolmogorov after observed).PValue, Is.GreaterThan 0.01)
    Assert.That((kolmogorov pt (EventTable.values "pt" data)).PValue, Is.GreaterThan 0.01)

[<Test>]
let ``flavours have their shares and the momenta their mean`` () =
    let n = 20000
    let table = FlavourTaggingToy.jets 2UL JetSample.Simulation n
    let flavour = EventTable.values "flavour" table

    for code, share in [ 5.0, 0.3; 4.0, 0.2; 0.0, 0.5 ] do
        let found = flavour |> Array.filter ((=) code) |> Array.length
        let error = sqrt (float n * share * (1.0 - share))
        Assert.That(float found, Is.EqualTo(float n * share).Within(3.5 * error))

    // The mean of an exponential cut at L: s − L e^(−L/s)/(1 − e^(−L/s)).
    let cut = exp (-230.0 / 60.0)
    let mean = 20.0 + 60.0 - 230.0 * cut / (1.0 - cut)
    let pt = EventTable.values "pt" table
    Assert.That(Array.average pt, Is.EqualTo(mean).Within 1.5)
    Assert.That(Array.min pt >= 20.0 && Array.max pt <= 250.0)

[<Test>]
let ``a jet does not depend on how many there are, and what is no jet is refused`` () =
    let few = FlavourTaggingToy.jets 4UL JetSample.Data 10
    let many = FlavourTaggingToy.jets 4UL JetSample.Data 30
    let first = (EventTable.values "pb" many)[..9]
    Assert.That(EventTable.values "pb" few, Is.EqualTo<float[]> first)

    Assert.Throws<ArgumentException>(
        Action(fun () -> FlavourTaggingToy.map 10.0 [| 0.0; 0.0; 0.0 |] |> ignore)
    )
    |> ignore

    Assert.Throws<ArgumentException>(
        Action(fun () -> FlavourTaggingToy.map 50.0 [| 0.0 |] |> ignore)
    )
    |> ignore
