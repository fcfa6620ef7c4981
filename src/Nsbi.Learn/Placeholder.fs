namespace Nsbi.Learn

module internal Placeholder =
    let nothing = ()
