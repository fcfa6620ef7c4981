namespace Nsbi.Infer

open Nsbi.Learn.Ensembles
open Nsbi.Model

/// The key <c>ensemble</c> of <c>analysis.json</c>.
[<RequireQualifiedAccess>]
module internal EnsembleParts =

    let private inners = [ "seeds", Inner.Seeds; "bootstraps", Inner.Bootstraps ]

    /// The plan.
    let read (reader: JsonReader) (place: JsonPlace) : EnsembleStudyPlan option =
        let optional = AnalysisParts.optional

        reader.Object(place, [ "bootstraps" ], [ "members"; "inner"; "nuisance"; "values" ])
        |> Option.bind (fun key ->
            match
                AnalysisParts.required key "bootstraps" (AnalysisParts.int reader),
                optional key "members" 1 (AnalysisParts.int reader),
                optional key "inner" Inner.Seeds (fun p -> reader.OneOf(p, inners)),
                optional key "nuisance" false reader.Truth,
                optional key "values" [] (fun p -> reader.ListOf(p, reader.Number))
            with
            | Some bootstraps, Some members, Some inner, Some nuisance, Some values ->
                Some {
                    Ensemble = EnsemblePlan.create bootstraps members inner
                    Nuisance = nuisance
                    Values = values
                }
            | _ -> None)
