using Drafthorse.Composition;
using Drafthorse.Harness.Docker;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Sandboxes.Bubblewrap;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>A home, a folder to work in and an environment for one test's processes.</summary>
internal sealed class CliWorld : IAsyncDisposable
{
    private Uri? _engine;
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

    public string Home { get; private set; }

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

    /// <summary>Has what lasts kept elsewhere.</summary>
    public void MoveHome(string home) => Home = Environment["DRAFTHORSE_HOME"] = home;

    /// <summary>Lets the programs find a Docker engine and the test image.</summary>
    public void UseDocker(Uri engine)
    {
        _engine = engine;
        Environment["DOCKER_HOST"] = engine.OriginalString;
        Environment["SANDBOX_IMAGE"] = "drafthorse/sandbox:test";
    }

    /// <summary>The sandboxes that this world's programs have left.</summary>
    public async Task<IReadOnlyList<SandboxListing>> ListSandboxesAsync()
    {
        var all = new List<SandboxListing>();
        foreach (var backend in Backends())
        {
            await using var owned = backend;
            all.AddRange(await backend.ListAsync(CancellationToken.None));
        }

        return all;
    }

    /// <summary>Ends the sandboxes and fails when any process of this world is left.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var backend in Backends())
        {
            await using var owned = backend;
            foreach (var listing in await backend.ListAsync(CancellationToken.None))
                await backend.RemoveAsync(listing.Sandbox, CancellationToken.None);
        }

        var left = await WaitForProcessesAsync();
        _root.Delete(recursive: true);
        Assert.True(left.Count == 0, $"Processes were left: {string.Join("; ", left)}");
    }

    private List<ISandboxBackend> Backends()
    {
        List<ISandboxBackend> backends = [new BubblewrapBackend(new BubblewrapOptions { StateDirectory = Path.Combine(Home, "state", "bubblewrap") })];
        if (_engine is not null)
            backends.Add(new DockerBackend(new DockerSandboxOptions { Endpoint = _engine, Image = "drafthorse/sandbox:test", Deployment = SandboxKinds.DeploymentOf(Home) }));
        return backends;
    }

    /// <summary>The processes that know this world's directory, once those that were told to end had their time.</summary>
    private async Task<List<string>> WaitForProcessesAsync()
    {
        for (var tries = 0; ; tries++)
        {
            var left = Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc").Where(entry => int.TryParse(Path.GetFileName(entry), out _) && Knows(entry)).Select(Describe).ToList() : [];
            if (left.Count == 0 || tries == 100)
                return left;
            await Task.Delay(50);
        }
    }

    private bool Knows(string entry) => new[] { "environ", "cmdline", "mountinfo" }.Any(file => Text(entry, file).Contains(_root.FullName, StringComparison.Ordinal));

    private static string Describe(string entry) => $"{Path.GetFileName(entry)} {Text(entry, "cmdline").Replace('\0', ' ')}";

    private static string Text(string entry, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(entry, file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
