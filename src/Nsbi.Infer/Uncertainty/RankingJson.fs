namespace Nsbi.Infer

open System.Text.Json

/// <summary>Rankings and breakdowns in files.</summary>
[<RequireQualifiedAccess>]
module RankingJson =

    let private remark (side: ImpactSide) () = defaultArg side.Remark "unknown"

    let private writeSides (writer: Utf8JsonWriter) (name: string) (pair: ImpactPair) =
        writer.WriteStartObject name
        let numbers = JsonNumbers writer
        numbers.Number("up", pair.Up.Impact, remark pair.Up)
        numbers.Number("down", pair.Down.Impact, remark pair.Down)
        numbers.Number("upAt", pair.Up.At, remark pair.Up)
        numbers.Number("downAt", pair.Down.At, remark pair.Down)
        numbers.Close()

        let remarks =
            [ "up", pair.Up; "down", pair.Down ]
            |> List.filter (fun (_, side) -> System.Double.IsFinite side.Impact)
            |> List.choose (fun (name, side) -> side.Remark |> Option.map (fun r -> $"{name}: {r}"))

        if not remarks.IsEmpty then
            writer.WriteStartArray "remarks"
            remarks |> List.iter writer.WriteStringValue
            writer.WriteEndArray()

        writer.WriteEndObject()

    let private writeImpact (writer: Utf8JsonWriter) (ranking: Ranking) (impact: Impact) =
        let leading = ranking.Leading impact
        let numbers = JsonNumbers writer
        let unconstrained () = "the parameter has no constraint"
        writer.WriteStartObject()
        writer.WriteString("name", impact.Name)
        numbers.Number("pull", impact.Pull, unconstrained)

        let noConstraint () =
            if impact.Width.IsNone then
                unconstrained ()
            else
                "the parameter is at a bound, where the Hessian gives no error"

        numbers.Number("constraint", impact.Constraint, noConstraint)
        numbers.Number("up", leading.Up.Impact, remark leading.Up)
        numbers.Number("down", leading.Down.Impact, remark leading.Down)
        writer.WriteString("kind", impact.Kind.Name)
        writer.WriteNumber("value", impact.Value)
        numbers.Number("error", impact.Error, (fun () -> "the Hessian gives no error"))
        numbers.Number("width", impact.Width, unconstrained)
        numbers.Close()

        for method in ranking.Methods do
            writeSides writer method.Name impact.By[method]

        writer.WriteEndObject()

    /// <summary>Writes <c>poi</c>, <c>method</c> and <c>impacts: [{name, pull, constraint, up, down,
    /// kind, value, error, width, …}]</c>, largest first, with an object of <c>up, down, upAt,
    /// downAt</c> for each method, into the JSON object that is open.</summary>
    let writeMembers (writer: Utf8JsonWriter) (ranking: Ranking) : unit =
        writer.WriteString("poi", ranking.Poi)
        writer.WriteString("method", ranking.Methods.Head.Name)
        writer.WriteStartArray "impacts"

        for impact in ranking.Impacts do
            writeImpact writer ranking impact

        writer.WriteEndArray()

    let private writePair (numbers: JsonNumbers) (name: string) (pair: ErrorPair) reason =
        numbers.Number($"{name}Lower", pair.Lower, reason)
        numbers.Number($"{name}Upper", pair.Upper, reason)

    /// <summary>Writes <c>breakdown: {totalLower, totalUpper, statistical…, systematic…, data,
    /// observables, sum, groups: [{name, parameters, lower, upper, heldLower, heldUpper,
    /// observables}]}</c>: offsets of the parts by quadrature, and the parts by observables, of which
    /// <c>sum</c> is the whole.</summary>
    let writeBreakdown (writer: Utf8JsonWriter) (found: UncertaintyBreakdown) : unit =
        let numbers = JsonNumbers writer
        let why () = "the fit gives no error on this side"
        writer.WriteStartObject "breakdown"
        writePair numbers "total" found.Total why
        writePair numbers "statistical" found.Statistical why
        writePair numbers "systematic" found.Systematic why
        numbers.Number("data", found.DataObservables, why)
        numbers.Number("observables", found.GlobalObservables, why)
        numbers.Number("sum", found.ObservablesTotal, why)
        numbers.Number("quadratureSum", found.QuadratureTotal, why)
        writer.WriteStartArray "groups"

        for part in found.Parts do
            let numbers = JsonNumbers writer
            let why () = defaultArg part.Remark (why ())
            writer.WriteStartObject()
            writer.WriteString("name", part.Group)
            writer.WriteStartArray "parameters"
            part.Parameters |> List.iter writer.WriteStringValue
            writer.WriteEndArray()
            numbers.Number("lower", part.Quadrature.Lower, why)
            numbers.Number("upper", part.Quadrature.Upper, why)
            writePair numbers "held" part.Held why
            numbers.Number("observables", part.Observables, why)
            part.Remark |> Option.iter (fun r -> writer.WriteString("remark", r))
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()
        numbers.Close()
        writer.WriteEndObject()
