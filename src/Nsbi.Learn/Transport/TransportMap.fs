namespace Nsbi.Learn.Transport

open System
open System.Text.Json
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

// Axes: event i, feature a and b (F of them), condition c (C of them).

/// <summary>Smallest and largest value of each column of the source's events with a weight.</summary>
type TransportRange = {
    /// <summary>One per column.</summary>
    Lowest: float[]
    /// <summary>One per column.</summary>
    Highest: float[]
}

/// <summary>A trained transport: y = T(x; z) with T the gradient of a convex potential. Immutable; may be used
/// from several threads at once, each with a team of its own.</summary>
/// <remarks>
/// T_a(x; z) = q_a + s_a ∂_aψ((x − p)/s; z), ψ convex in u = (x − p)/s (<c>TransportFrame</c>,
/// <c>ConvexPotential</c>): by Brenier's theorem (Comm. Pure Appl. Math. 44 (1991) 375) the one map of least cost
/// that takes its source to its image. Computed in double precision with float32 parameters.
/// What it cannot know: outside the source's events (<c>OutsideShare</c>) the map is its own smooth
/// continuation, linear far away; a target's tail beyond the source's extreme events is not reached; conditions
/// outside the source's range are extrapolated by the network of the conditions, without a guarantee.
/// </remarks>
[<Sealed>]
type TransportMap
    internal
    (
        potential: ConvexPotential,
        settings: TransportSettings,
        frame: TransportFrame,
        values: Values,
        featureRange: TransportRange,
        conditionRange: TransportRange,
        history: TransportHistory
    ) =
    let n, conditions = potential.Features, potential.Conditions

    let capacityOf rows =
        max 1 (min rows (if n <= 32 then 1024 else 256))

    let check (features: ReadOnlyMemory<float>) (z: ReadOnlyMemory<float>) =
        if features.Length % n <> 0 then
            invalidArg "features" $"{features.Length} numbers are not whole rows of {n} features."

        let rows = features.Length / n

        if z.Length <> rows * conditions then
            invalidArg
                "conditions"
                $"{rows} events need {rows * conditions} conditions, not {z.Length}."

        rows

    /// (x − shift)/scale of all columns.
    let scaled (shift: float[]) (scale: float[]) (x: ReadOnlyMemory<float>) : float[] =
        let x = x.Span
        let columns = shift.Length
        let result = Array.zeroCreate<float> x.Length

        for i in 0 .. x.Length - 1 do
            result[i] <- (x[i] - shift[i % columns]) / scale[i % columns]

        result

    /// Runs f first count on blocks of events that lie in their places.
    let blocks (plan: PotentialPlan) (u: float[]) (z: float[]) rows (f: int -> int -> unit) =
        for first in 0 .. plan.Capacity .. rows - 1 do
            let count = min plan.Capacity (rows - first)
            plan.Fill(u, z, first, count)
            f first count

    let planOf team prefix rows =
        if isNull (box team) then
            nullArg "team"

        new PotentialPlan(team, prefix, potential, values, capacityOf rows)

    /// shift + scale ∇ψ of events in a frame.
    let gradients team prefix (from: float[]) (onto: float[]) features z =
        let rows = check features z
        let result = Array.zeroCreate<float> features.Length

        if rows > 0 then
            let u = scaled from frame.Scale features
            let z = scaled frame.ConditionShift frame.ConditionScale z
            use plan: PotentialPlan = planOf team prefix rows

            blocks plan u z rows (fun first count ->
                let struct (_, slope) = plan.Slopes count

                for k in 0 .. count - 1 do
                    for a in 0 .. n - 1 do
                        result[(first + k) * n + a] <- onto[a] + frame.Scale[a] * slope[k, a])

        result

    let outside
        (range: TransportRange)
        columns
        (x: ReadOnlyMemory<float>)
        rows
        (isOutside: bool[])
        =
        let x = x.Span

        for i in 0 .. rows - 1 do
            for a in 0 .. columns - 1 do
                let value = x[i * columns + a]

                if not (value >= range.Lowest[a] && value <= range.Highest[a]) then
                    isOutside[i] <- true

    static member internal MapPrefix = "g."
    static member internal DualPrefix = "f."

    /// <summary>The layers of both potentials.</summary>
    member _.Potential: ConvexPotential = potential
    /// <summary>How it was trained.</summary>
    member _.Settings: TransportSettings = settings
    /// <summary>Shifts and scales.</summary>
    member _.Frame: TransportFrame = frame
    /// <summary>The course of the training.</summary>
    member _.History: TransportHistory = history
    /// <summary>F.</summary>
    member _.FeatureCount: int = n
    /// <summary>C.</summary>
    member _.ConditionCount: int = conditions
    /// <summary>Where the source's features were.</summary>
    member _.FeatureRange: TransportRange = featureRange
    /// <summary>Where the source's conditions were.</summary>
    member _.ConditionRange: TransportRange = conditionRange

    member internal _.Values: Values = values

    /// <summary>T of events.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="conditions">n x C, row-major; empty without conditions</param>
    /// <returns>n x F, row-major; NaN where a number of the event is NaN. An event's result does not depend on
    /// the others or on the number of threads.</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    member _.Apply
        (team: ThreadTeam, features: ReadOnlyMemory<float>, conditions: ReadOnlyMemory<float>)
        : float[] =
        gradients
            team
            TransportMap.MapPrefix
            frame.SourceShift
            frame.TargetShift
            features
            conditions

    /// <summary>∂T_a/∂x_b of events.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="conditions">n x C, row-major; empty without conditions</param>
    /// <returns>n x F x F: event, a, b. (s_b/s_a) ∂T_a/∂x_b is symmetric and positive definite, with
    /// eigenvalues of at least the settings' floor; with the Euclidean cost ∂T_a/∂x_b itself is.</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    member _.Jacobian
        (team: ThreadTeam, features: ReadOnlyMemory<float>, conditions: ReadOnlyMemory<float>)
        : float[] =
        let rows = check features conditions
        let result = Array.zeroCreate<float>(features.Length * n)

        if rows > 0 then
            let u = scaled frame.SourceShift frame.Scale features
            let z = scaled frame.ConditionShift frame.ConditionScale conditions
            use plan = planOf team TransportMap.MapPrefix rows

            blocks plan u z rows (fun first count ->
                let hessians = plan.Hessians count

                for k in 0 .. count - 1 do
                    for a in 0 .. n - 1 do
                        for b in 0 .. n - 1 do
                            result[((first + k) * n + a) * n + b] <-
                                frame.Scale[a] / frame.Scale[b] * hessians[k][a * n + b])

        result

    /// <summary>x with T(x; z) = y: the point where x·y − ψ(x; z) is largest, by Newton steps from ∇f(y; z).
    /// </summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">y: n x F, row-major</param>
    /// <param name="conditions">n x C, row-major; empty without conditions</param>
    /// <returns>n x F, row-major: the inverse to about 1e-10 of the scales; it exists for every y, because ψ is
    /// strongly convex. NaN where a number is not finite or the steps did not converge.</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    /// <remarks>Exact for any state of the training, unlike the other potential's gradient (<c>InverseGuess</c>).
    /// F of some tens at most: a step takes F products with second derivatives and F³.</remarks>
    member _.Inverse
        (team: ThreadTeam, features: ReadOnlyMemory<float>, conditions: ReadOnlyMemory<float>)
        : float[] =
        let rows = check features conditions
        let result = Array.zeroCreate<float> features.Length

        if rows > 0 then
            let v = scaled frame.TargetShift frame.Scale features
            let z = scaled frame.ConditionShift frame.ConditionScale conditions
            use dual = planOf team TransportMap.DualPrefix rows
            use plan = planOf team TransportMap.MapPrefix rows

            blocks dual v z rows (fun first count ->
                let struct (_, slope) = dual.Slopes count
                let start = slope |> Seq.cast<float> |> Array.ofSeq
                let y = Array.sub v (first * n) (count * n)
                let z = Array.sub z (first * potential.Conditions) (count * potential.Conditions)
                let u = ConjugatePoint.solve plan n count y start z

                for k in 0 .. count - 1 do
                    for a in 0 .. n - 1 do
                        result[(first + k) * n + a] <-
                            frame.SourceShift[a] + frame.Scale[a] * u[k * n + a])

        result

    /// <summary>∇f(y; z): the inverse as the second potential has learned it, fast and approximate.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">y: n x F, row-major</param>
    /// <param name="conditions">n x C, row-major; empty without conditions</param>
    /// <returns>n x F, row-major</returns>
    member _.InverseGuess
        (team: ThreadTeam, features: ReadOnlyMemory<float>, conditions: ReadOnlyMemory<float>)
        : float[] =
        gradients
            team
            TransportMap.DualPrefix
            frame.TargetShift
            frame.SourceShift
            features
            conditions

    /// <summary>The share of events with a feature or a condition outside the range of the source's: what the
    /// map says of them is extrapolation.</summary>
    /// <param name="features">n x F, row-major</param>
    /// <param name="conditions">n x C, row-major; empty without conditions</param>
    /// <param name="weights">w_i ≥ 0; length n</param>
    /// <returns>Σ w of these over Σ w; 0 without events</returns>
    /// <exception cref="T:System.ArgumentException">lengths that do not fit together</exception>
    member _.OutsideShare
        (
            features: ReadOnlyMemory<float>,
            conditions: ReadOnlyMemory<float>,
            weights: ReadOnlyMemory<float>
        ) : float =
        let rows = check features conditions

        if weights.Length <> rows then
            invalidArg (nameof weights) $"{rows} events need as many weights, not {weights.Length}."

        let isOutside = Array.zeroCreate<bool> rows
        outside featureRange n features rows isOutside
        outside conditionRange potential.Conditions conditions rows isOutside
        let w = weights.Span
        let mutable sum, all = 0.0, 0.0

        for i in 0 .. rows - 1 do
            all <- all + w[i]

            if isOutside[i] then
                sum <- sum + w[i]

        if all > 0.0 then sum / all else 0.0

    /// <summary>A line for people.</summary>
    override _.ToString() : string =
        let widths = potential.Hidden |> List.map string |> String.concat "-"
        $"transport of {n} features, {conditions} conditions, layers {widths}"

