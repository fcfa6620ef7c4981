namespace Nsbi.Infer

open System.IO
open System.Text.Encodings.Web
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Networks

/// The files of a run.
[<RequireQualifiedAccess>]
module internal Publication =

    let private json (write: Utf8JsonWriter -> unit) : byte[] =
        use buffer = new MemoryStream()

        let settings =
            JsonWriterOptions(
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            )

        using (new Utf8JsonWriter(buffer, settings)) (fun writer ->
            writer.WriteStartObject()
            writer.WriteNumber("schemaVersion", 1)
            write writer
            writer.WriteEndObject())

        buffer.ToArray()

    let private results (store: TaskStore) files (write: Utf8JsonWriter -> unit) : unit =
        let bytes =
            json (fun writer ->
                writer.WriteString("version", store.Identity.Version)
                writer.WriteString("instructionPath", store.Identity.InstructionPath)
                writer.WriteStartObject "files"

                for (name: string), (hash: string) in files do
                    writer.WriteString(name, hash)

                writer.WriteEndObject()
                write writer)

        store.Publish("results.json", bytes)

    let private report (store: TaskStore) (content: ReportContent) : unit =
        store.Publish("report.json", ReportJson.write content)
        store.Publish("report.html", System.Text.Encoding.UTF8.GetBytes(Report.render content))

    /// The workspace of the learned model, without the data where nobody has looked at them.
    let private unbinned (learned: LearnedModel) (run: RunResult) : Workspace =
        let blind = run.Observed.IsNone

        let tables =
            if blind then
                {
                    learned.Tables with
                        Tables =
                            learned.Tables.Tables
                            |> Map.filter (fun (_, kind) _ -> kind = TableKind.Reference)
                }
            else
                learned.Tables

        let counts = learned.Control |> Option.bind _.Counts

        {
            Workspace.create learned.Model.Model tables with
                Counts =
                    match counts with
                    | Some counts when not blind ->
                        Map.ofList [ AnalysisModel.controlRegion, counts ]
                    | _ -> Map.empty
        }

    /// The workspace of the result: where the ratios are summaries, that of their templates.
    let private workspace (learned: LearnedModel) (run: RunResult) : Workspace =
        match run.Summary with
        | None -> unbinned learned run
        | Some study -> {
            Workspace.create study.Likelihood.Model.Model RatioTables.empty with
                Counts =
                    study.Observation
                    |> Option.map (fun data -> Map.ofList data.Counts)
                    |> Option.defaultValue Map.empty
          }

    /// <summary>Writes <c>networks.json</c>, and <c>networks-NAME.json</c> of each variation.</summary>
    let networks (store: TaskStore) (trained: TrainedAnalysis) : unit =
        store.Publish("networks.json", EstimatorFile.toBytes trained.Estimator)

        for KeyValue(name, estimator) in trained.Variations do
            store.Publish($"networks-{name}.json", EstimatorFile.toBytes estimator.Estimator)

    /// <summary>Writes the networks, <c>checks.json</c> and <c>checks.html</c>, the report of a run that
    /// did not look at the data.</summary>
    let checks (store: TaskStore) (trained: TrainedAnalysis) (run: RunResult) : unit =
        networks store trained
        store.Publish("checks.json", json (fun writer -> CheckJson.write writer run.Checks))
        let page = AnalysisReport.content store.Identity run |> Report.render
        store.Publish("checks.html", System.Text.Encoding.UTF8.GetBytes page)

    let private facts (store: TaskStore) (analysis: Analysis) : ReportFact list = [
        {
            Name = "version"
            Value = store.Identity.Version
        }
        {
            Name = "instruction path"
            Value = store.Identity.InstructionPath
        }
        {
            Name = "seed"
            Value = string analysis.Seed
        }
    ]

    /// <summary>Writes the networks, <c>results.json</c>, <c>report.json</c> and <c>report.html</c> of a
    /// study of an ensemble.</summary>
    let ensemble (store: TaskStore) (trained: TrainedAnalysis) (study: EnsembleStudy) : unit =
        let analysis = trained.Analysis
        let files = trained.Events.Files
        networks store trained

        results store files (fun writer ->
            writer.WriteString("analysis", analysis.Name)
            writer.WriteNumber("seed", analysis.Seed)
            EnsembleJson.write writer study)

        report store {
            ReportContent.empty analysis.Name with
                Abstract = [
                    $"How sure the networks are: the density ratios were learned again with {study.Plan.Ensemble}, and {study.Interest} fitted with each of them."
                ]
                Parameter = study.Interest
                Pages = [ EnsemblePages.ofStudy study ]
                Provenance = facts store analysis
                Files = [ for name, hash in files -> ({ Name = name; Value = hash }: ReportFact) ]
        }

    /// <summary>Writes the networks, <c>results.json</c>, <c>report.json</c> and <c>report.html</c> of a
    /// study of the goodness of fit.</summary>
    let goodness (store: TaskStore) (trained: TrainedAnalysis) (study: GoodnessStudy) : unit =
        let analysis = trained.Analysis
        let files = trained.Events.Files
        networks store trained

        results store files (fun writer ->
            writer.WriteString("analysis", analysis.Name)
            writer.WriteNumber("seed", analysis.Seed)
            CheckJson.write writer study.Checks
            GoodnessStudyJson.write writer study)

        let page = GoodnessPages.ofStudy study

        report store {
            ReportContent.empty analysis.Name with
                Abstract = [ page.Question ]
                Parameter = analysis.Interest
                Pages = [ page ]
                Checks = study.Checks
                Provenance = facts store analysis
                Files = [ for name, hash in files -> ({ Name = name; Value = hash }: ReportFact) ]
        }

    /// <summary>Writes the networks, <c>results.json</c>, <c>workspace.json</c> with its columns,
    /// <c>report.json</c> and <c>report.html</c>.</summary>
    let write
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (run: RunResult)
        : Result<unit, PipelineFault> =
        networks store trained
        results store run.Files (fun writer -> RunResult.writeMembers writer run)
        report store (AnalysisReport.content store.Identity run)

        WorkspaceFile.write (Path.Combine(store.Folder, "workspace.json")) (workspace learned run)
        |> Result.mapError (fun faults -> NotSuccessful(Fault.sentences faults))
