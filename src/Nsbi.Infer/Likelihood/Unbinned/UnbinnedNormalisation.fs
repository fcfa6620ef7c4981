namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>How the parts of a likelihood are evaluated.</summary>
type internal EvaluationMode =
    /// As compiled.
    | AsCompiled
    /// By the definition: the exact pass for Z, double precision for the columns.
    | ByDefinition

/// <summary>ln Z_c of the processes of a channel.</summary>
[<RequireQualifiedAccess>]
module internal UnbinnedNormalisation =

    /// How far from 0 Z is compiled; beyond it goes on as a Taylor polynomial.
    let private reach = 5.0

    /// Rows of a table that are looked at together.
    let private block = 4096

    // The rows stand for the reference table.
    let private compileOne
        (pairEvents: int)
        (ranges: (float * float)[])
        (columns: EventColumn[])
        (table: TiledTable)
        (rows: int[])
        (c: int)
        (p: UnbinnedProcess)
        : ShapeNormalisation option =
        let place (column: EventColumn) =
            Array.IndexOf(p.EventParameters, column.Parameter)

        let interpolantsOf wanted (rows: int[]) = [
            for k, column in Array.indexed columns do
                if column.Process = c && wanted column then
                    {
                        Parameter = place column
                        Code = column.Variation.Code
                        LogUp = rows |> Array.map (fun i -> table.Columns.LogUp(k, i))
                        LogDown = rows |> Array.map (fun i -> table.Columns.LogDown(k, i))
                    }
        ]

        let weightsOf rows =
            rows |> Array.map (fun i -> table.Weights[i] * table.Tiles[c, i])

        let whole parameter =
            seq {
                for start in 0..block .. table.Weights.Length - 1 do
                    let rows = [| start .. min (start + block) table.Weights.Length - 1 |]

                    {
                        Weights = weightsOf rows
                        Interpolants = interpolantsOf (fun column -> place column = parameter) rows
                    }
            }

        let isPart = rows.Length < table.Weights.Length

        let ranges =
            p.EventParameters
            |> Array.map (fun k ->
                let low, high = ranges[k]
                max low -reach, min high reach)

        let compiled =
            ShapeNormalisation.compile
                pairEvents
                None
                (weightsOf rows)
                ranges
                (interpolantsOf (fun _ -> true) rows)
                (if isPart then Some whole else None)

        // Far out an expectation can be negative, as that of lines: then the exact pass is made.
        if compiled.IsFinite then Some compiled else None

    /// <summary>The compiled normalisation of each process that can have one.</summary>
    /// <param name="options">of the likelihood</param>
    /// <param name="ranges">lowest and highest value of each event parameter</param>
    /// <param name="columns">the event columns of the channel</param>
    /// <param name="processes">its processes</param>
    /// <param name="reference">its reference table, if there is one</param>
    let compile
        (options: LikelihoodOptions)
        (ranges: (float * float)[])
        (columns: EventColumn[])
        (processes: UnbinnedProcess[])
        (reference: TiledTable option)
        : ShapeNormalisation option[] =
        let made = Array.create processes.Length None

        let rows =
            match options.Normalisation, reference with
            | Normalisation.Compiled pairEvents, Some table ->
                let all = table.Weights.Length
                EventSample.rows all (if all > 10 * pairEvents then 4 * pairEvents else all)
            | _ -> [||]

        let make c =
            let p = processes[c]

            match options.Normalisation, reference with
            | Normalisation.Compiled pairEvents, Some table when
                CompiledUnbinned.isNormalised p && not p.HasShape
                ->
                made[c] <- compileOne pairEvents ranges columns table rows c p
            | _ -> ()

        match options.Team with
        | Some team -> team.For(made.Length, Action<int, int>(fun c _ -> make c))
        | None -> Seq.iter make (seq { 0 .. made.Length - 1 })

        made

    /// The moments of all processes' columns over the reference table in double precision, piece by
    /// piece from the sources if the columns are stored in less.
    let private moments team (channel: CompiledUnbinned) (table: TiledTable) (beta: float[]) =
        let forms = CompiledUnbinned.forms channel beta

        let ofPart events columns =
            MomentKernel.Evaluate(events, columns, ReadOnlySpan forms, 2, Option.toObj team)

        let add (a: MomentSum) (b: MomentSum) =
            MomentSum(
                a.Value + b.Value,
                a.Parameters,
                Array.map2 (+) a.Gradient b.Gradient,
                Array.map2 (+) a.Hessian b.Hessian
            )

        SourceColumns.tables channel table
        |> Seq.map (fun part ->
            let events = WeightedEvents.CreateWhole(part.Tiles, ReadOnlySpan part.Weights)
            ofPart events part.Columns)
        |> Seq.reduce (Array.map2 add)

    /// <summary>ln Z_c of each process as a function of θ, where Z_c appears; not finite where Z_c is
    /// not positive.</summary>
    let logZ
        (mode: EvaluationMode)
        (team: ThreadTeam option)
        (channel: CompiledUnbinned)
        (beta: float[])
        : PlacedJet option[] =
        let places (p: UnbinnedProcess) =
            p.EventParameters |> Array.map (fun k -> channel.EventParameters[k])

        let moments =
            lazy
                (let table = channel.Tables[TableKind.Reference]
                 moments team channel table beta)

        channel.Processes
        |> Array.mapi (fun c p ->
            if not (CompiledUnbinned.isNormalised p) then
                None
            else
                let jet =
                    match mode, channel.Normalisations[c] with
                    | AsCompiled, Some z ->
                        z.LogZ(p.EventParameters |> Array.map (fun k -> beta[k]))
                    | _ when p.HasShape ->
                        let table = channel.Tables[TableKind.Reference]

                        let tables =
                            match mode with
                            | AsCompiled -> Seq.singleton table
                            | ByDefinition -> SourceColumns.tables channel table

                        EventMean.evaluate team channel tables c beta |> Jet.log
                    | _ ->
                        let table = channel.Tables[TableKind.Reference]
                        let m = moments.Value[c]
                        let n = m.Parameters.Length

                        // The ratios of a reference table have the mean 1.
                        let total = Array.sum table.Weights

                        Jet.log {
                            Value = m.Value / total
                            Gradient = m.Gradient |> Array.map (fun g -> g / total)
                            Hessian = Array2D.init n n (fun k l -> m.Hessian[n * k + l] / total)
                        }

                Some { Places = places p; Jet = jet })
