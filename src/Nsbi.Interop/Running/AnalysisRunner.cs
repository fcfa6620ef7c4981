namespace Nsbi.Interop;

/// <summary>Runs whole analyses, from <c>analysis.json</c> to the report. Killed at any moment and run
/// again, a run continues where it was and ends with the same bytes.</summary>
public static class AnalysisRunner
{
    /// <summary>Trains, checks, fits, and writes the report.</summary>
    /// <param name="analysis">the analysis file</param>
    /// <param name="folder">the folder of results; made where it is not there</param>
    /// <param name="options">left out, the defaults</param>
    /// <param name="progress">told of each stage and of each training</param>
    /// <param name="cancellation">ends the run; run again, it continues</param>
    /// <returns>the results, whose checks may have failed</returns>
    /// <exception cref="NsbiException">every fault of the input, or why a stage did not
    /// succeed</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static Task<RunSummary> RunAsync(
        string analysis,
        string folder,
        AnalysisOptions? options = null,
        IProgress<AnalysisUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Start(
            FInfer.Pipeline.run,
            run => new RunSummary(run, folder),
            analysis,
            folder,
            options,
            progress,
            cancellation
        );

    /// <summary>Trains and checks; the data are not looked at.</summary>
    /// <param name="analysis">the analysis file</param>
    /// <param name="folder">the folder of results; made where it is not there</param>
    /// <param name="options">left out, the defaults</param>
    /// <param name="progress">told of each stage and of each training</param>
    /// <param name="cancellation">ends the run; run again, it continues</param>
    /// <returns>the results, whose checks may have failed</returns>
    /// <exception cref="NsbiException">every fault of the input, or why a stage did not
    /// succeed</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static Task<RunSummary> CheckAsync(
        string analysis,
        string folder,
        AnalysisOptions? options = null,
        IProgress<AnalysisUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Start(
            FInfer.Pipeline.check,
            run => new RunSummary(run, folder),
            analysis,
            folder,
            options,
            progress,
            cancellation
        );

    /// <summary>Trains the networks of an analysis, or finds them trained.</summary>
    /// <param name="analysis">the analysis file</param>
    /// <param name="folder">the folder of results; made where it is not there</param>
    /// <param name="options">left out, the defaults</param>
    /// <param name="progress">told of each stage and of each training</param>
    /// <param name="cancellation">ends the run; run again, it continues</param>
    /// <exception cref="NsbiException">every fault of the input</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static Task<IReadOnlyList<TrainedNetwork>> TrainAsync(
        string analysis,
        string folder,
        AnalysisOptions? options = null,
        IProgress<AnalysisUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Start(
            FInfer.Pipeline.train,
            networks =>
                (IReadOnlyList<TrainedNetwork>)
                    [.. networks.Select(network => new TrainedNetwork(network))],
            analysis,
            folder,
            options,
            progress,
            cancellation
        );

    /// <summary>Trains the networks of an analysis and an ensemble of them, and finds what the ensemble does
    /// to the parameter of interest. The data are looked at where the analysis is not blind.</summary>
    /// <param name="analysis">the analysis file</param>
    /// <param name="folder">the folder of results, best one of its own; made where it is not there</param>
    /// <param name="plan">left out, the ensemble of the analysis, or 20 bootstraps where it has none</param>
    /// <param name="options">left out, the defaults</param>
    /// <param name="progress">told of each stage and of each training</param>
    /// <param name="cancellation">ends the run; run again, it continues</param>
    /// <exception cref="NsbiException">every fault of the input, or why a stage did not
    /// succeed</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public static Task<EnsembleStudy> BootstrapAsync(
        string analysis,
        string folder,
        EnsemblePlan? plan = null,
        AnalysisOptions? options = null,
        IProgress<AnalysisUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        FEnsembles.EnsemblePlan Chosen(FEnsembles.EnsemblePlan asked) => plan?.Plan ?? asked;
        var choice = FuncConvert.FromFunc<FEnsembles.EnsemblePlan, FEnsembles.EnsemblePlan>(Chosen);
        return Start(
            (settings, path, output) => FInfer.Pipeline.bootstrap(settings, choice, path, output),
            study => new EnsembleStudy(study),
            analysis,
            folder,
            options,
            progress,
            cancellation
        );
    }

    private static Task<TResult> Start<T, TResult>(
        Func<FInfer.PipelineOptions, string, string, FSharpResult<T, FInfer.PipelineFault>> work,
        Func<T, TResult> translate,
        string analysis,
        string folder,
        AnalysisOptions? options,
        IProgress<AnalysisUpdate>? progress,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(analysis);
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new AnalysisOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);

        var settings = new FInfer.PipelineOptions(
            options.Seed is { } seed ? FSharpOption<ulong>.Some(seed) : null,
            options.Threads,
            options.Unblind,
            new Forwarded<FInfer.PipelineProgress, AnalysisUpdate>(
                progress,
                update => new AnalysisUpdate(update)
            ),
            cancellation
        );
        return Task.Run(() => translate(Unwrap(work(settings, analysis, folder))), cancellation);
    }

    private static T Unwrap<T>(FSharpResult<T, FInfer.PipelineFault> result)
    {
        if (result.IsOk)
        {
            return result.ResultValue;
        }

        throw new NsbiException(
            result.ErrorValue switch
            {
                FInfer.PipelineFault.WrongInput wrong => [.. wrong.sentences],
                FInfer.PipelineFault.NotSuccessful stage => [.. stage.sentences],
                var other => [other.ToString()],
            }
        );
    }
}
