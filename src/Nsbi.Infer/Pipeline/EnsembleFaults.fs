namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Learn
open Nsbi.Learn.Ensembles

/// What is wrong with the ensemble that an analysis asks for.
[<RequireQualifiedAccess>]
module internal EnsembleFaults =

    let private at file path problem remedy value =
        Fault.create file problem remedy
        |> Fault.inJson file $"$.ensemble.{path}"
        |> Fault.withValue value

    let private numbers file (plan: EnsemblePlan) = [
        let range = "from 1 to 10000"

        if plan.Members < 1 || plan.Members > 10000 then
            at file "members" "the number of members is out of range" range (string plan.Members)

        if plan.Replicas < 0 || plan.Replicas > 10000 then
            let remedy = "from 0 to 10000; 20 tell the uncertainty to 16 %"

            at
                file
                "bootstraps"
                "the number of bootstraps is out of range"
                remedy
                (string plan.Replicas)
        elif plan.IsNested && plan.Replicas = 1 then
            let remedy = "ask for two at least, or for none"
            at file "bootstraps" "one bootstrap alone has no spread" remedy "1"
        elif not plan.IsNested && plan.Members = 1 then
            let remedy = "ask for two at least, or for bootstraps"
            at file "members" "one estimator alone has no spread" remedy "1"
    ]

    let private study file (analysis: Analysis) (plan: EnsembleStudyPlan) = [
        yield! numbers file plan.Ensemble

        match plan.Ensemble with
        | EnsemblePlan.Seeds _ when plan.Nuisance ->
            let remedy = "give \"bootstraps\": 20 or more"

            let what =
                "members on the same data do not tell the uncertainty of the finite simulation"

            at file "nuisance" what remedy "true"
        | _ -> ()

        match analysis.Parameters |> List.tryFind (fun p -> p.Name = analysis.Interest) with
        | None -> ()
        | Some p ->
            for i, value in List.indexed plan.Values do
                if not (Double.IsFinite value && value >= p.Lower && value <= p.Upper) then
                    let text (x: float) =
                        x.ToString("R", CultureInfo.InvariantCulture)

                    let remedy =
                        $"stay within {text p.Lower} and {text p.Upper}, the bounds of '{p.Name}'"

                    at file $"values[{i}]" "the parameter cannot be there" remedy (text value)
    ]

    /// The faults of the plan of an analysis whose parameters could be read.
    let find (file: string) (analysis: Analysis) : Fault list =
        analysis.Ensemble |> Option.map (study file analysis) |> Option.defaultValue []
