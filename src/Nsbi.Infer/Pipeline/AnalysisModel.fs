namespace Nsbi.Infer

open Nsbi.Model

/// <summary>The statistical model that an analysis describes.</summary>
[<RequireQualifiedAccess>]
module AnalysisModel =

    /// The name of the unbinned channel.
    [<Literal>]
    let signalRegion = "SR"

    /// The name of the binned channel of the events that failed the preselection.
    [<Literal>]
    let controlRegion = "CR"

    /// <summary>The model: the unbinned signal region, and the binned control region where there is one.
    /// </summary>
    /// <param name="analysis">its terms are the processes</param>
    /// <param name="yieldOf">expected events of a sample in the signal region</param>
    /// <param name="control">expected events of each sample in each bin of the control region</param>
    let write
        (analysis: Analysis)
        (yieldOf: string -> float)
        (control: Map<string, float list> option)
        : Model =
        let terms (yields: MixtureTerm -> float list) = [
            for term in analysis.Terms -> Process.create term.Name term.Scale (yields term)
        ]

        {
            Name = analysis.Name
            Channels = [
                Unbinned {
                    Name = signalRegion
                    Reference = "mixture"
                    Processes = terms (fun term -> [ yieldOf term.Sample ])
                }
                match control with
                | Some yields ->
                    Binned {
                        Name = controlRegion
                        Processes = terms (fun term -> yields[term.Sample])
                    }
                | None -> ()
            ]
        }
