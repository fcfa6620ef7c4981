namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn.Networks

/// <summary>Ratios of events by trained networks. Events of pseudo-experiments are no training events:
/// they are judged by the mean over the folds.</summary>
[<RequireQualifiedAccess>]
module LearnedEventRatio =

    let private single (features: float[]) : ReadOnlyMemory<float32> =
        ReadOnlyMemory(features |> Array.map float32)

    let private hash (bytes: byte[]) = [ "network", ContentHash.ofBytes bytes ]

    /// <summary>r_signal/r_background of an estimator, whatever its reference.</summary>
    /// <param name="estimator">of both classes among others</param>
    /// <param name="signal">the name of the class of signal</param>
    /// <param name="background">the name of the class of background</param>
    /// <exception cref="T:System.ArgumentException">there is no such class</exception>
    let ofEstimator
        (estimator: RatioEstimator)
        (signal: string)
        (background: string)
        : IEventRatio =
        let place name =
            match Seq.tryFindIndex ((=) name) estimator.ClassNames with
            | Some c -> c
            | None -> invalidArg (nameof signal) $"The estimator has no class '{name}'."

        let s, b = place signal, place background
        let settings = hash (EstimatorFile.toBytes estimator)

        {
            new IEventRatio with
                member _.Settings = settings

                member _.Ratios(team, features) =
                    if features.Length = 0 then
                        [||]
                    else
                        let r = estimator.MeanOfFolds(team, single features)
                        Array.map2 (fun s b -> s / b) r[s] r[b]
        }

    /// <summary>r(x|α) of a parameterised estimator of signal whose reference is the background.
    /// </summary>
    /// <param name="estimator">of one parameter or more</param>
    /// <param name="point">α</param>
    let ofParameterised (estimator: ParameterisedEstimator) (point: float list) : IEventRatio =
        let point = List.toArray point

        let settings =
            ("point",
             point
             |> Array.map (fun a -> a.ToString("R", CultureInfo.InvariantCulture))
             |> String.concat " ")
            :: hash (ParameterisedFile.toBytes estimator)

        {
            new IEventRatio with
                member _.Settings = settings

                member _.Ratios(team, features) =
                    if features.Length = 0 then
                        [||]
                    else
                        estimator.MeanOfFolds(team, single features, point) |> Array.map exp
        }

    /// <summary>The family of r(x|α) by one parameter.</summary>
    /// <param name="estimator">of one parameter, with the background as its reference</param>
    /// <param name="knots">values of the parameter, inside of its range in training</param>
    let family (estimator: ParameterisedEstimator) (knots: float list) : IRatioFamily =
        RatioFamily.ofRatios [] knots (fun alpha -> ofParameterised estimator [ alpha ])
