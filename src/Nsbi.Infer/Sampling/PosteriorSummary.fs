namespace Nsbi.Infer

open System
open System.Globalization
open System.Text.Json

/// <summary>What chains tell of one parameter.</summary>
[<NoComparison; ReferenceEquality>]
type ParameterSummary = {
    /// <summary>Name of the parameter.</summary>
    Name: string
    /// <summary>Posterior mean.</summary>
    Mean: float
    /// <summary>Posterior standard deviation.</summary>
    Sd: float
    /// <summary>Monte Carlo error of the mean.</summary>
    MeanError: float
    /// <summary>Monte Carlo error of the standard deviation.</summary>
    SdError: float
    /// <summary>Quantiles at the probabilities of the summary.</summary>
    Quantiles: float[]
    /// <summary>Their Monte Carlo errors.</summary>
    QuantileErrors: float[]
    /// <summary>Effective sample size of the centre.</summary>
    BulkSize: float
    /// <summary>Effective sample size of the tails.</summary>
    TailSize: float
    /// <summary>Rank-normalised split R̂.</summary>
    Rhat: float
}

/// <summary>What chains tell of all parameters, and whether they are to be trusted. It prints as a table.
/// </summary>
[<NoComparison; ReferenceEquality>]
type PosteriorSummary = {
    /// <summary>Probabilities of the quantiles.</summary>
    Probabilities: float list
    /// <summary>One per parameter.</summary>
    Parameters: ParameterSummary list
    /// <summary>Number of chains.</summary>
    Chains: int
    /// <summary>Draws per chain.</summary>
    Draws: int
    /// <summary>Trajectories that diverged.</summary>
    Divergences: int
    /// <summary>Trajectories that were cut at the greatest depth.</summary>
    Saturated: int
    /// <summary>The least E-BFMI of the chains.</summary>
    EnergyFraction: float
    /// <summary>Mean acceptance of all chains.</summary>
    Acceptance: float
    /// <summary>Gradients of all chains, warm-up included.</summary>
    Gradients: int64
} with

    /// <summary>The parameter of a name.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such parameter</exception>
    member this.Item
        with get (name: string): ParameterSummary =
            match this.Parameters |> List.tryFind (fun p -> p.Name = name) with
            | Some found -> found
            | None -> invalidArg (nameof name) $"There is no parameter '{name}'."

    /// <summary>R̂ below 1.01, effective sizes above 400, no divergences, no trajectory cut at the greatest depth,
    /// E-BFMI above 0.3.</summary>
    /// <remarks>Limits: Vehtari et al., arXiv:1903.08008, section 4; Betancourt, arXiv:1604.00695.</remarks>
    member this.Checks: Check list =
        let extreme pick choose =
            let found: ParameterSummary = this.Parameters |> choose pick
            found.Name, pick found

        // A NaN is the worst of all.
        let name, rhat =
            extreme _.Rhat (fun pick ->
                List.maxBy (fun p ->
                    let v = pick p
                    if Double.IsNaN v then infinity else v))

        let least (pick: ParameterSummary -> float) =
            extreme pick (fun pick ->
                List.minBy (fun p ->
                    let v = pick p
                    if Double.IsNaN v then -infinity else v))

        let bulkName, bulk = least _.BulkSize
        let tailName, tail = least _.TailSize
        let text (format: FormattableString) = FormattableString.Invariant format
        let draws = this.Chains * this.Draws

        [
            Check.create
                "agreement of chains"
                CheckRule.AtMost
                1.01
                rhat
                nan
                (text $"The largest split R̂ is {rhat:F4}, of {name}.")
                "Above 1.01 the chains have not found the same posterior: run them longer, or look for several modes."
            Check.create
                "effective draws of centres"
                CheckRule.AtLeast
                400.0
                bulk
                nan
                (text $"The smallest bulk effective sample size is {bulk:F0}, of {bulkName}.")
                "Below 400 means, errors and R̂ itself are not reliable: draw more."
            Check.create
                "effective draws of tails"
                CheckRule.AtLeast
                400.0
                tail
                nan
                (text $"The smallest tail effective sample size is {tail:F0}, of {tailName}.")
                "Below 400 the 5 % and 95 % quantiles are not reliable: draw more."
            Check.create
                "divergences"
                CheckRule.AtMost
                0.0
                (float this.Divergences)
                nan
                $"{this.Divergences} of {draws} trajectories diverged."
                "The chains cannot enter a narrow part of the posterior and may miss it: raise the target acceptance, or choose other parameters."
            Check.create
                "depth of trajectories"
                CheckRule.AtMost
                (0.01 * float draws)
                (float this.Saturated)
                nan
                $"{this.Saturated} of {draws} trajectories were cut at the greatest depth."
                "Cut trajectories are right but slow: raise the depth, or use a dense metric."
            Check.create
                "energy of trajectories"
                CheckRule.AtLeast
                0.3
                this.EnergyFraction
                nan
                (text $"The smallest E-BFMI of a chain is {this.EnergyFraction:F2}.")
                "Below 0.3 heavy tails are explored slowly: choose other parameters, or draw more."
        ]

    /// The parameters as a table, and what failed below it.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G5", CultureInfo.InvariantCulture)

        let percent (p: float) =
            (100.0 * p).ToString("0.##", CultureInfo.InvariantCulture) + "%"

        let head =
            [ "parameter"; "mean"; "mcse"; "sd" ]
            @ (this.Probabilities |> List.map percent)
            @ [ "bulk"; "tail"; "rhat" ]

        let row (p: ParameterSummary) =
            [
                p.Name
                number p.Mean
                p.MeanError.ToString("G2", CultureInfo.InvariantCulture)
                number p.Sd
            ]
            @ (p.Quantiles |> Array.map number |> Array.toList)
            @ [
                p.BulkSize.ToString("F0", CultureInfo.InvariantCulture)
                p.TailSize.ToString("F0", CultureInfo.InvariantCulture)
                p.Rhat.ToString("F4", CultureInfo.InvariantCulture)
            ]

        let rows = head :: (this.Parameters |> List.map row)

        let widths =
            List.init head.Length (fun k -> rows |> List.map (fun r -> r[k].Length) |> List.max)

        let line (cells: string list) =
            List.map2
                (fun (k, width: int) (cell: string) ->
                    if k = 0 then cell.PadRight width else cell.PadLeft width)
                (List.indexed widths)
                cells
            |> String.concat "  "

        let failed =
            this.Checks
            |> List.filter (fun c -> not c.Passed)
            |> List.map (fun c -> $"failed check: {c.Finding} {c.Meaning}")

        String.Join("\n", (rows |> List.map line) @ failed)

