/// What an assembly shows: its public names, for the committed baseline, and the members that have
/// no documentation. Linked into the test projects of other assemblies.
module Nsbi.Tests.PublicSurface

open System
open System.IO
open System.Reflection
open System.Runtime.CompilerServices
open System.Xml.Linq

let private flags =
    BindingFlags.Public
    ||| BindingFlags.Instance
    ||| BindingFlags.Static
    ||| BindingFlags.DeclaredOnly

let private isGenerated (m: MemberInfo) =
    m.IsDefined(typeof<CompilerGeneratedAttribute>, false)
    || m.IsDefined(typeof<Runtime.CompilerServices.CompilerGeneratedAttribute>, true)

let rec private typeName (t: Type) : string =
    if t.IsArray then
        typeName (t.GetElementType()) + "[" + String(',', t.GetArrayRank() - 1) + "]"
    elif t.IsGenericType then
        let arguments = t.GetGenericArguments() |> Array.map typeName |> String.concat ", "
        $"{t.Name.Split('`')[0]}<{arguments}>"
    else
        t.Name

let private isAccessor (m: MethodInfo) =
    m.IsSpecialName && (m.Name.StartsWith "get_" || m.Name.StartsWith "set_")

// What F# adds to every record and union.
let private isMachinery (m: MemberInfo) =
    let names =
        set [
            "Equals"
            "GetHashCode"
            "CompareTo"
            "Tag"
            "ToString"
            "GetType"
            ".ctor"
            "Tags"
            "value__"
        ]

    names.Contains m.Name || isGenerated m

let private membersOf (t: Type) : MemberInfo list =
    // What a delegate has beside its name is the runtime's.
    (if typeof<Delegate>.IsAssignableFrom t then
         [||]
     else
         t.GetMembers flags)
    |> Seq.filter (fun m ->
        match m with
        | :? MethodInfo as m -> not (isMachinery m || isAccessor m)
        | :? PropertyInfo
        | :? FieldInfo -> not (isMachinery m)
        | _ -> false)
    |> Seq.toList

let private isCase (t: Type) =
    t.IsNested && FSharp.Reflection.FSharpType.IsUnion t.DeclaringType

/// Names of the cases of a union, none of other types.
let private cases (t: Type) : string list =
    if FSharp.Reflection.FSharpType.IsUnion t && not (isCase t) then
        FSharp.Reflection.FSharpType.GetUnionCases t |> Array.map _.Name |> Array.toList
    else
        []

let private publicTypes (assembly: Assembly) : Type list =
    assembly.GetExportedTypes()
    |> Seq.filter (fun t -> not (isGenerated t) && not (t.IsNested && t.Name = "Tags"))
    |> Seq.sortBy _.FullName
    |> Seq.toList

let private line (t: Type) (m: MemberInfo) : string =
    match m with
    | :? MethodInfo as m ->
        let parameters =
            m.GetParameters()
            |> Array.map (fun p -> $"{p.Name}: {typeName p.ParameterType}")
            |> String.concat ", "

        $"{t.FullName}.{m.Name}({parameters}): {typeName m.ReturnType}"
    | :? PropertyInfo as p -> $"{t.FullName}.{p.Name}: {typeName p.PropertyType}"
    | m -> $"{t.FullName}.{m.Name}"

/// One line for every public type and member, in ordinal order.
let lines (assembly: Assembly) : string list =
    publicTypes assembly
    |> List.collect (fun t -> [
        t.FullName
        yield! cases t |> List.map (fun case -> $"{t.FullName}+{case}")
        yield! membersOf t |> List.map (line t)
    ])
    |> List.distinct
    |> List.sortWith (fun a b -> String.CompareOrdinal(a, b))

/// The repository's folder, found upwards from the test's own.
let private root: string =
    let rec up (folder: DirectoryInfo) =
        if isNull folder then
            invalidOp "The tests run outside of the repository."
        elif File.Exists(Path.Combine(folder.FullName, "Nsbi.slnx")) then
            folder.FullName
        else
            up folder.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

/// <summary>What the committed baseline and the assembly do not have in common. With the environment
/// variable NSBI_UPDATE_API set the baseline is written anew.</summary>
let changes (assembly: Assembly) (baseline: string) : string list =
    let path = Path.Combine(root, baseline)
    let now = lines assembly

    if not (String.IsNullOrEmpty(Environment.GetEnvironmentVariable "NSBI_UPDATE_API")) then
        File.WriteAllText(path, String.concat "\n" now + "\n")

    let before =
        if File.Exists path then
            File.ReadAllLines path |> Array.toList
        else
            []

    [
        for added in List.except before now do
            $"+ {added}"
        for removed in List.except now before do
            $"- {removed}"
    ]

/// Keys in the XML file of the documentation, those with a summary that says something.
let private documented (assembly: Assembly) : string list =
    let file = Path.ChangeExtension(assembly.Location, ".xml")

    XDocument.Load(file).Descendants(XName.Get "member")
    |> Seq.filter (fun m ->
        let summary = m.Element(XName.Get "summary")
        not (isNull summary) && not (String.IsNullOrWhiteSpace summary.Value))
    |> Seq.map (fun m -> m.Attribute(XName.Get "name").Value.Substring 2)
    |> Seq.toList

/// Public types and members without a summary in the XML file beside the assembly.
let undocumented (assembly: Assembly) : string list =
    let documented =
        documented assembly
        |> List.countBy (fun key -> (key.Split('(')[0]).Split("``")[0])

    let counts = dict documented

    let count (key: string) =
        match counts.TryGetValue key with
        | true, n -> n
        | false, _ -> 0

    [
        for t in publicTypes assembly do
            let typeKey = t.FullName.Replace('+', '.')

            if count typeKey = 0 then
                t.FullName

            // The fields of a union case stand in the summary of the case.
            if not (isCase t) then
                for name, overloads in membersOf t |> List.groupBy _.Name do
                    // A case: New<Case>, or the case as a property, is documented as <Case>.
                    let union = FSharp.Reflection.FSharpType.IsUnion t

                    let short =
                        if union && (name.StartsWith "New" || name.StartsWith "Is") then
                            [ name; name.Substring(if name.StartsWith "New" then 3 else 2) ]
                        else
                            [ name ]

                    let found =
                        short |> List.map (fun name -> count $"{typeKey}.{name}") |> List.max

                    if found < overloads.Length then
                        $"{t.FullName}.{name}"
    ]
