namespace Nsbi.Cli

open System.Threading

/// One call of a verb.
type Call = {
    Verb: string
    /// What follows the verb on the command line.
    Arguments: string[]
    /// One JSON object on standard output and nothing else there.
    Json: bool
    Cancellation: CancellationToken
}

/// A verb as the list of verbs shows it. Run is not touched before the verb is chosen.
type Verb = {
    Name: string
    /// One line.
    Summary: string
    Run: Call -> Answer
}
