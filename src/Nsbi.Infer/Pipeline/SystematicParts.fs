namespace Nsbi.Infer

open System.Text.Json
open System.Text.Json.Nodes
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Model

/// The systematics of <c>analysis.json</c>.
[<RequireQualifiedAccess>]
module internal SystematicParts =

    /// A parameter as models have it: a nuisance parameter that says nothing else starts at 0 under the
    /// unit Gaussian constraint, and the constraint "none" is none.
    let parameter (place: JsonPlace) : JsonPlace =
        let text (name: string) =
            match place.Element.TryGetProperty name with
            | true, value when value.ValueKind = JsonValueKind.String -> value.GetString()
            | _ -> ""

        let isPlain =
            place.Element.ValueKind = JsonValueKind.Object
            && place.Element.EnumerateObject()
               |> Seq.countBy _.Name
               |> Seq.forall (fun (_, count) -> count = 1)

        // What is no parameter is reported where it is read.
        if not isPlain then
            place
        else
            let node = JsonObject.Create place.Element

            let add name (value: string) =
                if text "role" = "nuisance" && not (node.ContainsKey name) then
                    node[name] <- JsonNode.Parse value

            add "initial" "0"
            add "constraint" """{ "type": "gaussian", "observed": 0, "sigma": 1 }"""

            if text "constraint" = "none" then
                node.Remove "constraint" |> ignore

            {
                place with
                    Element = JsonSerializer.SerializeToElement node
            }

    /// An object whose keys are names of processes.
    let private byProcess (reader: JsonReader) read (place: JsonPlace) =
        match place.Element.ValueKind with
        | JsonValueKind.Object ->
            let items = [
                for item in place.Element.EnumerateObject() ->
                    item.Name,
                    read item.Name {
                        Path = $"{place.Path}.{item.Name}"
                        Element = item.Value
                    }
            ]

            if items |> List.forall (fun (_, value) -> Option.isSome value) then
                Some [ for name, value in items -> name, Option.get value ]
            else
                None
        | _ ->
            let remedy = "give an object with the names of processes as keys"
            reader.Report(place.Path, "the variations are no object", remedy)
            None

    let private factors (reader: JsonReader) (_: string) (place: JsonPlace) =
        match reader.ListOf(place, reader.Number) with
        | Some [ low; high ] -> Some(RateFactors(low, high))
        | Some _ ->
            let what = "a rate needs its factors at -1 and at +1"
            reader.Report(place.Path, what, "give two numbers such as [0.97, 1.03]")
            None
        | None -> None

    let private sides (reader: JsonReader) read (place: JsonPlace) =
        reader.Object(place, [ "up" ], [ "down" ])
        |> Option.bind (fun key ->
            match
                AnalysisParts.required key "up" (read "up"),
                AnalysisParts.optional key "down" None (AnalysisParts.some (read "down"))
            with
            | Some up, Some down -> Some { Up = up; Down = down }
            | _ -> None)

    let private samples (reader: JsonReader) parameter (name: string) (place: JsonPlace) =
        sides reader (fun side -> AnalysisParts.source reader $"{parameter} {side} of {name}") place
        |> Option.map VariedSamples

    let private weights (reader: JsonReader) (_: string) (place: JsonPlace) =
        sides reader (fun _ -> reader.Text) place |> Option.map VariedWeights

    /// The keys of "networks" that are those of the analysis for all its networks.
    let private shared = [ "folds"; "heldOut"; "checkFraction"; "seed"; "head" ]

    let private networks file faults (reader: JsonReader) (place: JsonPlace) =
        let own =
            match place.Element.ValueKind with
            | JsonValueKind.Object -> [
                for item in place.Element.EnumerateObject() do
                    if List.contains item.Name shared then
                        item.Name
              ]
            | _ -> []

        for name in own do
            reader.Report(
                $"{place.Path}.{name}",
                "the networks of a variation cannot have their own",
                "leave it out: it is that of the networks of the analysis"
            )

        AnalysisParts.settings file faults EstimatorSettings.ofJson place

    /// One systematic.
    let read file (faults: FaultLog) (reader: JsonReader) (place: JsonPlace) : Systematic option =
        let keys = [ "rates"; "samples"; "weights"; "effect"; "code"; "symmetrised"; "networks" ]

        reader.Object(place, [ "parameter" ], keys)
        |> Option.bind (fun key ->
            let parameter = AnalysisParts.required key "parameter" reader.Text
            let name = defaultArg parameter ""

            let variations read key' =
                AnalysisParts.optional key key' [] (byProcess reader read)

            let rates = variations (factors reader) "rates"
            let samples = variations (samples reader name) "samples"
            let weights = variations (weights reader) "weights"

            let one key' value choices =
                AnalysisParts.optional key key' value (fun place -> reader.OneOf(place, choices))

            let effect = one "effect" RateAndShape Systematic.effects
            let code = one "code" PolynomialExponential Interpolation.names

            let symmetrised =
                AnalysisParts.optional
                    key
                    "symmetrised"
                    None
                    (AnalysisParts.some (fun place -> reader.OneOf(place, Symmetrisation.names)))

            let networks =
                AnalysisParts.optional
                    key
                    "networks"
                    None
                    (AnalysisParts.some (networks file faults reader))

            match parameter, rates, samples, weights with
            | Some parameter, Some rates, Some samples, Some weights ->
                match effect, code, symmetrised, networks with
                | Some effect, Some code, Some symmetrised, Some networks ->
                    Some {
                        Parameter = parameter
                        Variations = rates @ samples @ weights
                        Effect = effect
                        Code = code
                        Symmetrisation = symmetrised
                        Networks = networks
                    }
                | _ -> None
            | _ -> None)
