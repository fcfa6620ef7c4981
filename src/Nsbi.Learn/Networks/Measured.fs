namespace Nsbi.Learn.Networks

open System.Globalization

/// <summary>A number with its Monte Carlo standard error.</summary>
[<Struct>]
type Measured = {
    /// The estimate.
    Value: float
    /// Its standard error; ≥ 0.
    Error: float
} with

    /// <summary>(value − expected)/error; 0 where both are zero, ±∞ where only the error is.</summary>
    member this.Pull(expected: float) : float =
        let difference = this.Value - expected
        if difference = 0.0 then 0.0 else difference / this.Error

    /// "value ± error", four digits.
    override this.ToString() : string =
        System.String.Format(
            CultureInfo.InvariantCulture,
            "{0:G4} ± {1:G2}",
            this.Value,
            this.Error
        )
