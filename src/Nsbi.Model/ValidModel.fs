namespace Nsbi.Model

/// <summary>A model without faults, as <see cref="M:Nsbi.Model.ModelModule.validate" /> gives it:
/// what can be compiled.</summary>
[<Sealed>]
type ValidModel private (model: Model, parameters: Parameter list) =
    let index = ParameterIndex.OfNames(parameters |> List.map _.Name)

    let coefficients =
        model.Channels |> List.collect Channel.processes |> List.map Process.factor

    let inner = InnerCoordinates.Of(parameters, coefficients)

    /// Validates; every fault at once.
    static member internal Create(model: Model) : Result<ValidModel, ModelError list> =
        match Faults.ofModel model with
        | [] ->
            let parameters = Faults.mentions model |> List.map fst |> List.distinct

            let ofInterest, nuisances =
                parameters |> List.partition (fun p -> p.Role = PointOfInterest)

            Ok(ValidModel(model, ofInterest @ nuisances))
        | faults -> Error faults

    /// The model as written.
    member _.Model: Model = model

    /// <summary>Each parameter once, in the order of θ: points of interest first, then nuisance
    /// parameters, both in the order of their first appearance.</summary>
    member _.Parameters: Parameter list = parameters

    /// The place of each parameter in θ.
    member _.Index: ParameterIndex = index

    /// <summary>The nominal point: the initial values in the order of θ; a new array each time.</summary>
    member _.Initial: float[] = parameters |> List.map _.Initial |> List.toArray

    /// The coordinates in which the model is smooth down to its bounds.
    member _.InnerCoordinates: InnerCoordinates = inner
