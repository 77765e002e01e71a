using System.Text.RegularExpressions;

namespace Drafthorse.Tests.House;

/// <summary>Programs of the host are started in few places, and by a path: a bare name is looked for in the current directory first.</summary>
public sealed partial class HostProgramTests
{
    private static readonly string[] Doors =
    [
        "Drafthorse.Harness/GitGateway/Git/GitProcess.cs", "Drafthorse.Harness/Sandboxes/Bubblewrap/HostProgram.cs", "Drafthorse.Harness/Egress/Registries/ToolMachine.cs",
        "Drafthorse/Demo/GitHub/GitHttpBackend.cs", "Drafthorse/Demo/GitHub/GitRemote.cs", "Drafthorse/Repl/RawTerminal.cs",
    ];

    [Fact]
    public void Sources_StartPrograms_ByTheirPathInFewPlaces()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Drafthorse.slnx")))
            root = root.Parent!;
        var sources = Path.Combine(root.FullName, "src");
        var starts = Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(sources, file).Replace('\\', '/'), Text: File.ReadAllText(file))).Where(file => Starts().IsMatch(file.Text)).ToList();

        Assert.NotEmpty(starts);
        Assert.Empty(starts.Select(file => file.Path).Except(Doors));
        Assert.Empty(starts.Where(file => BareName().IsMatch(file.Text)).Select(file => file.Path));
    }

    [GeneratedRegex(@"ProcessStartInfo\b|Process\.Start\(")]
    private static partial Regex Starts();

    [GeneratedRegex(@"(ProcessStartInfo|Process\.Start)\(\s*""[^/""]")]
    private static partial Regex BareName();
}
