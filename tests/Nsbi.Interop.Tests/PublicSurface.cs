using System.Reflection;
using System.Runtime.CompilerServices;

namespace Nsbi.Interop.Tests;

/// <summary>What the assembly of the C# face shows to its callers.</summary>
internal static class PublicSurface
{
    public static readonly Assembly Assembly = typeof(NsbiException).Assembly;

    private const BindingFlags Flags =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    public static IEnumerable<Type> Types => Assembly.GetExportedTypes();

    /// <summary>Public and protected members that a person wrote.</summary>
    public static IEnumerable<MemberInfo> Members(Type type) =>
        type.GetMembers(Flags)
            .Where(member =>
                IsVisible(member)
                && !member.IsDefined(typeof(CompilerGeneratedAttribute), false)
                && member is not Type
            );

    private static bool IsVisible(MemberInfo member) =>
        member switch
        {
            MethodBase m => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly,
            FieldInfo f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly,
            PropertyInfo p => p.GetAccessors(true).Any(IsVisible),
            EventInfo e => e.AddMethod is { } add && IsVisible(add),
            _ => false,
        };

    /// <summary>Every type that a caller can come upon through a type: its base, its interfaces, the
    /// types of its members with their arguments.</summary>
    public static IEnumerable<Type> TypesSeenThrough(Type type)
    {
        var direct = type.GetInterfaces()
            .Concat(type.BaseType is { } parent ? [parent] : Type.EmptyTypes)
            .Concat(type.GetMembers(Flags).Where(IsVisible).SelectMany(TypesOf))
            .Concat(type.GetGenericArguments().SelectMany(a => a.GetGenericParameterConstraints()));
        return direct.SelectMany(Parts);
    }

    private static IEnumerable<Type> TypesOf(MemberInfo member) =>
        member switch
        {
            MethodInfo m =>
            [
                m.ReturnType,
                .. m.GetParameters().Select(p => p.ParameterType),
                .. m.GetGenericArguments().SelectMany(a => a.GetGenericParameterConstraints()),
            ],
            ConstructorInfo c => c.GetParameters().Select(p => p.ParameterType),
            PropertyInfo p => [p.PropertyType],
            FieldInfo f => [f.FieldType],
            EventInfo e => [e.EventHandlerType!],
            _ => [],
        };

    /// <summary>A type with what it is made of: elements of arrays, arguments of generics.</summary>
    public static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType
            ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];

    public static string Name(Type type) =>
        type.HasElementType ? Name(type.GetElementType()!) + (type.IsByRef ? "&" : "[]")
        : type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.Name;

    /// <summary>One line for every public type and member, in ordinal order.</summary>
    public static IEnumerable<string> Lines() =>
        Types
            .SelectMany(type => Members(type).Select(m => Line(type, m)).Append(type.FullName!))
            .Where(line => line.Length > 0)
            .Distinct()
            .Order(StringComparer.Ordinal);

    private static string Line(Type type, MemberInfo member) =>
        member switch
        {
            MethodInfo { IsSpecialName: true } m when !m.Name.StartsWith("op_") => "",
            MethodInfo m => $"{type.FullName}.{m.Name}({Arguments(m)}): {Name(m.ReturnType)}",
            ConstructorInfo c => $"{type.FullName}({Arguments(c)})",
            PropertyInfo p => $"{type.FullName}.{p.Name}: {Name(p.PropertyType)}",
            FieldInfo { IsSpecialName: true } => "",
            _ => $"{type.FullName}.{member.Name}",
        };

    private static string Arguments(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{p.Name}: {Name(p.ParameterType)}"));
}
