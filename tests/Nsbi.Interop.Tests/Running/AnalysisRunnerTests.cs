using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class AnalysisRunnerTests
{
    /// <summary>The interference analysis of the examples, with few events and small networks.
    /// </summary>
    private static string SmallAnalysis(string folder)
    {
        var example = Path.Combine(Repository.Root, "examples/interference/analysis.json");
        var json = JsonNode.Parse(File.ReadAllText(example))!;
        Shrink(json);
        var path = Path.Combine(folder, "analysis.json");
        File.WriteAllText(path, json.ToJsonString());
        return path;
    }

    private static void Shrink(JsonNode json)
    {
        foreach (var sample in json["samples"]!.AsArray())
        {
            sample!["events"] = 2000;
        }

        var networks = json["networks"]!;
        networks["hidden"] = new JsonArray(8);
        networks["epochs"] = 2;
        networks["folds"] = 2;
    }

    private sealed class Now : IProgress<AnalysisUpdate>
    {
        public List<AnalysisUpdate> Updates { get; } = [];

        public void Report(AnalysisUpdate value)
        {
            lock (Updates)
            {
                Updates.Add(value);
            }
        }
    }

    [Test]
    public async Task an_analysis_is_run_to_its_report()
    {
        var folder = Directory.CreateTempSubdirectory("nsbi-").FullName;
        var progress = new Now();
        var summary = await AnalysisRunner.RunAsync(
            SmallAnalysis(folder),
            Path.Combine(folder, "out"),
            new AnalysisOptions { Threads = 1, Seed = 7 },
            progress
        );
        using var results = JsonDocument.Parse(File.ReadAllText(summary.ResultsPath));

        Assert.That(File.Exists(summary.ReportPath));
        Assert.That(summary.Seed, Is.EqualTo(7));
        Assert.That(summary.Networks, Has.Count.EqualTo(2));
        Assert.That(
            summary.Passed,
            Is.EqualTo(results.RootElement.GetProperty("passed").GetBoolean())
        );
        Assert.That(
            summary.Checks.Checks,
            Has.Count.EqualTo(results.RootElement.GetProperty("checks").GetArrayLength())
        );
        Assert.That(
            summary.Headline.Fit.TwiceNll,
            Is.EqualTo(results.RootElement.GetProperty("fit").GetProperty("twiceNll").GetDouble())
        );
        Assert.That(summary.Diagnostics.Select(page => page.Title), Is.Unique.And.Not.Empty);
        Assert.That(
            summary.Checks.Checks.Select(check => check.Name),
            Is.SupersetOf(
                summary.Diagnostics.SelectMany(page => page.Checks.Checks).Select(c => c.Name)
            )
        );
        Assert.That(summary.Asimov.Fit["mu"].Value, Is.EqualTo(1.0).Within(1e-5));
        Assert.That(summary.Asimov.Interval68.Contains(1.0));
        Assert.That(progress.Updates, Has.Some.Matches<AnalysisUpdate>(u => u.Stage is not null));
        // The two-sample tests train classifiers of their own.
        var done = progress
            .Updates.Where(u => u.Training?.IsDone == true)
            .Select(u => u.Training!.Network);
        Assert.That(done, Is.SupersetOf(summary.Networks.Select(n => n.Name)).And.Unique);

        var trained = await AnalysisRunner.TrainAsync(
            Path.Combine(folder, "analysis.json"),
            summary.Folder,
            new AnalysisOptions { Threads = 1, Seed = 7 }
        );
        Assert.That(trained.Select(n => n.Loss), Is.EqualTo(summary.Networks.Select(n => n.Loss)));
        Assert.That(trained.Select(n => n.Duration), Is.All.EqualTo(TimeSpan.Zero));
        Directory.Delete(folder, true);
    }

    [Test]
    public async Task calibration_and_summary_of_an_analysis_are_told()
    {
        var folder = Directory.CreateTempSubdirectory("nsbi-").FullName;
        var path = SmallAnalysis(folder);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json["calibration"] = "isotonic";
        json["summary"] = JsonNode.Parse("""{"axes": [{"of": "score", "bins": 6}]}""");
        File.WriteAllText(path, json.ToJsonString());
        var run = await AnalysisRunner.RunAsync(
            path,
            Path.Combine(folder, "out"),
            new AnalysisOptions { Threads = 1, Seed = 7 }
        );
        using var results = JsonDocument.Parse(File.ReadAllText(run.ResultsPath));

        var names = run.Normalisation.Select(record => record.Sample).Distinct();
        Assert.That(run.Calibrations.Select(found => found.Sample), Is.EqualTo(names));
        var written = results.RootElement.GetProperty("calibration");

        for (var k = 0; k < run.Calibrations.Count; k++)
        {
            var found = run.Calibrations[k];
            Assert.That(found.Method, Is.EqualTo("isotonic"));
            Assert.That(found.Size, Is.EqualTo(written[k].GetProperty("size").GetDouble()));
            Assert.That(found.Error, Is.EqualTo(written[k].GetProperty("error").GetDouble()));
            Assert.That(found.Before, Has.Count.GreaterThan(1));
            Assert.That(found.After.Select(point => point.Error), Is.All.Positive);
            Assert.That(found.CheckBefore.Name, Does.Contain(found.Sample));
        }

        var summary = run.Summary!;
        Assert.That(summary.Bins, Is.EqualTo(6));
        Assert.That(summary.Name, Does.EndWith("in 6 bins"));
        Assert.That(run.Headline, Is.SameAs(summary.Headline));
        var expected = results.RootElement.GetProperty("summary").GetProperty("expected");
        Assert.That(
            summary.Expected.Fit.TwiceNll,
            Is.EqualTo(expected.GetProperty("twiceNll").GetDouble())
        );
        Assert.That(summary.Truth, Is.EqualTo(1.0));
        Assert.That(summary.Closure!.Error, Is.Positive);
        Assert.That(
            run.Checks.Checks.Select(check => check.Name),
            Is.SupersetOf(summary.Checks.Checks.Select(check => check.Name))
        );
        Directory.Delete(folder, true);
    }

    [Test]
    public async Task how_sure_the_networks_of_an_analysis_are_is_told()
    {
        var folder = Directory.CreateTempSubdirectory("nsbi-").FullName;
        var path = SmallAnalysis(folder);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json["networks"]!["folds"] = 1;
        json["ensemble"] = JsonNode.Parse("""{"bootstraps": 3, "nuisance": true}""");
        File.WriteAllText(path, json.ToJsonString());
        var options = new AnalysisOptions { Threads = 1, Seed = 7 };
        var run = await AnalysisRunner.RunAsync(path, Path.Combine(folder, "out"), options);
        using var results = JsonDocument.Parse(File.ReadAllText(run.ResultsPath));

        var study = run.Ensemble!;
        var written = results.RootElement.GetProperty("ensemble").GetProperty("points")[0];
        Assert.That(study.Plan.Replicas, Is.EqualTo(3));
        Assert.That(study.Parameter, Is.EqualTo("mu"));
        Assert.That(study.Networks, Has.Count.EqualTo(3));
        Assert.That(study.Nominal.Value, Is.EqualTo(1.0));
        Assert.That(study.Nominal.Fitted, Is.EqualTo(written.GetProperty("fitted").GetDouble()));
        Assert.That(study.Nominal.Refits.Averages, Has.Count.EqualTo(3));
        Assert.That(
            study.Nominal.Summary.Sigma.Value,
            Is.EqualTo(EnsembleSummary.Of(study.Nominal.Refits).Sigma.Value)
        );
        Assert.That(study.HasNuisance);
        Assert.That(
            run.Asimov.Fit.Parameters.Select(parameter => parameter.Name),
            Does.Contain("alpha_stat")
        );
        Assert.That(run.ToString(), Does.Contain("uncertainty by the networks"));

        var alone = await AnalysisRunner.BootstrapAsync(
            path,
            Path.Combine(folder, "alone"),
            EnsemblePlan.Nested(2, 1),
            options
        );
        Assert.That(alone.Plan.Replicas, Is.EqualTo(2));
        Assert.That(
            alone.Nominal.Refits.Averages,
            Is.EqualTo(study.Nominal.Refits.Averages.Take(2)),
            "the replicas are the same"
        );
        Directory.Delete(folder, true);
    }

    [Test]
    public async Task intervals_of_an_analysis_are_told_by_both_methods()
    {
        var folder = Directory.CreateTempSubdirectory("nsbi-").FullName;
        var path = SmallAnalysis(folder);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        // A signal over a background, without interference and without data.
        var samples = json["samples"]!.AsArray();
        samples.RemoveAt(2);
        samples.RemoveAt(1);
        json.AsObject().Remove("data");
        json["reference"] = JsonNode.Parse("""{ "S": 1, "NI": 1 }""");
        json["terms"] = JsonNode.Parse("""[{ "name": "S", "scale": "mu" }, { "name": "NI" }]""");
        json["intervals"] = JsonNode.Parse(
            """
            {
              "neyman": { "levels": [0.6827], "from": 0, "to": 3, "points": 3, "toys": 20 },
              "limit": { "level": 0.9, "toys": 20 },
              "significance": { "toys": 20 }
            }
            """
        );
        File.WriteAllText(path, json.ToJsonString());
        var progress = new Now();
        var summary = await AnalysisRunner.RunAsync(
            path,
            Path.Combine(folder, "out"),
            new AnalysisOptions { Threads = 2 },
            progress
        );
        using var results = JsonDocument.Parse(File.ReadAllText(summary.ResultsPath));
        var written = results.RootElement.GetProperty("intervals");
        var found = summary.Intervals!;

        Assert.That(found.Of, Is.EqualTo(written.GetProperty("of").GetString()));
        Assert.That(
            found.Limit!.Observed.Value,
            Is.EqualTo(written.GetProperty("limit").GetProperty("observed").GetDouble())
        );
        Assert.That(found.LimitByToys!.Level, Is.EqualTo(0.9));
        Assert.That(
            found.Significance!.Observed.Z,
            Is.EqualTo(Math.Sqrt(found.Significance.QObserved)).Within(1e-12)
        );
        Assert.That(found.SignificanceByToys!.P.Value, Is.InRange(1.0 / 21.0, 1.0));
        Assert.That(found.Neyman!.Sets.Single().Level, Is.EqualTo(0.6827));
        Assert.That(found.Curve, Is.Not.Empty);
        Assert.That(
            found.Warnings,
            Is.EqualTo(found.Limit.Warnings.Union(found.Significance.Warnings))
        );
        Assert.That(summary.ToString(), Does.Contain("upper limits of mu at 90 %"));
        Assert.That(
            progress.Updates.Select(u => u.Toys?.Stage).OfType<string>().Distinct(),
            Is.EquivalentTo(new[] { "confidence belt", "upper limit", "significance" })
        );
        Directory.Delete(folder, true);
    }

    [Test]
    public void a_missing_analysis_is_a_sentence()
    {
        Assert.That(
            async () => await AnalysisRunner.RunAsync("no such file.json", Path.GetTempPath()),
            Throws.TypeOf<NsbiException>().With.Message.Contains("no such file.json")
        );
    }

    [Test]
    public void a_cancelled_run_ends_as_cancelled()
    {
        var folder = Directory.CreateTempSubdirectory("nsbi-").FullName;
        Assert.That(
            async () =>
                await AnalysisRunner.RunAsync(
                    SmallAnalysis(folder),
                    Path.Combine(folder, "out"),
                    cancellation: new CancellationToken(true)
                ),
            Throws.InstanceOf<OperationCanceledException>()
        );
        Directory.Delete(folder, true);
    }
}
