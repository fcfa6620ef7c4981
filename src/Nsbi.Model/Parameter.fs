namespace Nsbi.Model

open System.Collections.Generic

/// What a parameter is to the analysis.
type Role =
    /// What is measured.
    | PointOfInterest
    /// What is assumed, and profiled.
    | Nuisance

/// <summary>A parameter of the model: a point of interest or a nuisance parameter.</summary>
type Parameter = {
    /// Unique in a model; parameters of the same name are the same parameter.
    Name: string
    /// Point of interest or nuisance parameter.
    Role: Role
    /// Where a fit starts, and the value of the nominal model.
    Initial: float
    /// Lower bound of the fit; −∞ for none.
    Lower: float
    /// Upper bound of the fit; +∞ for none.
    Upper: float
    /// The auxiliary measurement of the parameter.
    Constraint: Constraint
    /// Held at the initial value in every fit; its constraint still counts.
    Fixed: bool
}

/// <summary>The place of each parameter, by name, in the vectors θ of a model.</summary>
[<Sealed>]
type ParameterIndex private (names: string list, places: Dictionary<string, int>) =

    /// <summary>The index of these names, in this order.</summary>
    /// <exception cref="T:System.ArgumentException">a name occurs twice</exception>
    static member OfNames(names: string list) : ParameterIndex =
        let places = Dictionary<string, int>()

        for name in names do
            if not (places.TryAdd(name, places.Count)) then
                invalidArg (nameof names) $"The parameter '{name}' occurs twice: give each once."

        ParameterIndex(names, places)

    /// The names in order.
    member _.Names: string list = names

    /// Number of parameters, the length of θ.
    member _.Count: int = places.Count

    /// The place of a name, if it is there.
    member _.TryFind(name: string) : int option =
        match places.TryGetValue name with
        | true, place -> Some place
        | false, _ -> None

    /// <summary>The place of a name.</summary>
    /// <exception cref="T:System.ArgumentException">there is no such parameter</exception>
    member _.Item
        with get (name: string): int =
            match places.TryGetValue name with
            | true, place -> place
            | false, _ ->
                let known = String.concat ", " names
                invalidArg (nameof name) $"There is no parameter '{name}'; there are: {known}."
