namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>A test statistic on a toy.</summary>
type ToyTest = {
    /// The number of the toy.
    Index: int
    /// The value of the parameter that is tested.
    Tested: float
    /// <summary>The statistic, ≥ 0; +∞ where the tested value is impossible for the toy; NaN where a
    /// fit failed.</summary>
    Value: float
    /// <summary>μ̂, the best value of the parameter.</summary>
    BestFit: float
    /// <summary>The least −2 ln L.</summary>
    Minimum: float
    /// Why a fit failed; none where it did not.
    Failure: string option
    /// Attempts after the first.
    Retries: int
}

/// <summary>Test statistics of toys.</summary>
[<RequireQualifiedAccess>]
module ToyTest =

    /// <summary>The statistic of one toy; from other starts where a fit fails.</summary>
    /// <param name="settings">of the fits, without a thread team</param>
    /// <param name="statistic">which one</param>
    /// <param name="poi">the parameter that is tested</param>
    /// <param name="tested">its tested value</param>
    /// <param name="near">values to start from, in the order of θ: those the toy was drawn at</param>
    /// <param name="toy">the toy</param>
    let measure
        (settings: FitSettings)
        (statistic: TestStatistic)
        (poi: string)
        (tested: float)
        (near: float[])
        (toy: Toy)
        : ToyTest =
        let failure (value: TestValue) =
            if Double.IsNaN value.Value then
                Some(value.Reason |> Option.defaultValue "the statistic is not a number")
            else
                None

        let struct (value, failure, retries) =
            ToyRestart.run settings near toy failure _.Best.TwiceNll (fun settings free ->
                TestStatistic.evaluateFrom settings toy.Observation statistic poi free [] tested)

        {
            Index = toy.Index
            Tested = tested
            Value = value.Value
            BestFit = value.BestValue
            Minimum = value.Best.TwiceNll
            Failure = failure
            Retries = retries
        }

    /// <summary>The statistic as a measurement of an ensemble; parameters as of <c>measure</c>.
    /// </summary>
    let measurement
        (settings: FitSettings)
        (statistic: TestStatistic)
        (poi: string)
        (tested: float)
        (near: float[])
        : IToyMeasurement<ToyTest> = {
        new IToyMeasurement<ToyTest> with
            member _.Settings =
                [
                    "statistic", statistic.Name
                    "parameter", poi
                    "tested", tested.ToString("R", CultureInfo.InvariantCulture)
                ]
                @ ToyRestart.settingsOf settings near

            member _.Measure toy =
                measure settings statistic poi tested near toy

            member _.Failure result = result.Failure

            member _.Write(writer, result) =
                writer.Write result.Index
                writer.Write result.Tested
                writer.Write result.Value
                writer.Write result.BestFit
                writer.Write result.Minimum
                ToyRestart.write writer result.Failure result.Retries

            member _.Read reader =
                let index = reader.ReadInt32()
                let tested = reader.ReadDouble()
                let value = reader.ReadDouble()
                let best = reader.ReadDouble()
                let minimum = reader.ReadDouble()
                let struct (failure, retries) = ToyRestart.read reader

                {
                    Index = index
                    Tested = tested
                    Value = value
                    BestFit = best
                    Minimum = minimum
                    Failure = failure
                    Retries = retries
                }
    }
