namespace Nsbi.Infer

open System.Runtime.CompilerServices
open Nsbi.Model

/// <summary>Parameters of interest that can give several minima. Where all expectations are straight
/// lines in the parameters of interest, −2 ln L at fixed nuisance parameters is convex in them and
/// one start is enough; interference gives more than one minimum.</summary>
[<RequireQualifiedAccess>]
module internal CurvedParameters =

    let private isPoi (p: Parameter) = p.Role = PointOfInterest

    /// The degree of an expression in the parameters of interest together; +∞ if it is no polynomial.
    let rec private degree (c: Coefficient) : float =
        let whole a =
            if degree a = 0.0 then 0.0 else infinity

        match c with
        | Constant _ -> 0.0
        | Parameter p -> if isPoi p then 1.0 else 0.0
        | Negation a -> degree a
        | Sum(a, b)
        | Difference(a, b) -> max (degree a) (degree b)
        | Product(a, b) -> degree a + degree b
        | Quotient(a, b) -> degree a + whole b
        | Power(a, 1.0) -> degree a
        | Power(a, _)
        | SquareRoot a
        | Exponential a
        | Interpolated(a, _)
        | Logarithm a -> whole a

    let private names (parameters: Parameter list) =
        parameters |> List.filter isPoi |> List.map _.Name

    let private ofProcess (proc: Process) : string list =
        let factor = Process.factor proc

        let inModifiers =
            proc.Modifiers
            |> List.collect (fun m ->
                match m with
                | NormFactor _
                | Lumi _ -> []
                | _ -> Modifier.parameters m)
            |> names

        if degree factor <= 1.0 && inModifiers.IsEmpty then
            []
        else
            inModifiers @ names (Coefficient.parameters factor)

    // Many fits are made of one model.
    let private known = ConditionalWeakTable<ValidModel, Set<string>>()

    /// The names of those that are not straight lines in some process.
    let ofInterest (model: ValidModel) : Set<string> =
        known.GetValue(
            model,
            fun model ->
                model.Model.Channels
                |> List.collect Channel.processes
                |> List.collect ofProcess
                |> Set.ofList
        )
