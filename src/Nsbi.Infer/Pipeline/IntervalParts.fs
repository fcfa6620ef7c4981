namespace Nsbi.Infer

open Nsbi.Learn
open Nsbi.Model

/// The key <c>intervals</c> of <c>analysis.json</c>.
[<RequireQualifiedAccess>]
module internal IntervalParts =

    let private required = AnalysisParts.required
    let private optional = AnalysisParts.optional
    let private some = AnalysisParts.some

    let private neyman (reader: JsonReader) (place: JsonPlace) : NeymanPlan option =
        let keys = [ "from"; "to"; "points"; "toys" ]

        reader.Object(place, keys, [ "levels" ])
        |> Option.bind (fun key ->
            match
                optional key "levels" [ 0.6827; 0.95 ] (fun p -> reader.ListOf(p, reader.Number)),
                required key "from" reader.Number,
                required key "to" reader.Number,
                required key "points" (AnalysisParts.int reader),
                required key "toys" (AnalysisParts.int reader)
            with
            | Some levels, Some low, Some high, Some points, Some toys ->
                Some {
                    Levels = levels
                    From = low
                    To = high
                    Points = points
                    Toys = toys
                }
            | _ -> None)

    let private limit (reader: JsonReader) (place: JsonPlace) : LimitPlan option =
        reader.Object(place, [], [ "level"; "toys" ])
        |> Option.bind (fun key ->
            match
                optional key "level" 0.95 reader.Number,
                optional key "toys" 0 (AnalysisParts.int reader)
            with
            | Some level, Some toys -> Some { Level = level; Toys = toys }
            | _ -> None)

    let private significance (reader: JsonReader) (place: JsonPlace) : SignificancePlan option =
        reader.Object(place, [], [ "toys" ])
        |> Option.bind (fun key ->
            optional key "toys" 0 (AnalysisParts.int reader)
            |> Option.map (fun toys -> { Toys = toys }))

    let private injection (reader: JsonReader) (place: JsonPlace) : InjectionPlan option =
        reader.Object(place, [ "values"; "toys" ], [])
        |> Option.bind (fun key ->
            match
                required key "values" (fun p -> reader.ListOf(p, reader.Number)),
                required key "toys" (AnalysisParts.int reader)
            with
            | Some values, Some toys -> Some { Values = values; Toys = toys }
            | _ -> None)

    /// The plan.
    let read (reader: JsonReader) (place: JsonPlace) : IntervalPlan option =
        reader.Object(place, [], [ "neyman"; "limit"; "significance"; "injection" ])
        |> Option.bind (fun key ->
            match
                optional key "neyman" None (some (neyman reader)),
                optional key "limit" None (some (limit reader)),
                optional key "significance" None (some (significance reader)),
                optional key "injection" None (some (injection reader))
            with
            | Some neyman, Some limit, Some significance, Some injection ->
                Some {
                    Neyman = neyman
                    Limit = limit
                    Significance = significance
                    Injection = injection
                }
            | _ -> None)
