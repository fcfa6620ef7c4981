namespace Nsbi.Infer

/// The pages of the report with the diagnostics of a run.
[<RequireQualifiedAccess>]
module internal DiagnosticsPages =

    /// Kinds of the standard checks, by the beginnings of their names.
    let private kinds = [
        "Training", "Did every training end well?", [ "diverged trainings" ]
        "Normalisation",
        "Does each ratio integrate to one over the reference?",
        [ "normalisation of "; "mixture identity" ]
        "Calibration of scores", "Is a score the probability that it claims?", [ "calibration of " ]
        "Closure of single features",
        "Does the reweighted reference look like each sample, feature by feature?",
        [ "closure of "; "distance of " ]
        "Tails", "Do many events carry the result?", [ "saturation of "; "largest event of " ]
        "Implied ratios",
        "Are ratios between samples right on average?",
        [ "implied ratio of "; "effective events of " ]
    ]

    let private ofKind
        (checks: Check list)
        (title, question, beginnings: string list)
        : ReportPage = {
        Title = title
        Question = question
        Checks = checks |> List.filter (fun c -> beginnings |> List.exists c.Name.StartsWith)
        Notes = []
        Pictures = []
    }

    /// A page of each kind; one without checks and pictures is left out.
    let ofRun (run: RunResult) : ReportPage list =
        kinds
        |> List.map (ofKind run.Checks)
        |> List.filter (fun page -> not (page.Checks.IsEmpty && page.Pictures.IsEmpty))
