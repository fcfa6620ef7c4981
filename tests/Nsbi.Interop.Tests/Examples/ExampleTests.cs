using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class ExampleTests
{
    private static async Task<(int Code, string Output, string Log)> RunAsync(string example)
    {
        // bin/CONFIGURATION/FRAMEWORK is the same for the example as for the tests.
        var folder = Path.GetRelativePath(
            Path.Combine(Repository.Root, "tests/Nsbi.Interop.Tests"),
            AppContext.BaseDirectory
        );
        var program = Path.Combine(Repository.Root, "examples/CSharp", folder, example + ".dll");
        using var run = Process.Start(
            new ProcessStartInfo("dotnet", [program])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var log = run.StandardError.ReadToEndAsync();
        var output = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        return (run.ExitCode, output, await log);
    }

    [Test]
    public async Task the_example_trains_checks_and_fits()
    {
        var (code, output, log) = await RunAsync("InterferenceExample");

        Assert.That(code, Is.EqualTo(0), output + log);
        Assert.That(log, Does.Contain("network-fold1-member0: epoch 8 of 8"));
        Assert.That(output, Does.Contain("unbinned channel SR"));
        Assert.That(output, Does.Contain("converged"));
        Assert.That(output, Does.Contain("{t(mu) ≤ 1} = [0."));
        Assert.That(output, Does.Contain("upper limits of mu at 95 %"));
        Assert.That(output, Does.Contain("significance of mu over 0"));
        Assert.That(output, Does.Contain("profile scan of mu"));
        Assert.That(output, Does.Contain("mu by the networks: 0."));
        // 200 events of N(0.5, 1.2²): an error of 0.085 of the mean and 0.06 of the width.
        Assert.That(Numbers("mean ")[0], Is.EqualTo(0.5).Within(0.3));
        Assert.That(Numbers("width ")[0], Is.EqualTo(1.2).Within(0.2));
        // 1 + 1.5 x.
        double[] moved = [-0.5, 1.0, 2.5];
        Assert.That(Numbers("moved: "), Is.EqualTo(moved).Within(0.15));

        double[] Numbers(string start) =>
            [
                .. output
                    .Split('\n')
                    .Single(line => line.StartsWith(start))[start.Length..]
                    .Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)
                    .Select(word => double.Parse(word, CultureInfo.InvariantCulture)),
            ];
    }
}
