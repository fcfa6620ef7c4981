using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using NUnit.Framework;

namespace Nsbi.Interop.Tests;

public class PublicSurfaceTests
{
    private static bool IsForeign(Type type)
    {
        if (type.IsGenericParameter)
        {
            return false;
        }

        var assembly = type.Assembly.GetName().Name!;
        var isTuple =
            typeof(ITuple).IsAssignableFrom(type)
            || type.FullName!.StartsWith("System.Tuple")
            || type.FullName.StartsWith("System.ValueTuple");
        return isTuple
            || assembly != "Nsbi.Interop"
                && assembly != "System"
                && !assembly.StartsWith("System.");
    }

    [Test]
    public void no_type_of_fsharp_and_no_tuple_is_in_the_surface()
    {
        var foreign =
            from type in PublicSurface.Types
            from seen in PublicSurface.TypesSeenThrough(type)
            where IsForeign(seen)
            select $"{type.Name}: {seen.FullName}";
        Assert.That(foreign.Distinct(), Is.Empty);
    }

    [Test]
    public void the_search_for_foreign_types_finds_them()
    {
        var seen = PublicSurface.TypesSeenThrough(typeof(Foreign)).Where(IsForeign).ToList();
        Assert.That(
            seen.Select(type => type.Name),
            Is.SupersetOf(
                new[] { "FSharpList`1", "FSharpOption`1", "ValueTuple`2", "FSharpFunc`2" }
            )
        );
    }

    /// <summary>What may not be shown, each in a place of its own.</summary>
    public class Foreign : List<Microsoft.FSharp.Collections.FSharpList<int>>
    {
        public IReadOnlyList<Microsoft.FSharp.Core.FSharpOption<int>[]>? Options { get; }

        protected Task<(int, int)>? Tuples { get; }

        public void Take(Microsoft.FSharp.Core.FSharpFunc<int, int>? function) { }
    }

    [Test]
    public void no_public_type_has_the_name_of_an_fsharp_namespace()
    {
        var words = new[] { "Nsbi.Kernels", "Nsbi.Learn", "Nsbi.Model", "Nsbi.Infer" }
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .SelectMany(type => (type.Namespace ?? "").Split('.'))
            .Distinct();
        Assert.That(PublicSurface.Types.Select(type => type.Name).Intersect(words), Is.Empty);
    }

    [Test]
    public void every_public_type_is_in_the_one_namespace()
    {
        Assert.That(PublicSurface.Types.Select(t => t.Namespace), Is.All.EqualTo("Nsbi.Interop"));
    }

    [Test]
    public void every_public_member_is_documented()
    {
        var documented = XDocument
            .Load(Path.ChangeExtension(PublicSurface.Assembly.Location, ".xml"))
            .Descendants("member")
            .Where(m => !string.IsNullOrWhiteSpace(m.Element("summary")?.Value))
            .Select(m => m.Attribute("name")!.Value[2..].Split('(')[0].Split("``")[0])
            .CountBy(key => key)
            .ToDictionary();

        var missing =
            from type in PublicSurface.Types
            from member in PublicSurface.Members(type).Append(type)
            where member is not MethodInfo { IsSpecialName: true } and not ConstructorInfo
            where member is not FieldInfo { IsSpecialName: true }
            let key = member is Type ? type.FullName : $"{type.FullName}.{member.Name}"
            group member by key into overloads
            where documented.GetValueOrDefault(overloads.Key) < overloads.Count()
            select overloads.Key;
        Assert.That(missing, Is.Empty);
    }

    [Test, Category("Baseline")]
    public void the_public_names_are_those_of_the_baseline()
    {
        var path = Path.Combine(Repository.Root, "tests/Nsbi.Interop.Tests/PublicNames.txt");
        var now = PublicSurface.Lines().ToArray();

        if (Environment.GetEnvironmentVariable("NSBI_UPDATE_API") is { Length: > 0 })
        {
            File.WriteAllText(path, string.Join('\n', now) + "\n");
        }

        var before = File.ReadAllLines(path);
        var changes = now.Except(before)
            .Select(line => "+ " + line)
            .Concat(before.Except(now).Select(line => "- " + line));
        Assert.That(changes, Is.Empty);
    }
}
