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
    /// <param name="analysis">its terms are the processes, its systematics their modifiers</param>
    /// <param name="signal">expected events in the signal region, one bin</param>
    /// <param name="control">expected events in each bin of the control region</param>
    let write (analysis: Analysis) (signal: RegionYields) (control: RegionYields option) : Model = {
        Name = analysis.Name
        Channels = [
            Unbinned {
                Name = signalRegion
                Reference = "mixture"
                Processes = RegionYields.unbinned analysis signal
            }
            match control with
            | Some yields ->
                Binned {
                    Name = controlRegion
                    Processes = RegionYields.binned analysis yields
                }
            | None -> ()
        ]
    }
