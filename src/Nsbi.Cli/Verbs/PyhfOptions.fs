namespace Nsbi.Cli.Verbs

/// What the options of verbs that read pyhf workspaces say.
[<RequireQualifiedAccess>]
module PyhfOptions =
    let workspace: string =
        "the workspace: a model with its data, ours or pyhf's, also as .gz"

    let measurement: string =
        "of a pyhf workspace, the name of the measurement; without it, the first one"

    let patch: string =
        "of a pyhf workspace, a JSON patch or a patch set that is applied before it is read"

    let patchName: string =
        "of a patch set, the name of the patch, or its values as 300,100"
