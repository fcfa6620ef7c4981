namespace Nsbi.Model.Tests.HistFactory

open FsCheck
open FsCheck.FSharp
open Nsbi.Model.HistFactory

/// Arbitrary documents that pyhf accepts, with every kind of modifier and setting.
module RandomDocuments =

    let private number: Gen<float> =
        Gen.choose (1, 400) |> Gen.map (fun k -> float k / 8.0)

    let private numbers (n: int) : Gen<float list> = Gen.listOfLength n number

    let private some (items: 'a list) : Gen<'a list> =
        Gen.listOfLength items.Length (Gen.elements [ true; false ])
        |> Gen.map (fun chosen -> List.zip items chosen |> List.filter snd |> List.map fst)

    let private optional (gen: Gen<'a>) : Gen<'a option> =
        Gen.oneof [ Gen.constant None; Gen.map Some gen ]

    let private modifier (channel: string) (sample: string) (bins: int) (name: string) kind =
        let of' data = { Name = name; Data = data }

        match kind with
        | "normfactor" -> Gen.constant (of' ModifierData.NormFactor)
        | "lumi" -> Gen.constant (of' ModifierData.Lumi)
        | "normsys" -> Gen.map2 (fun a b -> of' (ModifierData.NormSys(a, b, []))) number number
        | "histosys" ->
            Gen.map2
                (fun a b -> of' (ModifierData.HistoSys(a, b, [])))
                (numbers bins)
                (numbers bins)
        | "shapefactor" ->
            Gen.constant {
                Name = $"{name}_{channel}"
                Data = ModifierData.ShapeFactor
            }
        | "shapesys" ->
            numbers bins
            |> Gen.map (fun data -> {
                Name = $"{name}_{channel}_{sample}"
                Data = ModifierData.ShapeSys data
            })
        | _ ->
            numbers bins
            |> Gen.map (fun data -> {
                Name = $"{name}_{channel}"
                Data = ModifierData.StatError data
            })

    let private kinds = [
        "mu", "normfactor"
        "k", "normfactor"
        "lumi", "lumi"
        "a1", "normsys"
        "a1", "histosys"
        "a2", "histosys"
        "free", "shapefactor"
        "unc", "shapesys"
        "stat", "staterror"
    ]

    let private sample (channel: string) (bins: int) (name: string) : Gen<SampleSpec> =
        gen {
            let! data = numbers bins
            let! empty = Gen.frequency [ 5, Gen.constant false; 1, Gen.constant true ]
            let! chosen = some kinds

            let! modifiers =
                chosen
                |> List.map (fun (n, k) -> modifier channel name bins n k)
                |> Gen.sequenceToList

            return {
                Name = name
                Data = (if empty then 0.0 :: data.Tail else data)
                Modifiers = modifiers
            }
        }

    let private channel (name: string) : Gen<ChannelSpec> =
        gen {
            let! bins = Gen.choose (1, 3)
            let! names = some [ "s"; "b"; "c [0]" ]
            let! samples = "first" :: names |> List.map (sample name bins) |> Gen.sequenceToList
            return { Name = name; Samples = samples }
        }

    /// Settings of lumi are complete: it has no defaults.
    let private lumi: Gen<ParameterSettings> =
        Gen.map2
            (fun sigma isFixed -> {
                Name = "lumi"
                Inits = Some [ 1.0 ]
                Bounds = Some [ 0.5, 1.5 ]
                AuxData = Some [ 1.0 ]
                Factors = None
                Sigmas = Some [ sigma / 1000.0 ]
                Fixed = isFixed
            })
            number
            (optional (Gen.elements [ true; false ]))

    let private settings (name: string) (components: int) (kind: string) : Gen<ParameterSettings> =
        gen {
            let inside = Gen.choose (-4, 4) |> Gen.map (fun k -> 1.0 + float k / 8.0)
            let list = Gen.listOfLength components inside
            let lower = if kind = "alpha" then -4.0 else 0.25
            let! inits = optional list
            let! bounds = optional (Gen.constant (List.replicate components (lower, 4.0)))
            let! auxData = optional list
            let! widths = optional list
            let! isFixed = optional (Gen.elements [ true; false ])

            let only wanted value =
                if List.contains kind wanted then value else None

            return {
                Name = name
                Inits = inits
                Bounds = bounds
                AuxData = only [ "alpha"; "shapesys"; "staterror" ] auxData
                Factors = only [ "shapesys" ] widths
                Sigmas = only [ "staterror" ] widths
                Fixed = isFixed
            }
        }

    let private measurement (channels: ChannelSpec list) (name: string) : Gen<MeasurementSpec> =
        let vectors = [
            for channel in channels do
                for sample in channel.Samples do
                    for m in sample.Modifiers do
                        let bins = sample.Data.Length

                        match m.Data with
                        | ModifierData.ShapeFactor -> m.Name, bins, "shapefactor"
                        | ModifierData.ShapeSys _ -> m.Name, bins, "shapesys"
                        | ModifierData.StatError _ -> m.Name, bins, "staterror"
                        | _ -> ()
        ]

        let known =
            [ "mu", 1, "normfactor"; "a1", 1, "alpha"; "nobody", 2, "alpha" ]
            @ List.distinct vectors

        gen {
            let! poi = Gen.elements [ "mu"; "a1"; ""; "absent" ]
            let! lumi = lumi
            let! chosen = some known

            let! others =
                chosen |> List.map (fun (n, c, k) -> settings n c k) |> Gen.sequenceToList

            return {
                Name = name
                Poi = poi
                Parameters = lumi :: others
            }
        }

    let private document: Gen<Document> =
        gen {
            let! names = some [ "CR"; "b"; "A 1" ]
            let! channels = "SR" :: names |> List.map channel |> Gen.sequenceToList
            let! main = measurement channels "main"
            let! other = measurement channels "other"
            let! second = Gen.elements [ true; false ]

            let! observations =
                channels
                |> List.map (fun c ->
                    numbers c.Samples.Head.Data.Length
                    |> Gen.map (fun counts -> { Name = c.Name; Counts = counts }))
                |> Gen.sequenceToList

            let! unused = some [ { Name = "unused"; Counts = [ 1.0 ] } ]
            let! order = Gen.shuffle (observations @ unused)

            return {
                Channels = channels
                Observations = Array.toList order
                Measurements = (if second then [ other; main ] else [ main ])
                Version = "1.0.0"
            }
        }

    type Arbitraries =
        static member Document() : Arbitrary<Document> = Arb.fromGen document
