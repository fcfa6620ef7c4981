namespace Nsbi.Infer

open Nsbi.Model

/// The key <c>goodness</c> of <c>analysis.json</c>.
[<RequireQualifiedAccess>]
module internal GoodnessParts =

    let private optional = AnalysisParts.optional

    type private FamilyName =
        | KernelFunctions
        | ClippedNetwork

    let private families = [ "kernels", KernelFunctions; "network", ClippedNetwork ]

    let private family (reader: JsonReader) key : GoodnessFamily option =
        let kernels, network =
            LearnedGoodnessSettings.kernels, LearnedGoodnessSettings.network

        let int = AnalysisParts.int reader

        match
            optional key "family" KernelFunctions (fun p -> reader.OneOf(p, families)),
            optional key "functions" kernels.Functions int,
            optional key "widths" kernels.Widths (fun p -> reader.ListOf(p, reader.Number)),
            optional key "prior" kernels.Prior reader.Number,
            optional key "hidden" network.Hidden (fun p -> reader.ListOf(p, int)),
            optional key "clip" network.Clip reader.Number,
            optional key "starts" network.Starts int
        with
        | Some KernelFunctions, Some functions, Some widths, Some prior, Some _, Some _, Some _ ->
            Some(
                GoodnessFamily.Kernels {
                    Functions = functions
                    Widths = widths
                    Prior = prior
                }
            )
        | Some ClippedNetwork, Some _, Some _, Some _, Some hidden, Some clip, Some starts ->
            Some(
                GoodnessFamily.Network {
                    network with
                        Hidden = hidden
                        Clip = clip
                        Starts = starts
                }
            )
        | _ -> None

    let private keys = [
        "toys"
        "features"
        "reference"
        "fluctuating"
        "family"
        "functions"
        "widths"
        "prior"
        "hidden"
        "clip"
        "starts"
        "limit"
    ]

    /// The plan.
    let read (reader: JsonReader) (place: JsonPlace) : GoodnessPlan option =
        let standard = GoodnessPlan.standard

        reader.Object(place, [], keys)
        |> Option.bind (fun key ->
            match
                optional key "toys" standard.Toys (AnalysisParts.int reader),
                optional key "features" [] (fun p -> reader.ListOf(p, reader.Text)),
                optional key "reference" standard.Learned.Reference (AnalysisParts.int reader),
                optional key "fluctuating" standard.Learned.Fluctuating reader.Truth,
                family reader key,
                optional key "limit" standard.Limit reader.Number
            with
            | Some toys, Some features, Some reference, Some fluctuating, Some family, Some limit ->
                Some {
                    Toys = toys
                    Features = features
                    Learned = {
                        Family = family
                        Reference = reference
                        Fluctuating = fluctuating
                    }
                    Limit = limit
                }
            | _ -> None)
