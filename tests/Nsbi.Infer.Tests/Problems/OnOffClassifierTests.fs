/// A classifier of whole on/off sets beside the exact profile likelihood ratio: the same order of sets, the same
/// power, and intervals that cover.
module Nsbi.Infer.Tests.Problems.OnOffClassifierTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

let private toy = OnOffToy.standard

let private valueOf (result: Result<'T, Fault list>) : 'T =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private simulator =
    OnOffToy.simulator toy (struct (3.0, 7.0)) (struct (0.5, 2.0)) |> valueOf

let private hypotheses = SetHypotheses.shifted "mu" (struct (0.5, 2.0)) simulator

let private layers hidden = {
    Hidden = hidden
    Activation = Activation.Silu
    Dropout = 0.0
}

/// Seconds of training.
let private small = {
    SetClassifierSettings.standard with
        Embedding = {
            SetClassifierSettings.standard.Embedding with
                Encoder = layers [ 32 ]
                Width = 10
                Skip = false
        }
        Head = layers [ 64; 64 ]
        LearningRate = 3e-3
        BatchSize = 128
        Epochs = 12
        SetsPerEpoch = 10_000
        ValidationSets = 2_000
}

/// Minutes.
let private large = {
    small with
        Embedding = {
            small.Embedding with
                Encoder = layers [ 32; 32 ]
                Skip = true
        }
        Head = layers [ 128; 128 ]
        BatchSize = 256
        Epochs = 60
        SetsPerEpoch = 20_000
        ValidationSets = 10_000
}

let private train settings =
    use team = new ThreadTeam(2)

    SetClassifierTraining.run (TrainingContext.plain team) settings hypotheses
    |> valueOf

let private quick = lazy (train small)
let private thorough = lazy (train large)

let private ratiosOf (set: EventSet) =
    set.Features |> Array.map float |> OnOffToy.ratios toy

let private drawn (seed: uint64) mu nu count : EventSet[] =
    Array.init count (fun index ->
        let mutable stream = RandomStream(seed, "on/off sets", uint64 index)
        simulator.DrawAt([| mu; nu |], &stream))

let private profileRatios (sets: EventSet[]) mu =
    sets |> Array.map (fun set -> OnOffToy.profileRatio toy (ratiosOf set) mu)

let private averages (sets: EventSet[]) mu =
    sets
    |> Array.map (fun set -> OnOffAverage.logRatio toy OnOffAverage.standard (ratiosOf set) mu)

let private learnedBy (statistic: SetStatistic) (sets: EventSet[]) (mu: float) =
    statistic.Values(statistic.Summaries(sets |> Seq.map _.Features), [| mu |])

let private run toys = { ToyRun.ofToys toys with Threads = 2 }

let private loss isNull (t: float) =
    if isNull then log (1.0 + exp t) else log (1.0 + exp -t)

/// How much larger the learned loss is than the least possible one, on the same sets.
let private excessLoss (classifier: SetClassifier) pairs : Measured =
    use team = new ThreadTeam(1)
    use statistic = new SetStatistic(team, classifier)

    let differences =
        Array.init (2 * pairs) (fun index ->
            let mutable stream = RandomStream(7UL, "held-out pairs", uint64 index)
            let pair = hypotheses.Draw &stream
            let isNull = index % 2 = 0
            let phi = if isNull then pair.Null else pair.Alternative
            let set = [| simulator.DrawAt(phi, &stream) |]
            let mu = pair.Tested[0]
            let learned = Array.head (learnedBy statistic set mu)
            let least = Array.head (averages set mu)
            loss isNull learned - loss isNull least)

    let mean = Array.average differences
    let spread = sqrt (differences |> Array.averageBy (fun d -> (d - mean) ** 2.0))

    {
        Value = mean
        Error = spread / sqrt (float differences.Length)
    }

/// Rank correlations of the learned statistic with t_5 and with the exact ratio of averages, at a truth.
let private orders classifier truth nu count : Measured * Measured =
    use team = new ThreadTeam(1)
    use statistic = new SetStatistic(team, classifier)
    let sets = drawn 11UL truth nu count
    let learned = learnedBy statistic sets 5.0

    RankCorrelation.ofPairs learned (profileRatios sets 5.0),
    RankCorrelation.ofPairs learned (averages sets 5.0)

/// Powers against μ = 5 at a size of 5 % for ν = 1, of the learned statistic and of t_5, at a truth.
let private powers classifier truth toys : Fraction * Fraction =
    use team = new ThreadTeam(1)
    use statistic = new SetStatistic(team, classifier)
    let nulls = drawn 12UL 5.0 1.0 (2 * toys)
    let others = drawn 13UL truth 1.0 toys

    let power (values: EventSet[] -> float -> float[]) =
        let limit = (SampleQuantile.ofValues [ 0.95 ] (values nulls 5.0)).Head.Value
        values others 5.0 |> Fraction.ofSeq (fun t -> t > limit)

    power (learnedBy statistic), power profileRatios

let private levels = [ 0.6827; 0.95 ]

/// Coverage of the truth where toys are drawn with the best ν of each set at the true μ (of all sets, quantiles lie
/// on the belt over ν), and where they are drawn at ν = 1 whatever the set.
let private coverage classifier mu nu toys : (float * Measured * Measured) list =
    use team = new ThreadTeam(1)
    use statistic = new SetStatistic(team, classifier)

    let overNu = {
        new IBeltStatistic<EventSet> with
            member _.Draw(nu, stream) = simulator.DrawAt([| mu; nu |], &stream)
            member _.Values(data, _) = learnedBy statistic data mu
    }

    let settings = {
        NeymanSettings.create "nu" [ 0.3; 0.5; 0.75; 1.0; 1.4; 1.9; 2.5 ] with
            Levels = levels
            Refinements = 0
    }

    let belt = StatisticBelt.construct (run toys) settings overNu
    let sets = drawn 14UL mu nu toys
    let t = learnedBy statistic sets mu

    let best =
        sets |> Array.map (fun set -> (OnOffToy.profile toy (ratiosOf set) mu).Nu)

    let covered level (at: float[]) =
        let fraction =
            Array.map2
                (fun t nu ->
                    let struct (c, _) = ConfidenceBelt.quantile belt level nu
                    t <= c)
                t
                at
            |> Fraction.ofSeq id

        // The toys of the belt are as many as those that are covered or not.
        {
            Value = fraction.Value
            Error = sqrt (2.0 * level * (1.0 - level) / float toys)
        }

    levels
    |> List.map (fun level -> level, covered level best, covered level (Array.create toys 1.0))

let private note (text: string) = TestContext.Out.WriteLine text

[<Test>]
let ``a short training comes close to the best possible classifier`` () =
    let excess = excessLoss quick.Value 500
    note $"loss above the least: {excess}"
    Assert.That(excess.Value - 3.0 * excess.Error, Is.LessThan 0.01)
    Assert.That(excess.Value + 3.0 * excess.Error, Is.GreaterThan 0.0)
    let profile, average = orders quick.Value 6.0 1.0 1500
    note $"rank correlation with t: {profile}, with the exact average: {average}"
    Assert.That(profile.Value - 3.0 * profile.Error, Is.GreaterThan 0.94)
    Assert.That(average.Value - 3.0 * average.Error, Is.GreaterThan 0.94)

[<Test>]
let ``a short training has most of the power of the profile likelihood ratio`` () =
    let learned, exact = powers quick.Value 6.5 1500
    note $"power at 6.5: learned {learned}, exact {exact}"
    let error = sqrt (learned.Error ** 2.0 + exact.Error ** 2.0)
    Assert.That(exact.Value, Is.InRange(0.37, 0.48))
    Assert.That(learned.Value, Is.EqualTo(exact.Value).Within(0.05 + 3.0 * error))

[<Test>]
let ``intervals of the learned statistic cover with the nuisance parameter at its best value`` () =
    for level, plugIn, _ in coverage quick.Value 5.0 1.3 1200 do
        note $"{level}: {plugIn}"
        Assert.That(plugIn.Value, Is.EqualTo(level).Within(4.0 * plugIn.Error))

/// The intervals of a set by the learned statistic and by t, from belts with ν at its best for the set.
let private intervals classifier (set: EventSet) toys =
    use team = new ThreadTeam(1)
    use statistic = new SetStatistic(team, classifier)
    let ratios = ratiosOf set
    let bestNu mu = (OnOffToy.profile toy ratios mu).Nu
    let best = (OnOffToy.best toy ratios).Mu
    let learned = SetTest.statistic statistic simulator (fun mu -> [| mu; bestNu mu |])

    let exact = {
        new IBeltStatistic<EventSet> with
            member _.Draw(mu, stream) = learned.Draw(mu, &stream)
            member _.Values(data, mu) = profileRatios data mu
    }

    let settings = {
        NeymanSettings.create "mu" [ 3.0; 3.75; 4.5; 5.25; 6.0; 7.0 ] with
            Levels = [ 0.6827 ]
            Refinements = 0
    }

    [ learned; exact ]
    |> List.map (fun statistic ->
        let belt = StatisticBelt.construct (run toys) settings statistic
        (StatisticBelt.accept belt statistic set [ best ]).Head)

[<Test>]
let ``the interval of a set is close to that of the profile likelihood ratio`` () =
    let set = (drawn 21UL 5.0 1.0 1)[0]

    match intervals quick.Value set 600 |> List.map _.Intervals with
    | [ [ learned ]; [ exact ] ] ->
        note $"learned {learned.Lower.Value} to {learned.Upper.Value}"
        note $"exact {exact.Lower.Value} to {exact.Upper.Value}"
        // A third of σ_μ = 0.79, and the errors of the belts.
        let near (a: BeltEnd) (b: BeltEnd) =
            let error = sqrt (a.Error ** 2.0 + b.Error ** 2.0)
            Assert.That(a.Value, Is.EqualTo(b.Value).Within(0.26 + 3.0 * error))

        near learned.Lower exact.Lower
        near learned.Upper exact.Upper
    | other -> Assert.Fail $"{other}"

[<Test; Category("Study")>]
let ``the learned statistic is the profile likelihood ratio in order, power and coverage`` () =
    let excess = excessLoss thorough.Value 5000
    note $"loss above the least: {excess}"
    Assert.That(excess.Value - 3.0 * excess.Error, Is.LessThan 0.003)

    for truth, nu, limit in [ 5.0, 1.0, 0.97; 6.0, 1.0, 0.985; 4.0, 0.7, 0.985; 6.5, 1.8, 0.985 ] do
        let profile, average = orders thorough.Value truth nu 4000
        note $"truth {truth}, ν = {nu}: with t {profile}, with the exact average {average}"
        Assert.That(profile.Value + 3.0 * profile.Error, Is.GreaterThan limit)

    for truth in [ 3.5; 4.0; 6.0; 6.5; 7.0 ] do
        let learned, exact = powers thorough.Value truth 10000
        let error = sqrt (learned.Error ** 2.0 + exact.Error ** 2.0)
        note $"power at {truth}: learned {learned}, exact {exact}"
        Assert.That(learned.Value, Is.EqualTo(exact.Value).Within(0.02 + 3.0 * error))

    for mu, nu in [ 4.0, 0.7; 5.0, 1.0; 6.0, 1.6 ] do
        for level, plugIn, atOne in coverage thorough.Value mu nu 10000 do
            note $"{level} at μ = {mu}, ν = {nu}: {plugIn}; with toys at ν = 1 {atOne}"
            Assert.That(plugIn.Value, Is.EqualTo(level).Within(0.005 + 3.0 * plugIn.Error))
