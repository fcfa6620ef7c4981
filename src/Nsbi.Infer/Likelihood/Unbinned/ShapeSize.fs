namespace Nsbi.Infer

open System.Globalization
open Nsbi.Model

/// <summary>By how much the event variations of one parameter change the normalisation of a process:
/// what renormalisation takes out of the rate.</summary>
type ShapeSize = {
    /// The unbinned channel.
    Channel: string
    /// The process.
    Process: string
    /// The parameter; all others are at 0.
    Parameter: string
    /// <summary>Z(α) − 1 at α = −3, −1, 1 and 3, as far as the bounds allow, and at bounds within
    /// ±3.</summary>
    Sizes: (float * float) list
} with

    /// On one line.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G3", CultureInfo.InvariantCulture)

        let sizes =
            this.Sizes
            |> List.map (fun (a, z) -> $"{number z} at {number a}")
            |> String.concat ", "

        $"channel '{this.Channel}', process '{this.Process}', {this.Parameter}: Z − 1 = {sizes}"

/// <summary>The sizes of normalisations.</summary>
[<RequireQualifiedAccess>]
module internal ShapeSize =

    /// Of every process and parameter of a channel where Z appears.
    let find (parameters: Parameter list) (channel: CompiledUnbinned) : ShapeSize list = [
        let z beta =
            UnbinnedNormalisation.logZ AsCompiled None channel beta

        let zero = channel.EventParameters |> Array.map (fun _ -> 0.0)

        for position, place in Array.indexed channel.EventParameters do
            let parameter = parameters[place]

            let at =
                [ -3.0; -1.0; 1.0; 3.0; max parameter.Lower -3.0; min parameter.Upper 3.0 ]
                |> List.filter (fun a -> a >= parameter.Lower && a <= parameter.Upper && a <> 0.0)
                |> List.distinct
                |> List.sort
                |> List.map (fun a ->
                    let beta = Array.copy zero
                    beta[position] <- a
                    a, z beta)

            for c, p in Array.indexed channel.Processes do
                if CompiledUnbinned.isNormalised p && Array.contains position p.EventParameters then
                    {
                        Channel = channel.Name
                        Process = p.Name
                        Parameter = parameter.Name
                        Sizes =
                            at
                            |> List.choose (fun (a, z) ->
                                z[c] |> Option.map (fun z -> a, exp z.Jet.Value - 1.0))
                    }
    ]
