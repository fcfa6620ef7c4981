namespace Nsbi.Infer

open Nsbi.Learn
open Nsbi.Learn.Posterior

/// The problems that a plan can name as its simulator.
[<RequireQualifiedAccess>]
module internal PosteriorToy =
    let private bump =
        DrawEvents(fun phi count stream -> UnknownBumpToy.drawEvents &stream phi[0] phi[1] count)

    let private means =
        DrawEvents(fun phi count stream -> GaussianMeansToy.drawEvents &stream phi count)

    let private known = [
        "unknown-bump", (UnknownBumpToy.parameters, [ "x" ], bump)
        "gaussian-means", (GaussianMeansToy.parameters, [ "x1"; "x2"; "x3" ], means)
    ]

    let names: string list = List.map fst known

    /// What does not fit of a toy, with what would.
    let faults (name: string) (prior: Prior) (features: string list) : (string * string) list = [
        match known |> List.tryFind (fun (toy, _) -> toy = name) with
        | None ->
            let listed = String.concat ", " names
            $"there is no toy '{name}'", $"the toys are {listed}"
        | Some(_, (parameters, columns, _)) ->
            if prior.Names <> parameters then
                let listed = String.concat ", " parameters
                $"the prior is not one of the toy '{name}'", $"its parameters are {listed}"
            elif name = "unknown-bump" then
                let struct (low, high) = PriorDensity.support (snd prior.Parameters.Head)

                if low < 0.0 || high > 1.0 then
                    "the prior of f has values outside of 0 to 1", "f is a fraction"

            if features <> columns then
                let listed = String.concat ", " columns
                $"the features are not those of the toy '{name}'", $"its features are {listed}"
    ]

    /// The simulator of a toy without faults.
    let simulator (name: string) (prior: Prior) (least: int) (most: int) : SetSimulator =
        let _, features, draw = known |> List.find (fun (toy, _) -> toy = name) |> snd

        let size =
            if least = most then
                SetSize.Fixed most
            else
                SetSize.LogUniform(least, most)

        SetSimulator.create name prior features size draw
