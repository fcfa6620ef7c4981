namespace Nsbi.Model

open System
open System.Globalization

/// <summary>The readable print of a model; <c>Model.describe</c> is the door.</summary>
module internal Description =

    let private number (x: float) : string =
        if Double.IsPositiveInfinity x then "∞"
        elif Double.IsNegativeInfinity x then "−∞"
        else x.ToString("G6", CultureInfo.InvariantCulture)

    /// Columns padded to their widest cell, two spaces apart; the last one ragged.
    let private table (rows: string list list) : string list =
        let widths = rows |> List.transpose |> List.map (List.map String.length >> List.max)

        rows
        |> List.map (fun row ->
            List.map2 (fun (cell: string) (width: int) -> cell.PadRight width) row widths
            |> String.concat "  "
            |> _.TrimEnd())
        |> List.map (fun line -> "  " + line)

    let private constraintText (term: Constraint) : string =
        match term with
        | Unconstrained -> "none"
        | Gaussian(a, sigma) -> $"Gaussian({number a}, {number sigma})"
        | Poisson(a, tau) -> $"Poisson({number a}, τ = {number tau})"
        | LogNormal(a, sigma) -> $"log-normal({number a}, {number sigma})"

    let private parameterRow (p: Parameter) : string list = [
        p.Name
        (match p.Role with
         | PointOfInterest -> "of interest"
         | Nuisance -> "nuisance")
        (if p.Fixed then
             $"{number p.Initial} fixed"
         else
             number p.Initial)
        $"{number p.Lower} … {number p.Upper}"
        constraintText p.Constraint
    ]

    /// Up to six numbers; of more the first five and how many there are.
    let private yieldText (yields: float list) : string =
        let shown = yields |> List.truncate (if yields.Length > 6 then 5 else 6)
        let text = shown |> List.map number |> String.concat " "

        if yields.Length > 6 then
            $"{text} … ({yields.Length} bins)"
        else
            text

    let private processRow (p: Process) : string list = [
        p.Name
        (Process.factor p).Text
        yieldText p.Yields
        number (Coefficient.nominal (Process.factor p) * List.sum p.Yields)
    ]

    /// The modifiers of a process: those with their parameters, or how many of each kind.
    let private modifierText (modifiers: Modifier list) : string =
        let one modifier =
            match modifier, Modifier.parameters modifier with
            | (StatError _ | ShapeSys _ | ShapeFactor _), parameters ->
                $"{Modifier.kind modifier} of {parameters.Length} bins"
            | _, parameters ->
                let names = parameters |> List.map _.Name |> String.concat ", "
                $"{Modifier.kind modifier} {names}"

        if modifiers.Length <= 4 then
            modifiers |> List.map one |> String.concat "; "
        else
            modifiers
            |> List.countBy Modifier.kind
            |> List.map (fun (kind, count) -> $"{count} {kind}")
            |> String.concat "; "

    let private channelLines (channel: Channel) : string list =
        let processes = Channel.processes channel

        let title =
            match channel with
            | Unbinned c -> $"unbinned channel {c.Name}, ratios to {c.Reference}"
            | Binned c ->
                match processes |> List.map _.Yields.Length with
                | 1 :: _ -> $"counting channel {c.Name}"
                | bins :: _ -> $"binned channel {c.Name}, {bins} bins"
                | [] -> $"binned channel {c.Name}"

        let nominal p =
            Coefficient.nominal (Process.factor p) * List.sum p.Yields

        let total = [ "total"; ""; ""; number (List.sumBy nominal processes) ]
        let header = [ "process"; "coefficient"; "yield"; "expected" ]
        let rows = [ header ] @ List.map processRow processes @ [ total ]

        if processes |> List.forall _.Modifiers.IsEmpty then
            title :: table rows
        else
            let modifiers =
                [ "modifiers" ] @ List.map (_.Modifiers >> modifierText) processes @ [ "" ]

            title :: table (List.map2 (fun row text -> row @ [ text ]) rows modifiers)

    /// The whole model, lines separated by \n.
    let ofModel (model: Model) : string =
        let parameters = Faults.mentions model |> List.map fst |> List.distinctBy _.Name

        let header = [ "parameter"; "role"; "initial"; "bounds"; "constraint" ]

        [
            $"model {model.Name}"
            if not parameters.IsEmpty then
                ""
                yield! table (header :: List.map parameterRow parameters)
            for channel in model.Channels do
                ""
                yield! channelLines channel
        ]
        |> String.concat "\n"
