namespace Nsbi.Infer

open System
open System.Globalization
open System.IO

/// <summary>The fit of a toy with a parameter held at a tested value.</summary>
type ToyConditional = {
    /// The least −2 ln L at the tested value.
    Minimum: float
    /// All parameters there, in the order of θ.
    Values: float[]
}

/// <summary>The fit of a toy with all parameters free, and, if asked for, that at a tested value.
/// </summary>
type ToyFit = {
    /// The number of the toy.
    Index: int
    /// <summary>How the free fit ended: converged, atBoundary, notConverged, invalidModel.</summary>
    Status: string
    /// The least −2 ln L.
    Minimum: float
    /// The best values, in the order of θ.
    Values: float[]
    /// <summary>√V_kk; NaN where a parameter is fixed or at a bound.</summary>
    Errors: float[]
    /// Whether each parameter is at one of its bounds.
    AtBound: bool[]
    /// <summary>t = −2 ln [L(tested)/L(best)], ≥ 0; +∞ where the tested value is impossible for the
    /// toy; NaN where nothing is tested or a fit failed.</summary>
    Value: float
    /// The fit at the tested value; none where nothing is tested.
    Conditional: ToyConditional option
    /// Evaluations of −2 ln L with its derivatives, of the attempt that counts.
    Evaluations: int
    /// Why a fit failed; none where it did not.
    Failure: string option
    /// Attempts after the first.
    Retries: int
}

/// <summary>What is tested with each fit of a toy.</summary>
type ToyHypothesis = {
    /// The parameter.
    Parameter: string
    /// Its tested value.
    Value: float
}

/// <summary>Fits of toys.</summary>
[<RequireQualifiedAccess>]
module ToyFit =

    let private ofFit (toy: Toy) (fit: FitResult) : ToyFit = {
        Index = toy.Index
        Status = fit.Status.Name
        Minimum = fit.TwiceNll
        Values = fit.Values
        Errors =
            fit.Parameters
            |> List.map (fun p -> Option.defaultValue nan p.Error)
            |> List.toArray
        AtBound = fit.Parameters |> List.map _.AtBound |> List.toArray
        Value = nan
        Conditional = None
        Evaluations = fit.Evaluations
        Failure = None
        Retries = 0
    }

    /// <summary>Fits one toy, from other starts where that fails.</summary>
    /// <param name="settings">of the fits, without a thread team</param>
    /// <param name="hypothesis">a value to be tested with t, or none</param>
    /// <param name="near">values to start from, in the order of θ: those the toy was drawn at</param>
    /// <param name="toy">the toy</param>
    let measure
        (settings: FitSettings)
        (hypothesis: ToyHypothesis option)
        (near: float[])
        (toy: Toy)
        : ToyFit =
        let finish settings (free: FitResult) =
            match hypothesis with
            | Some tested ->
                let value =
                    TestStatistic.evaluateFrom
                        settings
                        toy.Observation
                        TestStatistic.TwoSided
                        tested.Parameter
                        free
                        []
                        tested.Value

                value.Best, Some value
            | None -> free, None

        let failure (free: FitResult, value: TestValue option) =
            match value with
            | _ when not free.Status.Succeeded -> Some $"{free.Status.Name}: {free.Status.Advice}"
            | Some value when Double.IsNaN value.Value -> value.Reason
            | _ -> None

        let struct ((free, value), failure, retries) =
            ToyRestart.run settings near toy failure (fun (free, _) -> free.TwiceNll) finish

        {
            ofFit toy free with
                Value = value |> Option.map _.Value |> Option.defaultValue nan
                Conditional =
                    value
                    |> Option.map (fun v -> {
                        Minimum = v.Conditional.TwiceNll
                        Values = v.Conditional.Values
                    })
                Failure = failure
                Retries = retries
        }

    let private writeNumbers (writer: BinaryWriter) (numbers: float[]) =
        writer.Write numbers.Length

        for x in numbers do
            writer.Write x

    let private readNumbers (reader: BinaryReader) : float[] =
        Array.init (reader.ReadInt32()) (fun _ -> reader.ReadDouble())

    let private write (writer: BinaryWriter) (fit: ToyFit) =
        writer.Write fit.Index
        writer.Write fit.Status
        writer.Write fit.Minimum
        writeNumbers writer fit.Values
        writeNumbers writer fit.Errors

        for isAtBound in fit.AtBound do
            writer.Write isAtBound

        writer.Write fit.Value
        writer.Write fit.Conditional.IsSome

        match fit.Conditional with
        | Some conditional ->
            writer.Write conditional.Minimum
            writeNumbers writer conditional.Values
        | None -> ()

        writer.Write fit.Evaluations
        ToyRestart.write writer fit.Failure fit.Retries

    let private read (reader: BinaryReader) : ToyFit =
        let index = reader.ReadInt32()
        let status = reader.ReadString()
        let minimum = reader.ReadDouble()
        let values = readNumbers reader
        let errors = readNumbers reader
        let atBound = Array.init values.Length (fun _ -> reader.ReadBoolean())
        let value = reader.ReadDouble()

        let conditional =
            if reader.ReadBoolean() then
                let minimum = reader.ReadDouble()

                Some {
                    Minimum = minimum
                    Values = readNumbers reader
                }
            else
                None

        let evaluations = reader.ReadInt32()
        let struct (failure, retries) = ToyRestart.read reader

        {
            Index = index
            Status = status
            Minimum = minimum
            Values = values
            Errors = errors
            AtBound = atBound
            Value = value
            Conditional = conditional
            Evaluations = evaluations
            Failure = failure
            Retries = retries
        }

    /// <summary>The fits as a measurement of an ensemble; parameters as of <c>measure</c>.</summary>
    let measurement
        (settings: FitSettings)
        (hypothesis: ToyHypothesis option)
        (near: float[])
        : IToyMeasurement<ToyFit> = {
        new IToyMeasurement<ToyFit> with
            member _.Settings = [
                match hypothesis with
                | Some h ->
                    "tested",
                    $"{h.Parameter} = " + h.Value.ToString("R", CultureInfo.InvariantCulture)
                | None -> ()

                yield! ToyRestart.settingsOf settings near
            ]

            member _.Measure toy = measure settings hypothesis near toy
            member _.Failure fit = fit.Failure
            member _.Write(writer, fit) = write writer fit
            member _.Read reader = read reader
    }
