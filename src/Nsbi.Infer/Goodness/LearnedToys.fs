namespace Nsbi.Infer

open System
open Nsbi.Kernels

/// <summary>What a learned test found in one toy.</summary>
type LearnedToy = {
    /// The number of the toy.
    Index: int
    /// The statistic; NaN where a fit failed.
    Value: float
    /// Why a fit failed; none where it did not.
    Failure: string option
    /// Attempts of the fit after the first.
    Retries: int
}

/// The statistic of a learned test, of data and of toys.
[<RequireQualifiedAccess>]
module internal LearnedToys =

    /// The fit with f, and what it gains on the one without.
    let statistic
        (fits: FitSettings)
        (observation: Observation)
        (fit: FitResult)
        (channels: RatioChannel[])
        : RatioFitEnd * float =
        let found = RatioFit.run fits observation fit.Values channels
        found, max 0.0 (fit.TwiceNll - found.Minimum)

    /// The test of each toy, fitted again.
    let measurement
        (fits: FitSettings)
        (settings: LearnedGoodnessSettings)
        (sampler: ToySampler)
        (prepared: GoodnessChannel[])
        : IToyMeasurement<LearnedToy> =
        let compiled = sampler.Likelihood
        let free = (FitPoints.freePlaces fits compiled).Length
        let theta = sampler.Theta

        let spaces =
            WorkSpaces(fun () ->
                prepared |> Array.map (fun c -> RatioSpace(c.Shape, c.Inputs, free)))

        let exact = prepared |> Array.map (GoodnessChannel.reference compiled)

        let basis =
            lazy
                (prepared
                 |> Array.collect (fun c ->
                     Array.concat [ c.Inputs; c.Shape.Centre; c.Shape.Scale ])
                 |> Array.collect BitConverter.GetBytes
                 |> ContentHash.ofBytes)

        {
            new IToyMeasurement<LearnedToy> with
                member _.Settings = [
                    "family", (string settings.Family).Replace("\n", " ")
                    "reference fluctuates", string settings.Fluctuating
                    "inputs of the family", basis.Value
                    yield! ToyRestart.settingsOf fits theta
                ]

                member _.Measure toy =
                    let failure (fit: FitResult) =
                        if fit.Status.Succeeded then
                            None
                        else
                            Some $"{fit.Status.Name}: {fit.Status.Advice}"

                    let struct (fit, failed, retries) =
                        ToyRestart.run fits theta toy failure _.TwiceNll (fun _ fit -> fit)

                    let result value reason = {
                        Index = toy.Index
                        Value = value
                        Failure = reason
                        Retries = retries
                    }

                    match failed with
                    | Some reason -> result nan (Some reason)
                    | None ->
                        let rented = spaces.Rent()

                        let channels =
                            Array.init prepared.Length (fun c ->
                                GoodnessChannel.toyCounts toy.Observation prepared[c]
                                |> rented[c].SetCounts

                                {
                                    Space = rented[c]
                                    Weights =
                                        if settings.Fluctuating then
                                            GoodnessChannel.bootstrap compiled toy prepared[c]
                                        else
                                            exact[c]
                                })

                        let found, value = statistic fits toy.Observation fit channels
                        spaces.Return rented

                        match found.Failure with
                        | Some _ -> result nan found.Failure
                        | None -> result value None

                member _.Failure result = result.Failure

                member _.Write(writer, result) =
                    writer.Write result.Index
                    writer.Write result.Value
                    ToyRestart.write writer result.Failure result.Retries

                member _.Read reader =
                    let index = reader.ReadInt32()
                    let value = reader.ReadDouble()
                    let struct (failure, retries) = ToyRestart.read reader

                    {
                        Index = index
                        Value = value
                        Failure = failure
                        Retries = retries
                    }
        }

    /// Toys at the best fit, drawn from the events of the pools.
    let sampler (compiled: CompiledLikelihood) (theta: float[]) prepared =
        let prepared: GoodnessChannel[] = prepared

        ToySampler.create compiled theta
        |> Result.bind (fun whole ->
            let isWhole (c: GoodnessChannel) = c.Pool.Length = c.PlaceOf.Length

            if Array.forall isWhole prepared then
                Ok whole
            else
                let kappa = compiled.Model.InnerCoordinates.ToInner theta

                compiled.Unbinned
                |> Array.toList
                |> List.map (fun channel ->
                    match prepared |> Array.tryFind (fun c -> c.Channel.Name = channel.Name) with
                    | Some own ->
                        let all = Array.zeroCreate<float> own.PlaceOf.Length
                        Array.iter2 (fun row w -> all[row] <- w) own.Pool own.Weights
                        Ok(channel.Name, (TableKind.Reference, all))
                    | None ->
                        AsimovWeights.weights channel theta kappa
                        |> Result.map (fun (_, _, w) -> channel.Name, (TableKind.Reference, w)))
                |> TableFault.collect
                |> Result.bind (Map.ofList >> ToySampler.ofWeights Multinomial compiled theta))
