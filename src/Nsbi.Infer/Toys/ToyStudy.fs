namespace Nsbi.Infer

open System
open System.Globalization
open System.Text
open System.Text.Json

/// <summary>The fits of toys with all that is told of them.</summary>
[<NoComparison; ReferenceEquality>]
type ToyStudy = {
    /// What the toys were drawn from.
    Sampler: ToySampler
    /// The settings of the fits.
    Settings: FitSettings
    /// What was tested with each fit; none if nothing was.
    Hypothesis: ToyHypothesis option
    /// The seed of the toys.
    Seed: uint64
    /// The fits in the order of their numbers.
    Fits: ToyFit[]
    /// What they say together.
    Summary: ToySummary
}

/// <summary>Fits of toys as files: members of a JSON object, and comma-separated values.</summary>
[<RequireQualifiedAccess>]
module ToyStudy =

    /// <summary>Fits toys and sums them up.</summary>
    /// <param name="ensemble">how the toys are run: <c>ToyEnsemble.run</c> or <c>ToyEnsemble.runIn</c>
    /// of a store, applied to all but sampler and measurement</param>
    /// <param name="settings">of the fits; their thread team is not used</param>
    /// <param name="hypothesis">a value to be tested with t in each toy, or none</param>
    /// <param name="seed">the seed of the run, for the record</param>
    /// <param name="sampler">what toys are drawn from; fits start at its parameter values</param>
    let make
        (ensemble: ToySampler -> IToyMeasurement<ToyFit> -> ToyFit[])
        (settings: FitSettings)
        (hypothesis: ToyHypothesis option)
        (seed: uint64)
        (sampler: ToySampler)
        : ToyStudy =
        let settings = { settings with Team = None }

        let fits = ToyFit.measurement settings hypothesis sampler.Theta |> ensemble sampler

        {
            Sampler = sampler
            Settings = settings
            Hypothesis = hypothesis
            Seed = seed
            Fits = fits
            Summary = ToySummary.ofFits sampler settings fits
        }

    /// <summary>The method as options and files name it: multinomial, poisson.</summary>
    let methodName (method: ToyMethod) : string =
        match method with
        | Multinomial -> "multinomial"
        | PoissonPerEvent -> "poisson"

    let private free (study: ToyStudy) =
        FitPoints.freePlaces study.Settings study.Sampler.Likelihood

    let private writeMoments (writer: Utf8JsonWriter) (name: string) (moments: ToyMoments) =
        writer.WriteStartObject name
        let numbers = JsonNumbers writer
        let few () = $"there are {moments.Count} of them"
        writer.WriteNumber("count", moments.Count)
        numbers.Number("mean", moments.Mean, few)
        numbers.Number("meanError", moments.MeanError, few)
        numbers.Number("width", moments.Width, few)
        numbers.Number("widthError", moments.WidthError, few)
        numbers.Number("median", moments.Median, few)
        numbers.Number("spread", moments.Spread, few)
        numbers.Close()
        writer.WriteEndObject()

    let private writeParameter (writer: Utf8JsonWriter) (p: ToyParameter) =
        writer.WriteStartObject()
        let numbers = JsonNumbers writer
        writer.WriteString("name", p.Name)
        writer.WriteNumber("truth", p.Truth)
        writeMoments writer "best" p.Best
        writeMoments writer "pull" p.Pull
        numbers.Number("atBound", p.AtBound, (fun () -> "no fit succeeded"))
        numbers.Close()
        writer.WriteEndObject()

    let private writeFit (writer: Utf8JsonWriter) (study: ToyStudy) (free: int[]) (fit: ToyFit) =
        let pick (values: float[]) = free |> Array.map (fun k -> values[k])
        let reason = fit.Failure |> Option.defaultValue "the parameter is at a bound"
        writer.WriteStartObject()
        let numbers = JsonNumbers writer
        writer.WriteNumber("index", fit.Index)
        writer.WriteString("status", fit.Status)
        numbers.Number("twiceNll", fit.Minimum, (fun () -> reason))
        numbers.Numbers("values", pick fit.Values, (fun _ -> reason))
        numbers.Numbers("errors", pick fit.Errors, (fun _ -> reason))

        match study.Hypothesis with
        | Some _ ->
            numbers.Number(
                "t",
                fit.Value,
                fun () ->
                    fit.Failure |> Option.defaultValue "the tested value is impossible for the toy"
            )
        | None -> ()

        match fit.Failure with
        | Some failure -> writer.WriteString("failure", failure)
        | None -> ()

        writer.WriteNumber("retries", fit.Retries)
        numbers.Close()
        writer.WriteEndObject()

    /// <summary>Writes seed, method, truth, expected events, summary, failures and the fits,
    /// <c>toys</c>, into the open object; the values and errors of a toy are those of
    /// <c>parameters</c> in their order.</summary>
    let writeMembers (writer: Utf8JsonWriter) (study: ToyStudy) : unit =
        let compiled = study.Sampler.Likelihood
        let free = free study
        writer.WriteNumber("seed", study.Seed)
        writer.WriteString("method", methodName study.Sampler.Method)
        writer.WriteNumber("expectedEvents", study.Sampler.Expected)
        writer.WriteStartObject "truth"

        for name, value in Seq.zip compiled.Index.Names study.Sampler.Theta do
            writer.WriteNumber(name, value)

        writer.WriteEndObject()

        match study.Hypothesis with
        | Some h ->
            writer.WriteStartObject "tested"
            writer.WriteString("parameter", h.Parameter)
            writer.WriteNumber("value", h.Value)
            writer.WriteEndObject()
        | None -> ()

        writer.WriteNumber("failed", study.Summary.Failed)
        writer.WriteNumber("retried", study.Summary.Retried)
        writer.WriteStartArray "failures"

        for reason, count in study.Summary.Failures do
            writer.WriteStartObject()
            writer.WriteNumber("count", count)
            writer.WriteString("reason", reason)
            writer.WriteEndObject()

        writer.WriteEndArray()
        writer.WriteStartArray "summary"
        study.Summary.Parameters |> List.iter (writeParameter writer)
        writer.WriteEndArray()
        writer.WriteStartArray "parameters"

        for k in free do
            writer.WriteStringValue compiled.Index.Names[k]

        writer.WriteEndArray()
        writer.WriteStartArray "toys"
        study.Fits |> Array.iter (writeFit writer study free)
        writer.WriteEndArray()

    let private quoted (text: string) =
        if text.IndexOfAny [| ','; '"'; '\n' |] >= 0 then
            "\"" + text.Replace("\"", "\"\"") + "\""
        else
            text

    /// <summary>The fits as comma-separated values, a line for each toy: index, status, twiceNll, t
    /// (empty where nothing is tested), retries, failure, then value and error of each free
    /// parameter. What is not a finite number is empty; an infinite t is <c>inf</c>.</summary>
    let toCsv (study: ToyStudy) : string =
        let free = free study
        let names = study.Sampler.Likelihood.Index.Names
        let text = StringBuilder()

        let number (x: float) =
            if Double.IsFinite x then
                x.ToString("R", CultureInfo.InvariantCulture)
            elif x = infinity then
                "inf"
            else
                ""

        let line (cells: string list) =
            text.AppendJoin(',', cells).Append('\n') |> ignore

        line [
            yield! [ "index"; "status"; "twiceNll"; "t"; "retries"; "failure" ]

            for k in free do
                yield quoted names[k]
                yield quoted $"{names[k]}_error"
        ]

        for fit in study.Fits do
            line [
                yield string fit.Index
                yield fit.Status
                yield number fit.Minimum
                yield number fit.Value
                yield string fit.Retries
                yield fit.Failure |> Option.map quoted |> Option.defaultValue ""

                for k in free do
                    yield number fit.Values[k]
                    yield number fit.Errors[k]
            ]

        string text
