namespace Nsbi.Model

open System

/// <summary>The faults of a model as written; <c>Model.validate</c> is the door.</summary>
module internal Faults =

    open ParameterFaults

    let rec private expressionFaults (place: string) (c: Coefficient) : ModelError list = [
        match c with
        | Constant x when not (isFinite x) ->
            fault place $"its coefficient holds the constant {number x}" "give finite numbers"
        | Power(_, p) when not (isFinite p) ->
            fault place $"its coefficient has the exponent {number p}" "give finite numbers"
        | SquareRoot(Parameter p) when p.Lower < 0.0 ->
            fault
                place
                $"it takes the square root of '{p.Name}', whose lower bound is {number p.Lower}"
                $"give '{p.Name}' a lower bound of 0 or above"
        | Power(Parameter p, exponent) when p.Lower < 0.0 && exponent <> round exponent ->
            fault
                place
                $"it raises '{p.Name}' to the power {number exponent}, and the lower bound of \
                  '{p.Name}' is {number p.Lower}"
                $"give '{p.Name}' a lower bound of 0 or above"
        | _ -> ()
        yield! Coefficient.operands c |> List.collect (expressionFaults place)
    ]

    let private yieldFaults (place: string) (binned: bool) (yields: float list) = [
        if yields.IsEmpty then
            fault place "it has no yield" "give its expected events"

        for x in yields do
            if not (isFinite x) then
                fault place $"a yield is {number x}" "give finite numbers"
            elif x < 0.0 && not binned then
                fault
                    place
                    $"a yield is {number x}"
                    "give yields of 0 or above, and the sign to the coefficient"

        if not binned && not yields.IsEmpty && List.forall (fun x -> x = 0.0) yields then
            fault place "its yields are all 0" "give the expected events, or leave the process out"

        if not binned && yields.Length > 1 then
            fault
                place
                $"it has {yields.Length} yields in an unbinned channel"
                "give one number, the expected events"
    ]

    let private channelFaults (channel: Channel) : ModelError list =
        let place = quoted "channel" (Channel.name channel)
        let processes = Channel.processes channel

        let binned =
            match channel with
            | Binned _ -> true
            | Unbinned _ -> false

        [
            yield! nameFaults place "channel" (Channel.name channel)
            match channel with
            | Unbinned c -> yield! nameFaults place "reference" c.Reference
            | Binned _ -> ()
            if processes.IsEmpty then
                fault place "it has no processes" "give it one at least"
            yield! duplicates place "processes" (processes |> List.map _.Name)
            let lengths = processes |> List.map _.Yields.Length |> List.distinct

            if binned && lengths.Length > 1 then
                let counts =
                    processes
                    |> List.map (fun p -> $"'{p.Name}' {p.Yields.Length}")
                    |> String.concat ", "

                fault
                    place
                    $"its processes have different numbers of bins ({counts})"
                    "give every process one yield per bin"

            for p in processes do
                let place = $"{place}, process '{p.Name}'"
                yield! nameFaults place "process" p.Name
                yield! yieldFaults place binned p.Yields
                yield! expressionFaults place (Process.factor p) |> List.distinct
                yield! ModifierFaults.ofProcess place binned p
        ]

    /// Every mention of a parameter with its place, in the order of the model.
    let mentions (model: Model) : (Parameter * string) list = [
        for channel in model.Channels do
            for p in Channel.processes channel do
                let place = $"channel '{Channel.name channel}', process '{p.Name}'"

                for parameter in Process.mentions p do
                    parameter, place
    ]

    /// Names that are declared in two ways, with both places.
    let conflicts (mentions: (Parameter * string) list) : ModelError list =
        mentions
        |> List.groupBy (fun (p, _) -> p.Name)
        |> List.choose (fun (name, uses) ->
            let declaration, first = uses.Head

            // Equals, not =, so that a declaration with a NaN in it is equal to itself.
            match uses |> List.tryFind (fun (p, _) -> not (p.Equals declaration)) with
            | Some(_, second) ->
                fault
                    (quoted "parameter" name)
                    $"it is declared in one way in {first} and in another in {second}"
                    "declare it once and use that value, or give one of them another name"
                |> Some
            | None -> None)

    /// Channel names that occur twice.
    let channelNames (model: Model) : ModelError list =
        model.Channels
        |> List.map Channel.name
        |> duplicates (quoted "model" model.Name) "channels"

    /// Every fault of a model.
    let ofModel (model: Model) : ModelError list =
        let place = quoted "model" model.Name
        let mentions = mentions model
        let declarations = mentions |> List.map fst |> List.distinct

        [
            if model.Channels.IsEmpty then
                fault place "it has no channels" "give it one at least"
            yield! channelNames model
            for channel in model.Channels do
                yield! channelFaults channel
            for p in declarations do
                yield! parameterFaults (quoted "parameter" p.Name) p
            yield! conflicts mentions
        ]
        |> List.distinct
