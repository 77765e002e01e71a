namespace Drafthorse.IntegrationTests.Cli;

/// <summary>A home, a folder to work in and an environment for one test's processes.</summary>
internal sealed class CliWorld : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("drafthorse-cli-");

    public CliWorld()
    {
        Folder = _root.CreateSubdirectory("work").FullName;
        Directory.CreateDirectory(Path.Combine(Folder, ".git"));
        Home = Path.Combine(_root.FullName, "home");
        Environment["PATH"] = System.Environment.GetEnvironmentVariable("PATH")!;
        Environment["HOME"] = _root.FullName;
        Environment["TMPDIR"] = _root.CreateSubdirectory("tmp").FullName;
        Environment["DRAFTHORSE_HOME"] = Home;
        Environment["DOCKER_HOST"] = System.Environment.GetEnvironmentVariable("DOCKER_HOST") ?? "unix:///nowhere";
        Environment["OLLAMA_BASE_URL"] = "http://127.0.0.1:9";
        if (System.Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnet)
            Environment["DOTNET_ROOT"] = dotnet;
    }

    public string Folder { get; }

    public string Home { get; }

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The specification of a recorded model with these turns, one JSON object each.</summary>
    public string Script(params string[] turns)
    {
        var path = Path.Combine(_root.FullName, $"script-{Guid.NewGuid():N}.jsonl");
        File.WriteAllLines(path, turns);
        return $"script:{path}";
    }

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Folder, file), text);

    public void Dispose() => _root.Delete(recursive: true);
}
