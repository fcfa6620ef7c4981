namespace Nsbi.Infer

module internal Placeholder =
    let nothing = ()
