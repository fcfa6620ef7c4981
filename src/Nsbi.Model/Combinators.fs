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

    /// <summary>Replaces a parameter by an expression of others, in all coefficients and factors of
    /// yields: with μ_off replaced by Γ μ_on the model is one of Γ and μ_on, and everything that is
    /// done with parameters is done with Γ itself.</summary>
    /// <param name="name">a parameter without constraint, used in coefficients, NormFactor and Lumi
    /// only</param>
    /// <param name="expression">what stands in its place; its parameters may be new</param>
    /// <param name="model">the model</param>
    /// <remarks>The bounds of the replaced parameter are no longer kept: give the new ones theirs.
    /// √(Γ μ_on) is smooth in the inner coordinates √Γ and √μ_on where both have the lower bound 0.
    /// </remarks>
    /// <exception cref="T:System.ArgumentException">there is no such parameter, the expression
    /// contains it, or it has a constraint or shifts yields or densities as a nuisance parameter
    /// </exception>
    let substitute (name: string) (expression: Coefficient) (model: Model) : Model =
        model |> changeNamed name id |> ignore

        if Coefficient.mentions expression |> List.exists (fun p -> p.Name = name) then
            invalidArg
                (nameof expression)
                $"The expression \"{expression}\" contains '{name}' itself."

        let replaced = parameters model |> List.find (fun p -> p.Name = name)

        if replaced.Constraint <> Unconstrained then
            invalidArg
                (nameof name)
                $"The parameter '{name}' has a constraint, which an expression cannot have."

        let isIt (p: Parameter) = p.Name = name

        let change (proc: Process) : Process =
            let factors, others =
                proc.Modifiers
                |> List.partition (fun modifier ->
                    match modifier with
                    | NormFactor p
                    | Lumi p -> isIt p
                    | _ -> false)

            match others |> List.tryFind (Modifier.parameters >> List.exists isIt) with
            | Some modifier ->
                invalidArg
                    (nameof name)
                    $"The parameter '{name}' is that of a {Modifier.kind modifier} of process \
                      '{proc.Name}', which takes no expression."
            | None ->
                let scale =
                    proc.Scale
                    |> Coefficient.substitute (fun p -> if isIt p then expression else Parameter p)

                {
                    proc with
                        Scale =
                            (scale, factors)
                            ||> List.fold (fun product _ ->
                                if product = Constant 1.0 then
                                    expression
                                else
                                    Product(product, expression))
                        Modifiers = others
                }

        model |> mapProcesses change

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