/// <summary>Transport maps to bytes and back.</summary>
[<RequireQualifiedAccess>]
module TransportMap =
    [<Literal>]
    let private Format = "nsbi-transport-1"

    let private writeRange (writer: Utf8JsonWriter) (name: string) (range: TransportRange) =
        writer.WriteStartObject name

        for key, values in [ "lowest", range.Lowest; "highest", range.Highest ] do
            writer.WriteStartArray key
            values |> Array.iter writer.WriteNumberValue
            writer.WriteEndArray()

        writer.WriteEndObject()

    let private readRange (root: JsonElement) (name: string) : TransportRange =
        let numbers (key: string) = [|
            for value in root.GetProperty(name).GetProperty(key).EnumerateArray() ->
                value.GetDouble()
        |]

        {
            Lowest = numbers "lowest"
            Highest = numbers "highest"
        }

    /// The potentials that settings describe.
    let internal potentialOf (settings: TransportSettings) features conditions : ConvexPotential = {
        Features = features
        Conditions = conditions
        Hidden = settings.Hidden
        ConditionHidden = if conditions > 0 then settings.ConditionHidden else []
        Floor = settings.Floor
    }

    /// <summary>The map as a JSON file, parameters as little-endian float32 in base 64: equal maps give equal
    /// bytes.</summary>
    let toBytes (map: TransportMap) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WriteNumber("features", map.FeatureCount)
            writer.WriteNumber("conditions", map.ConditionCount)
            writer.WritePropertyName "settings"
            TransportSettings.writeJson writer map.Settings
            writer.WriteStartObject "frame"
            TransportFrame.write writer map.Frame
            writer.WriteEndObject()
            writeRange writer "featureRange" map.FeatureRange
            writeRange writer "conditionRange" map.ConditionRange
            NetworkFile.writeValues writer "parameters" map.Values
            TransportHistory.write writer map.History.Epochs
            writer.WriteString("ending", NetworkFile.endingName map.History.Ending))

    let private read (source: string) (root: JsonElement) : TransportMap =
        let features = root.GetProperty("features").GetInt32()
        let conditions = root.GetProperty("conditions").GetInt32()

        match TransportSettings.ofJson source "$.settings" (root.GetProperty "settings") with
        | Error _ -> raise (FormatException())
        | Ok settings ->
            let potential = potentialOf settings features conditions
            let frame = TransportFrame.read (root.GetProperty "frame")
            let values = NetworkFile.readValues root "parameters"
            let featureRange = readRange root "featureRange"
            let conditionRange = readRange root "conditionRange"
            let zero = Array2D.zeroCreate features features

            let fits =
                [ TransportMap.MapPrefix; TransportMap.DualPrefix ]
                |> List.forall (fun prefix ->
                    NetworkFile.fits
                        (ConvexPotential.initialValues prefix potential 0UL zero)
                        values)

            let widths count (arrays: float[] list) =
                arrays |> List.forall (fun values -> values.Length = count)

            if
                not fits
                || not (
                    widths features [
                        frame.SourceShift
                        frame.TargetShift
                        frame.Scale
                        featureRange.Lowest
                        featureRange.Highest
                    ]
                )
                || not (
                    widths conditions [
                        frame.ConditionShift
                        frame.ConditionScale
                        conditionRange.Lowest
                        conditionRange.Highest
                    ]
                )
            then
                raise (FormatException())

            TransportMap(
                potential,
                settings,
                frame,
                values,
                featureRange,
                conditionRange,
                {
                    Epochs = TransportHistory.read root
                    Ending = NetworkFile.readEnding root "ending"
                }
            )

    /// <summary>The map of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<TransportMap, Fault list> =
        NetworkFile.parse source Format bytes (read source)
