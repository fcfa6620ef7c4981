namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Kernels
open Nsbi.Model

/// <summary>Fits of toys that are tried again from other starts where they fail.</summary>
[<RequireQualifiedAccess>]
module internal ToyRestart =

    /// After the usual starts: so many times from points around that of the toys.
    let private perturbations = 3

    /// Points of one attempt.
    let private pointsPerAttempt = 4

    let private patient (settings: FitSettings) = {
        settings with
            Search = {
                settings.Search with
                    MaxSteps = 5 * settings.Search.MaxSteps
            }
    }

    /// Halvings of a step after which a point is taken as it is.
    let private halvings = 10

    /// Points around the values of the toy, inside of the bounds and where the likelihood is finite.
    let private around (compiled: CompiledLikelihood) (near: float[]) (scale: float) (toy: Toy) =
        let mutable stream = RandomStream(toy.Seed, "toy restart", uint64 toy.Index)
        let parameters = List.toArray compiled.Parameters

        let rec inside left (steps: float[]) =
            let point =
                Array.init near.Length (fun k ->
                    let p = parameters[k]

                    let width =
                        Constraint.width p.Constraint
                        |> Option.defaultValue (0.3 * max 1.0 (abs near[k]))

                    max p.Lower (min p.Upper (near[k] + scale * width * steps[k])))

            if left = 0 || Double.IsFinite(Likelihood.twiceNll toy.Observation point) then
                point
            else
                inside (left - 1) (steps |> Array.map (fun x -> 0.5 * x))

        [
            for _ in 1..pointsPerAttempt ->
                Array.init near.Length (fun _ -> stream.NextGaussian()) |> inside halvings
        ]

    /// <summary>Fits a toy with what is given a way to fit from points; the first attempt that does not
    /// fail, or the lowest of all, with the number of attempts after the first.</summary>
    /// <param name="settings">of the fits</param>
    /// <param name="near">the values that the toy was drawn at, in the order of θ</param>
    /// <param name="toy">the toy</param>
    /// <param name="failure">why an attempt failed</param>
    /// <param name="height">the least −2 ln L of an attempt; NaN where it found none</param>
    /// <param name="finish">what follows on a free fit, with the settings of the attempt</param>
    let run
        (settings: FitSettings)
        (near: float[])
        (toy: Toy)
        (failure: 'Result -> string option)
        (height: 'Result -> float)
        (finish: FitSettings -> FitResult -> 'Result)
        : struct ('Result * string option * int) =
        let compiled = toy.Observation.Owner
        let inner = compiled.Model.InnerCoordinates
        let patient = patient settings

        let fixedAs (point: float[]) =
            let held = FitPoints.held settings compiled

            compiled.Index.Names
            |> List.mapi (fun k name -> held.TryFind name |> Option.defaultValue point[k])
            |> List.toArray

        let attempt k =
            match k with
            | 0 -> finish settings (WarmFit.run settings toy.Observation near)
            | 1 -> finish patient (Fit.runWith patient toy.Observation)
            | _ ->
                around compiled near (float (k - 1)) toy
                |> List.map (fixedAs >> inner.ToInner)
                |> Fit.runFrom patient toy.Observation
                |> finish patient

        // Of attempts that all fail, the one that came lowest has the best to say.
        let better a b =
            match a with
            | Some(found, _) when height found <= height b || Double.IsNaN(height b) -> a
            | _ -> failure b |> Option.map (fun reason -> b, reason)

        let rec go k lowest =
            let result = attempt k

            match failure result, better lowest result with
            | None, _ -> struct (result, None, k)
            | Some reason, lowest when k > perturbations ->
                let found, why = lowest |> Option.defaultValue (result, reason)
                struct (found, Some why, k)
            | Some _, lowest -> go (k + 1) lowest

        go 0 None

    /// What fits depend on, as names and values.
    let settingsOf (settings: FitSettings) (near: float[]) : (string * string) list =
        let number (x: float) =
            x.ToString("R", CultureInfo.InvariantCulture)

        [
            "starts per parameter of interest", string settings.StartsPerPoi
            "steps", string settings.Search.MaxSteps
            "tolerance", number settings.Search.Tolerance
            "radius", number settings.Search.Radius
            "noise", number settings.Search.Noise
            "closed form", string settings.ClosedForm
            "start", near |> Array.map number |> String.concat " "
            for KeyValue(name, value) in settings.Fixed do
                $"fixed: {name}", number value
        ]

    /// A failure as it is written: an empty text for none.
    let write (writer: System.IO.BinaryWriter) (failure: string option) (retries: int) =
        writer.Write(Option.defaultValue "" failure)
        writer.Write retries

    /// What was written.
    let read (reader: System.IO.BinaryReader) : struct (string option * int) =
        let text = reader.ReadString()
        let retries = reader.ReadInt32()
        struct ((if text = "" then None else Some text), retries)
