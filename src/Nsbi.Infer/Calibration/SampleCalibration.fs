namespace Nsbi.Infer.Calibration

open System
open System.IO
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>Moving simulation onto data, from <c>calibration.json</c> to the calibrated events and the
/// report. Killed at any moment and run again it continues, and ends with the same bytes.</summary>
/// <remarks>Calibrates samples; the calibration of learned ratios is
/// <see cref="N:Nsbi.Learn.Calibration" />.</remarks>
[<RequireQualifiedAccess>]
module SampleCalibration =
    let private load (options: PipelineOptions) (path: string) =
        let read =
            if String.IsNullOrWhiteSpace path then
                Error [ Fault.create $"'{path}'" "it is no name of a file" "give the plan's file" ]
            elif Directory.Exists path then
                Error [ Fault.create path "it is a folder" "give the plan's file" ]
            else
                CalibrationFile.read path

        read
        |> Result.map (fun plan ->
            match options.Seed with
            | None -> plan
            | Some seed -> { plan with Seed = seed })
        |> PipelineStage.wrong

    let private publish (store: TaskStore) (result: CalibrationResult) =
        store.Publish("results.json", CalibrationJson.bytes store.Identity result)
        let page = CalibrationReport.render store.Identity result
        store.Publish("report.html", Text.UTF8Encoding(false).GetBytes page)

    /// The name of the file of further events.
    let private nameOf (path: string) : string = "calibrated-" + Path.GetFileName path

    let private further folder (store: TaskStore) threads (it: TrainedCalibration) (path: string) =
        let absolute = Path.GetFullPath path

        CalibrationEvents.readLike folder it.Plan absolute
        |> Result.bind (fun side ->
            CalibrationMap.apply threads it.Map side None
            |> Result.bind (fun calibrated ->
                let name = nameOf path

                CalibrationStages.write store.Folder it name side calibrated
                |> Result.map (fun () -> name)))

    let private study
        options
        (store: TaskStore)
        folder
        (apply: string list)
        (plan: CalibrationPlan)
        =
        let options: PipelineOptions = options
        let context = PipelineStage.context options store
        PipelineStage.begins options "reading the events"

        CalibrationEvents.read folder plan
        |> Result.bind (fun events ->
            PipelineStage.begins options "training the map"

            CalibrationStages.train context plan events
            |> Result.bind (fun it ->
                PipelineStage.begins options "looking at closure"

                CalibrationStages.examine context it
                |> Result.bind (fun result ->
                    PipelineStage.begins options "writing the calibrated events"
                    let file = plan.Output.File

                    let rec others paths names =
                        match paths with
                        | [] -> Ok(List.rev names)
                        | path :: rest ->
                            further folder store options.Threads it path
                            |> Result.bind (fun name -> others rest (name :: names))

                    CalibrationStages.write store.Folder it file it.Source it.Calibrated
                    |> Result.bind (fun () -> others apply [])
                    |> Result.map (fun names -> { result with Written = file :: names }))))
        |> PipelineStage.wrong

    /// <summary>Trains the map, looks at closure, and writes the calibrated events.</summary>
    /// <param name="options">how to run; what is said of blind analyses has no meaning here</param>
    /// <param name="apply">further event files like the source, to be calibrated into
    /// <c>calibrated-NAME</c>; their weights keep their signs</param>
    /// <param name="path">the plan, <c>calibration.json</c>; its files are relative to it</param>
    /// <param name="out">the folder of results; made where it is not there</param>
    /// <returns>what was found, whose checks may have failed; or why there is nothing</returns>
    let run
        (options: PipelineOptions)
        (apply: string list)
        (path: string)
        (out: string)
        : Result<CalibrationResult, PipelineFault> =
        load options path
        |> Result.bind (fun plan ->
            TaskStore.openAt
                {
                    Version = RunVersion.text
                    InstructionPath = Isa.Path
                }
                out
            |> Result.mapError (fun errors -> WrongInput(errors |> List.map _.Message))
            |> Result.bind (fun store ->
                use store = store
                let folder = Path.GetDirectoryName(Path.GetFullPath path)

                study options store folder apply plan
                |> Result.map (fun result ->
                    publish store result
                    store.RemoveOthers()
                    result)))
