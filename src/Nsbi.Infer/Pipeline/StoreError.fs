namespace Nsbi.Infer

/// <summary>Why a folder of results cannot be worked in; nothing in it was changed.</summary>
[<RequireQualifiedAccess>]
type StoreError =
    /// <summary>Another process works in the folder; owner says which, where it is known.</summary>
    | InUse of folder: string * owner: string option
    /// <summary>The results in the folder were made by another version of the program.</summary>
    | OtherVersion of folder: string * found: string * current: string
    /// <summary>The results in the folder were made on another instruction path.</summary>
    | OtherInstructionPath of folder: string * found: string * current: string
    /// <summary>The folder cannot be created, read or written.</summary>
    | Unusable of folder: string * reason: string

    /// <summary>The sentence for a person: what is wrong and what to do.</summary>
    member this.Message: string =
        match this with
        | InUse(folder, owner) ->
            let who =
                match owner with
                | Some text -> text
                | None -> "another process"

            $"The folder '{folder}' is in use by {who}: wait until it ends, or give another folder."
        | OtherVersion(folder, found, current) ->
            $"The results in '{folder}' were made by version {found}, this is version {current}: "
            + "resume with that version, or give another folder."
        | OtherInstructionPath(folder, found, current) ->
            $"The results in '{folder}' were made on the instruction path {found}, this is {current}: "
            + $"set NSBI_ISA={found} to resume, or give another folder."
        | Unusable(folder, reason) ->
            $"'{folder}' cannot be used as the folder of results ({reason}): "
            + "repair it or give another folder."

    /// <summary>The same sentence as <c>Message</c>.</summary>
    override this.ToString() = this.Message
