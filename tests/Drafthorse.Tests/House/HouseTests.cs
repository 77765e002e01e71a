using System.Xml.Linq;

namespace Drafthorse.Tests.House;

/// <summary>The rules of AGENTS.md that code can check.</summary>
public sealed class HouseTests
{
    private const int MaxLines = 250;
    private const int MaxFilesOfAFolder = 16;

    private static readonly string Sources = Path.Combine(RepositoryRoot(), "src");
    private static readonly IReadOnlyList<SourceFile> Files = SourceFile.ReadAll(Sources);

    [Fact]
    public void Features_OfTheWholeTree_HaveNoCircle()
    {
        var circles = Circles(SourceFile.Uses(Files));

        Assert.True(circles.Count == 0, "Folders that use each other in a circle:\n" + string.Join('\n', circles));
    }

    [Fact]
    public void Circles_OfTwoFoldersThatNameEachOther_AreFound()
    {
        SourceFile[] files =
        [
            SourceFile.Parse("App/Orders/Order.cs", "using App.Bills;\nnamespace App.Orders;\ninternal sealed record Order(Bill Bill);"),
            SourceFile.Parse("App/Bills/Bill.cs", "namespace App.Bills;\ninternal sealed class Bill { /* of an Order */ }"),
            SourceFile.Parse("App/Bills/Payer.cs", "using App.Orders;\nnamespace App.Bills;\ninternal sealed class Payer { void Pay(Order order) { } }"),
        ];

        var one = Assert.Single(Circles(SourceFile.Uses(files)));
        Assert.Empty(Circles(SourceFile.Uses(files[..2])));
        Assert.Contains("App/Bills -> App/Orders: Order", one, StringComparison.Ordinal);
    }

    [Fact]
    public void Projects_Direction_IsTheDesigns()
    {
        var references = Directory.EnumerateFiles(Sources, "*.csproj", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file),
            file => XDocument.Load(file).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))).ToList());

        var wrong = references.SelectMany(project => project.Value.Where(other => !MayRefer(project.Key, other)).Select(other => $"{project.Key} -> {other}"));

        Assert.Contains("Drafthorse.Harness", references.Keys);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Sandbox_Packages_AreNone()
    {
        var project = XDocument.Load(Path.Combine(Sources, "Drafthorse.Sandbox", "Drafthorse.Sandbox.csproj"));

        Assert.Empty(project.Descendants("PackageReference"));
    }

    [Fact]
    public void Files_Length_IsAtMost250Lines() =>
        Assert.Empty(Files.Where(file => file.Lines > MaxLines + 1).Select(file => $"{file.Path}: {file.Lines}"));

    [Fact]
    public void Folders_Size_IsReadAtAGlance() =>
        Assert.Empty(Files.GroupBy(file => file.Folder).Where(folder => folder.Count() > MaxFilesOfAFolder).Select(folder => $"{folder.Key}: {folder.Count()} files"));

    [Fact]
    public void Files_PublicTypesThatDoSomething_AreOneAFile() =>
        Assert.Empty(Files.Select(file => (file.Path, Names: file.Types.Where(Acts).Select(type => type.Name).Distinct().ToList()))
            .Where(file => file.Names.Count > 1).Select(file => $"{file.Path}: {string.Join(", ", file.Names)}"));

    [Fact]
    public void Types_Names_SayWhatTheyAre() =>
        Assert.Empty(Files.SelectMany(file => file.Types.Where(type => type.Name.EndsWith("Manager", StringComparison.Ordinal) || type.Name.EndsWith("Helper", StringComparison.Ordinal)
            || type.Name.EndsWith("Helpers", StringComparison.Ordinal) || type.Name.EndsWith("Util", StringComparison.Ordinal) || type.Name.EndsWith("Utils", StringComparison.Ordinal)).Select(type => $"{file.Path}: {type.Name}")));

    // Records, enums, delegates, exceptions and options are small, and read best beside what they belong to.
    private static bool Acts((bool IsPublic, string Kind, string Name) type) =>
        type is { IsPublic: true, Kind: "class" or "interface" } && !type.Name.EndsWith("Exception", StringComparison.Ordinal) && !type.Name.EndsWith("Options", StringComparison.Ordinal);

    // Drafthorse -> {Channels, Harness.*} -> Harness -> Sandbox; providers never see each other, and nothing refers to the program.
    private static bool MayRefer(string project, string other) => project switch
    {
        "Drafthorse" => true,
        "Drafthorse.Sandbox" => false,
        "Drafthorse.Sandboxd" or "Drafthorse.Harness" => other is "Drafthorse.Sandbox",
        _ => other is "Drafthorse.Harness" or "Drafthorse.Sandbox",
    };

    /// <summary>Groups of folders each of which reaches every other, with what they name of each other.</summary>
    private static List<string> Circles(Dictionary<string, SortedDictionary<string, SortedSet<string>>> uses)
    {
        var reach = uses.Keys.ToDictionary(folder => folder, folder => Reach(folder, uses));
        return [.. uses.Keys.Where(folder => reach[folder].Contains(folder))
            .GroupBy(folder => string.Join(' ', reach[folder].Where(other => reach[other].Contains(folder)).Order(StringComparer.Ordinal)))
            .Select(circle => string.Join('\n', circle.SelectMany(folder => uses[folder].Where(use => circle.Contains(use.Key))
                .Select(use => $"  {folder} -> {use.Key}: {string.Join(", ", use.Value)}"))))];
    }

    private static HashSet<string> Reach(string folder, Dictionary<string, SortedDictionary<string, SortedSet<string>>> uses)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(uses[folder].Keys);
        while (open.TryPop(out var next))
        {
            if (reached.Add(next))
            {
                foreach (var other in uses[next].Keys)
                    open.Push(other);
            }
        }

        return reached;
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Drafthorse.slnx")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        return directory.FullName;
    }
}
