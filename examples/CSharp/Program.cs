// From simulated events to a measured signal strength, in C#: simulate, train density ratios, check
// them, and fit the expectation. Then a posterior of whole data sets, and simulation moved onto data.
using Nsbi.Examples;
using Nsbi.Interop;

// 1. Events. A file would be read by EventSet.Read("signal.csv", weight: "weight").
const int Events = 40_000;
var toy = new InterferenceToy(seed: 1);
EventSet Simulate(Func<int, double[]> sample) => EventSet.FromColumn("x", sample(Events));

var samples = new SimulatedSamples()
    .With("S", Simulate(toy.Signal))
    .With("SBI", Simulate(toy.Total))
    .With("B", Simulate(toy.Background))
    .With("NI", Simulate(toy.Other));
Console.WriteLine(samples);

// 2. The model: rates of four densities, as functions of the signal strength mu.
var mu = Parameter.OfInterest("mu", lower: 0.0, upper: 8.0);
var model = new ModelBuilder("interference")
    .Unbinned(
        "SR",
        "mixture",
        sr =>
            sr.Process("S", InterferenceToy.SignalYield, mu - Coefficient.Sqrt(mu))
                .Process("SBI", InterferenceToy.TotalYield, Coefficient.Sqrt(mu))
                .Process("B", InterferenceToy.BackgroundYield, 1.0 - Coefficient.Sqrt(mu))
                .Process("NI", InterferenceToy.OtherYield)
    )
    .Build();
Console.WriteLine($"\n{model}");

// 3. Density ratios, learned from the events alone. Control-C ends the training.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
var options = new TrainingOptions
{
    HiddenLayers = [32, 32],
    Epochs = 8,
    BatchSize = 512,
    LearningRate = 3e-3,
    Folds = 2,
    Seed = 1,
};
var progress = new Progress<TrainingUpdate>(update => Console.Error.WriteLine(update));

try
{
    var ratios = await RatioTrainer.TrainAsync(samples, ["x"], options, progress, stop.Token);
    Console.WriteLine($"\n{ratios}");

    // 4. Checks, on events that the training did not use.
    var checks = ratios.Check(samples);
    Console.WriteLine($"\n{checks}");

    // 5. The fit of what is expected at mu = 1, its interval and its profile.
    var likelihood = new LikelihoodBuilder(model)
        .Reference("SR", ratios.ReferenceTable(samples))
        .Compile();
    var expected = likelihood.Asimov();
    var fit = await expected.FitAsync(cancellation: stop.Token);
    Console.WriteLine($"\n{fit}");
    Console.WriteLine($"\n{expected.Interval(fit, "mu")}");
    Console.WriteLine(expected.Interval(fit, "mu", level: 3.841));

    // 6. What is excluded, and what a signal at mu = 1 stands out by, by asymptotic formulae.
    Console.WriteLine($"\n{expected.FindUpperLimit("mu")}");
    Console.WriteLine($"\n{expected.DiscoverySignificance("mu")}");

    double[] values = [.. Enumerable.Range(0, 13).Select(i => 0.25 * i)];
    Console.WriteLine($"\n{expected.Scan(fit, "mu", values)}");

    // 7. How sure the networks are: trained again on bootstraps of the events, each moves mu by as much as
    // its ratios differ. Four give an idea; an uncertainty to quote takes 20 or more.
    var plan = EnsemblePlan.Nested(replicas: 4, members: 1);
    var ensemble = await EnsembleTrainer.TrainAsync(
        samples,
        ["x"],
        plan,
        options,
        progress,
        stop.Token
    );
    var sensitivity = expected.Sensitivity(fit, "mu");
    var shifts = ensemble.Carry(other =>
        sensitivity.Shift(RatioChange.Of("SR", other.ReferenceTable(samples))).Total
    );
    Console.WriteLine($"\nmu by the networks: {EnsembleSummary.Of(shifts)}");

    // 8. The posterior of whole data sets with any number of events: later events are added to it without
    // another look at those before.
    var prior = new Prior()
        .With("mean", PriorDensity.Uniform(-2.0, 2.0))
        .With("width", PriorDensity.Uniform(0.5, 2.0));
    var simulator = new SetSimulator(
        "gaussian",
        prior,
        ["x"],
        SetSize.LogUniform(1, 200),
        (phi, events, random) => Gaussian(random, events, phi[0], phi[1])
    );
    var learning = new PosteriorOptions
    {
        EncoderLayers = [32],
        Width = 16,
        DecoderLayers = [32],
        LearningRate = 3e-3,
        BatchSize = 32,
        Epochs = 10,
        SetsPerEpoch = 4_000,
        ValidationSets = 500,
    };
    var estimator = await PosteriorTrainer.TrainAsync(simulator, learning, progress, stop.Token);
    var posterior = estimator.Empty;

    for (var batch = 0UL; batch < 10; batch++)
    {
        var random = new RandomNumbers(seed: 2, "batch", batch);
        posterior = posterior.Add(simulator.DrawAt([0.5, 1.2], events: 20, random));
    }

    Console.WriteLine($"\n{posterior.Posterior()}");

    // 9. Simulation moved onto data by optimal transport.
    var draws = new RandomNumbers(seed: 3, "samples");
    var simulated = EventSet.FromColumn("x", Gaussian(draws, 4_000, 0.0, 1.0));
    var data = EventSet.FromColumn("x", Gaussian(draws, 4_000, 1.0, 1.5));
    var transport = new TransportOptions
    {
        HiddenLayers = [16, 16],
        Epochs = 3,
        Rounds = 20,
    };
    var map = await TransportTrainer.TrainAsync(
        simulated,
        data,
        ["x"],
        options: transport,
        progress: progress,
        cancellation: stop.Token
    );
    var calibrated = map.Apply(EventSet.FromColumn("x", [-1.0, 0.0, 1.0]));
    Console.WriteLine($"\n{map}");
    Console.WriteLine($"moved: {string.Join(", ", calibrated.Column("x").ToArray())}");
    return fit.Succeeded && checks.Passed ? 0 : 1;
}
catch (NsbiException error)
{
    foreach (var fault in error.Faults)
    {
        Console.Error.WriteLine(fault);
    }

    return 2;
}
catch (OperationCanceledException)
{
    return 130;
}

static double[] Gaussian(RandomNumbers random, int events, double mean, double width) =>
    [.. Enumerable.Range(0, events).Select(_ => mean + width * random.NextGaussian())];
