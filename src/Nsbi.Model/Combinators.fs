namespace Nsbi.Model

/// <summary>What is done with models as written: validation and the functions Model → Model.</summary>
[<RequireQualifiedAccess>]
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Model =

    /// <summary>Checks a model.</summary>
    /// <returns>the valid model, or every fault of it, each with its place and remedy</returns>
    let validate (model: Model) : Result<ValidModel, ModelError list> = ValidModel.Create model

    /// <summary>Each declared parameter once, in the order of its first mention; two declarations of
    /// one name, which validation refuses, both.</summary>
    let parameters (model: Model) : Parameter list =
        Faults.mentions model |> List.map fst |> List.distinct

    /// <summary>The same model with every process changed by a function.</summary>
    let mapProcesses (change: Process -> Process) (model: Model) : Model = {
        model with
            Channels = model.Channels |> List.map (Channel.mapProcesses change)
    }

    /// <summary>The same model with every declaration of a parameter changed by a function.</summary>
    let mapParameters (change: Parameter -> Parameter) (model: Model) : Model =
        model |> mapProcesses (Process.mapParameters change)

    let private changeNamed (name: string) (change: Parameter -> Parameter) (model: Model) : Model =
        let names = parameters model |> List.map _.Name |> List.distinct

        if not (List.contains name names) then
            let known = String.concat ", " names

            invalidArg
                (nameof name)
                $"The model '{model.Name}' has no parameter '{name}'; it has: {known}."

        model |> mapParameters (fun p -> if p.Name = name then change p else p)

    /// <summary>Gives a parameter another name. With the name of another parameter the two become
    /// one, if they are declared in the same way; otherwise validation refuses the model.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such parameter</exception>
    let rename (name: string) (newName: string) (model: Model) : Model =
        model |> changeNamed name (fun p -> { p with Name = newName })

    /// <summary>Holds a parameter at a value in every fit; its constraint still counts.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such parameter</exception>
    let fix (name: string) (value: float) (model: Model) : Model =
        model |> changeNamed name (fun p -> { p with Initial = value; Fixed = true })

    /// <summary>Holds every nuisance parameter that has a constraint at its initial value: what is
    /// left is the statistical uncertainty.</summary>
    let statisticalOnly (model: Model) : Model =
        model
        |> mapParameters (fun p ->
            match p.Role, p.Constraint with
            | PointOfInterest, _
            | Nuisance, Unconstrained -> p
            | Nuisance, _ -> { p with Fixed = true })

    /// <summary>The same model with one more channel, the last.</summary>
    let addChannel (channel: Channel) (model: Model) : Model = {
        model with
            Channels = model.Channels @ [ channel ]
    }

    /// <summary>The model of the one channel of this name.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such channel</exception>
    let restrictToChannel (name: string) (model: Model) : Model =
        match model.Channels |> List.filter (fun c -> Channel.name c = name) with
        | [] ->
            let known = model.Channels |> List.map Channel.name |> String.concat ", "

            invalidArg
                (nameof name)
                $"The model '{model.Name}' has no channel '{name}'; it has: {known}."
        | channels -> { model with Channels = channels }

    /// <summary>One model of the channels of several; parameters of the same name are joined.</summary>
    /// <returns>the model; or every name of which two declarations differ, with both places, and
    /// every channel name that occurs twice</returns>
    let combine (name: string) (models: Model list) : Result<Model, ModelError list> =
        let combined = {
            Name = name
            Channels = models |> List.collect _.Channels
        }

        match Faults.conflicts (Faults.mentions combined) @ Faults.channelNames combined with
        | [] -> Ok combined
        | faults -> Error faults

    /// <summary>A readable table of a model: its parameters, and per channel the processes with
    /// coefficient, yield and expectation at the initial values.</summary>
    let describe (model: Model) : string = Description.ofModel model
