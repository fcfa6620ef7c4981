namespace Nsbi.Model

open System

/// <summary>The faults of names and of the declaration of a parameter.</summary>
module internal ParameterFaults =

    let fault place what remedy : ModelError = {
        Place = place
        Fault = what
        Remedy = remedy
    }

    let isFinite (x: float) = Double.IsFinite x

    let number (x: float) =
        x.ToString("R", Globalization.CultureInfo.InvariantCulture)

    /// What a name may not hold: it must survive printing, expressions and tables.
    let nameFaults (place: string) (what: string) (name: string) : ModelError list =
        let forbidden c = Char.IsControl c || c = '`' || c = '"'

        if String.IsNullOrWhiteSpace name then
            [ fault place $"the {what} has no name" "give it one" ]
        elif Seq.exists forbidden name then
            [
                fault
                    place
                    $"the name of the {what} has a control character, ` or \" in it"
                    "leave that out"
            ]
        elif name.Trim() <> name then
            [
                fault
                    place
                    $"the name of the {what} begins or ends with a space"
                    "leave the space out"
            ]
        else
            []

    /// A place named once, whatever the name.
    let quoted (what: string) (name: string) = $"{what} '{name}'"

    let duplicates (place: string) (what: string) (names: string list) : ModelError list =
        names
        |> List.countBy id
        |> List.filter (fun (_, count) -> count > 1)
        |> List.map (fun (name, count) ->
            fault place $"{count} of its {what} are named '{name}'" "give each a name of its own")

    let private constraintFaults (place: string) (p: Parameter) : ModelError list =
        let check what a width = [
            if not (isFinite a) then
                fault
                    place
                    $"the global observable of its {what} constraint is {number a}"
                    "give a finite number"
            if not (isFinite width && width > 0.0) then
                let name = if what = "Poisson" then "τ" else "σ"

                fault
                    place
                    $"the {name} of its {what} constraint is {number width}"
                    "give a number above 0"
        ]

        let domain what = [
            if p.Lower < 0.0 then
                fault
                    place
                    $"it has a {what} constraint and the lower bound {number p.Lower}"
                    "give it a lower bound of 0 or above"
        ]

        match p.Constraint with
        | Unconstrained -> []
        | Gaussian(a, sigma) -> check "Gaussian" a sigma
        | Poisson(a, tau) -> [
            yield! check "Poisson" a tau
            yield! domain "Poisson"
            if a < 0.0 then
                fault
                    place
                    $"the global observable of its Poisson constraint is {number a}"
                    "a count is 0 or above"
          ]
        | LogNormal(a, sigma) -> [
            yield! check "log-normal" a sigma
            yield! domain "log-normal"
            if a <= 0.0 then
                fault
                    place
                    $"the global observable of its log-normal constraint is {number a}"
                    "give a number above 0"
          ]

    /// The faults of one declaration of a parameter.
    let parameterFaults (place: string) (p: Parameter) : ModelError list = [
        yield! nameFaults place "parameter" p.Name
        if not (isFinite p.Initial) then
            fault place $"its initial value is {number p.Initial}" "give a finite number"
        if Double.IsNaN p.Lower || p.Lower = infinity then
            fault place $"its lower bound is {number p.Lower}" "give a number, or −∞ for none"
        if Double.IsNaN p.Upper || p.Upper = -infinity then
            fault place $"its upper bound is {number p.Upper}" "give a number, or +∞ for none"
        if p.Lower >= p.Upper then
            fault
                place
                $"its lower bound {number p.Lower} is not below its upper bound {number p.Upper}"
                "give the smaller one first"
        elif p.Initial < p.Lower || p.Initial > p.Upper then
            fault
                place
                $"its initial value {number p.Initial} is outside of [{number p.Lower}, {number p.Upper}]"
                "move it inside of the bounds, or widen them"
        yield! constraintFaults place p
    ]