/// <summary>Making summaries.</summary>
[<RequireQualifiedAccess>]
module PosteriorSummary =

    /// <summary>5 %, 16 %, 50 %, 84 % and 95 %.</summary>
    let standardProbabilities: float list = [ 0.05; 0.16; 0.5; 0.84; 0.95 ]

    let private parameter (probabilities: float list) (chains: MarkovChains) (name: string) =
        let values = chains.Values name
        let all = Array.concat values
        let sorted = Array.sort all

        {
            Name = name
            Mean = ChainValues.mean all
            Sd = sqrt (ChainValues.variance all)
            MeanError = EffectiveSampleSize.errorOfMean values
            SdError = EffectiveSampleSize.errorOfSd values
            Quantiles = [| for p in probabilities -> ChainValues.quantile p sorted |]
            QuantileErrors = [|
                for p in probabilities -> EffectiveSampleSize.errorOfQuantile p values
            |]
            BulkSize = EffectiveSampleSize.bulk values
            TailSize = EffectiveSampleSize.tail values
            Rhat = SplitRhat.compute values
        }

    /// <summary>The summary with quantiles at these probabilities.</summary>
    /// <param name="probabilities">each above 0, below 1</param>
    /// <param name="chains">at least four draws each</param>
    let computeAt (probabilities: float list) (chains: MarkovChains) : PosteriorSummary =
        if probabilities |> List.exists (fun p -> not (p > 0.0 && p < 1.0)) then
            invalidArg (nameof probabilities) "Probabilities of quantiles lie between 0 and 1."

        {
            Probabilities = probabilities
            Parameters = chains.Names |> List.map (parameter probabilities chains)
            Chains = chains.Chains.Length
            Draws = chains.Chains[0].Draws.Length
            Divergences = chains.Divergences
            Saturated = chains.Saturated
            EnergyFraction = chains.EnergyFraction
            Acceptance = chains.Chains |> Array.averageBy _.Acceptance
            Gradients = chains.Chains |> Array.sumBy (fun c -> c.Steps + c.WarmupSteps)
        }

    /// <summary>The summary with the standard quantiles.</summary>
    /// <param name="chains">at least four draws each</param>
    let compute (chains: MarkovChains) : PosteriorSummary = computeAt standardProbabilities chains

    /// <summary>Writes into the JSON object that is open: <c>parameters: [{name, mean, sd, meanError, sdError,
    /// quantiles: [{probability, value, error}], bulk, tail, rhat}]</c>, <c>chains</c>, <c>draws</c>,
    /// <c>divergences</c>, <c>saturated</c>, <c>energyFraction</c>, <c>acceptance</c>, <c>gradients</c>. What
    /// is no finite number is null, with the sibling <c>reason</c>.</summary>
    let writeMembers (writer: Utf8JsonWriter) (summary: PosteriorSummary) : unit =
        let same () =
            "the draws are all the same, or not finite"

        writer.WriteStartArray "parameters"

        for p in summary.Parameters do
            let numbers = JsonNumbers writer
            writer.WriteStartObject()
            writer.WriteString("name", p.Name)
            numbers.Number("mean", p.Mean, same)
            numbers.Number("sd", p.Sd, same)
            numbers.Number("meanError", p.MeanError, same)
            numbers.Number("sdError", p.SdError, same)
            writer.WriteStartArray "quantiles"

            summary.Probabilities
            |> List.iteri (fun k probability ->
                let inner = JsonNumbers writer
                writer.WriteStartObject()
                writer.WriteNumber("probability", probability)
                inner.Number("value", p.Quantiles[k], same)
                inner.Number("error", p.QuantileErrors[k], same)
                inner.Close()
                writer.WriteEndObject())

            writer.WriteEndArray()
            numbers.Number("bulk", p.BulkSize, same)
            numbers.Number("tail", p.TailSize, same)
            numbers.Number("rhat", p.Rhat, same)
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()
        let numbers = JsonNumbers writer
        writer.WriteNumber("chains", summary.Chains)
        writer.WriteNumber("draws", summary.Draws)
        writer.WriteNumber("divergences", summary.Divergences)
        writer.WriteNumber("saturated", summary.Saturated)

        numbers.Number(
            "energyFraction",
            summary.EnergyFraction,
            (fun () -> "there are fewer than two draws")
        )

        numbers.Number("acceptance", summary.Acceptance, same)
        writer.WriteNumber("gradients", summary.Gradients)
        numbers.Close()
