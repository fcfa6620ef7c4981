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
        Assert.That(summary.Asimov.Fit["mu"].Value, Is.EqualTo(1.0).Within(1e-5));
        Assert.That(summary.Asimov.Interval68.Contains(1.0));
        Assert.That(progress.Updates, Has.Some.Matches<AnalysisUpdate>(u => u.Stage is not null));
        Assert.That(progress.Updates.Count(u => u.Training?.IsDone == true), Is.EqualTo(2));

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
