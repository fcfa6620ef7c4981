namespace Nsbi.Infer

open System
open MathNet.Numerics.Statistics
open Nsbi.Model

/// <summary>Another density ratio of a process, on the events of the reference table of its channel.
/// </summary>
[<NoComparison>]
type RatioChange = {
    /// An unbinned channel.
    Channel: string
    /// A process of it.
    Process: string
    /// <summary>r′_c(x_i), in the order and the units of the ratios the likelihood was compiled with.
    /// </summary>
    Ratios: float[]
}

/// <summary>What is taken for the scale of a changed ratio.</summary>
[<RequireQualifiedAccess>]
type RatioScale =
    /// <summary>Divided by its mean over the reference table, as every ratio is that is compiled.</summary>
    | Normalised
    /// <summary>As it is, so that the process also changes its integral; its yield ν_c does not.</summary>
    | Literal

/// <summary>By how much a fitted parameter moves where ratios are others.</summary>
type RatioShift = {
    /// The parameter.
    Parameter: string
    /// <summary>Its change; the sum of the parts.</summary>
    Total: float
    /// The change of each process that was given, by channel and process.
    Parts: ((string * string) * float) list
}

/// <summary>Shifts of fitted parameters by changed ratios, to first order and by fitting again.</summary>
[<RequireQualifiedAccess>]
module RatioShift =

    /// The channel, the place of the process in it, and its ratios of mean 1.
    let private find (compiled: CompiledLikelihood) (change: RatioChange) =
        let channel =
            compiled.Unbinned
            |> Array.tryFind (fun c -> c.Name = change.Channel)
            |> Option.defaultWith (fun () ->
                invalidArg "changes" $"There is no unbinned channel '{change.Channel}'.")

        let place =
            match channel.Processes |> Array.tryFindIndex (fun p -> p.Name = change.Process) with
            | Some c -> c
            | None ->
                invalidArg
                    "changes"
                    $"Channel '{change.Channel}' has no process '{change.Process}'."

        match channel.Tables.TryFind TableKind.Reference with
        | None -> invalidArg "changes" $"Channel '{change.Channel}' has no reference table."
        | Some table when table.Weights.Length <> change.Ratios.Length ->
            invalidArg
                "changes"
                $"There are {change.Ratios.Length} ratios of process '{change.Process}' for the \
                  {table.Weights.Length} events of the reference table of '{change.Channel}'."
        | Some table -> table, place

    /// The changed ratios on the scale of the compiled ones.
    let private scaled
        (compiled: CompiledLikelihood)
        scale
        (table: TiledTable)
        (change: RatioChange)
        =
        let mean =
            match scale with
            | RatioScale.Literal ->
                let own =
                    compiled.Rescalings
                    |> List.find (fun r -> r.Channel = change.Channel && r.Process = change.Process)

                own.MeanRatio
            | RatioScale.Normalised ->
                let mass = Array.map2 (*) table.Weights change.Ratios |> Array.sum
                mass / Array.sum table.Weights

        if not (Double.IsFinite mean && mean > 0.0) then
            invalidArg
                "changes"
                $"The mean of the ratios of process '{change.Process}' over the reference is {mean}: it \
                  is positive."

        change.Ratios |> Array.map (fun r -> r / mean)

    /// <summary>δθ̂_p = Σ_ci φ_ci (r′_ci − r_ci): to first order, in one pass over the events.</summary>
    /// <param name="scale">what is taken for the scale of the ratios</param>
    /// <param name="changes">the processes whose ratios change</param>
    /// <param name="sensitivity">of the fit</param>
    /// <exception cref="T:System.ArgumentException">an unknown channel or process, another number of
    /// events, ratios without a positive mean</exception>
    let linear
        (scale: RatioScale)
        (changes: RatioChange list)
        (sensitivity: RatioSensitivity)
        : RatioShift =
        let compiled = sensitivity.Observation.Owner

        let parts =
            changes
            |> List.map (fun change ->
                let table, c = find compiled change
                let key = change.Channel, change.Process
                let influence = sensitivity.Influence[key]
                let ratios = scaled compiled scale table change
                let mutable sum = 0.0

                for i in 0 .. ratios.Length - 1 do
                    sum <- sum + influence[i] * (ratios[i] - table.Tiles[c, i])

                key, sum)

        {
            Parameter = sensitivity.Parameter
            Total = List.sumBy snd parts
            Parts = parts
        }

    /// <summary>The same by fitting again, which is the slow twin: the likelihood is compiled with the changed
    /// ratios and fitted to the same weights.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="scale">what is taken for the scale of the ratios</param>
    /// <param name="changes">the processes whose ratios change</param>
    /// <param name="observation">as of <c>RatioSensitivity.create</c></param>
    /// <returns>the fit; or why the changed ratios cannot be compiled: one that is negative or not
    /// finite</returns>
    /// <exception cref="T:System.ArgumentException">as of <c>linear</c></exception>
    let refit
        (settings: FitSettings)
        (scale: RatioScale)
        (changes: RatioChange list)
        (observation: Observation)
        : Result<FitResult, ModelError list> =
        let compiled = observation.Owner

        let changed =
            changes
            |> List.map (fun change ->
                let table, _ = find compiled change
                (change.Channel, change.Process), scaled compiled scale table change)
            |> Map.ofList

        // The changed table is the observed one too, whose ratios are left on their scale.
        let add tables k =
            let channel = compiled.Unbinned[k]
            let table = channel.Tables[TableKind.Reference]

            let ratios =
                channel.Processes
                |> Array.mapi (fun c p ->
                    let own = Array.init table.Weights.Length (fun i -> table.Tiles[c, i])

                    let ratios = changed.TryFind(channel.Name, p.Name) |> Option.defaultValue own

                    p.Name, Ratios ratios)

            let changed = {
                table.Source with
                    Ratios = Map.ofArray ratios
            }

            tables
            |> RatioTables.reference channel.Name changed
            |> RatioTables.observed channel.Name changed

        let data = {
            Observation.nothing with
                Counts = Map.ofList observation.Counts
                Globals = Map.ofList observation.Globals
        }

        let withWeights data k =
            let name = compiled.Unbinned[k].Name
            let w = RatioSensitivity.weights compiled.Unbinned[k] observation.Events[k]
            Observation.withWeights name TableKind.Observed w data

        let channels = [ 0 .. compiled.Unbinned.Length - 1 ]

        (RatioTables.empty, channels)
        ||> List.fold add
        |> Likelihood.compile compiled.Model
        |> Result.bind (fun other ->
            (data, channels) ||> List.fold withWeights |> Observation.create other)
        |> Result.map (Fit.runWith settings)

    /// <summary>The uncertainty of a fitted parameter from replicas of the ratios, each by <c>linear</c>: the
    /// standard deviation of the shifts, φᵀ Cov(δr) φ with the sample covariance of the replicas.</summary>
    /// <param name="scale">what is taken for the scale of the ratios</param>
    /// <param name="replicas">of each replica, all processes whose ratios change; two or more</param>
    /// <param name="sensitivity">of the fit</param>
    /// <returns>the shift of each replica, and their standard deviation</returns>
    /// <remarks>What it means depends on the replicas: bootstraps of the training data give the uncertainty
    /// of one network, averages of a nested bootstrap that of the average, see
    /// <c>McStatEstimators</c>.</remarks>
    /// <exception cref="T:System.ArgumentException">as of <c>linear</c>, or fewer than two replicas</exception>
    let spread
        (scale: RatioScale)
        (replicas: RatioChange list list)
        (sensitivity: RatioSensitivity)
        : float[] * float =
        if replicas.Length < 2 then
            invalidArg (nameof replicas) $"There are {replicas.Length} replicas: give 2 or more."

        let shifts = [| for changes in replicas -> (linear scale changes sensitivity).Total |]

        shifts, ArrayStatistics.StandardDeviation shifts
