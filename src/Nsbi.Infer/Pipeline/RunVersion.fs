namespace Nsbi.Infer

open System.Reflection

/// The version of the program, as results record it.
[<RequireQualifiedAccess>]
module RunVersion =

    /// <summary>The informational version of this assembly, without the commit.</summary>
    let text: string =
        let assembly = Assembly.GetExecutingAssembly()
        let attribute = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()

        if isNull attribute then
            string (assembly.GetName().Version)
        else
            attribute.InformationalVersion.Split('+')[0]
