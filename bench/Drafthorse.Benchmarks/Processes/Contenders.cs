using System.Diagnostics;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>The agents that are measured side by side.</summary>
internal static class Contenders
{
    private const string Task = "Run ten commands, one after the other.";
    private static readonly string Cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "drafthorse-bench");

    /// <summary>Drafthorse, with the interface of one provider; its state is kept from run to run, as the others' is.</summary>
    public static Contender Drafthorse(string program, string provider, string home, params string[] more) => new()
    {
        Name = $"drafthorse ({provider})",
        Program = program,
        Arguments = _ => ["run", "--json", "--model", $"{provider}:bench", .. more, Task],
        Environment = place => new Dictionary<string, string>
        {
            ["DRAFTHORSE_HOME"] = Path.Combine(home, "drafthorse"),
            ["OPENAI_API_KEY"] = "none",
            ["OPENAI_BASE_URL"] = $"{place.ModelUrl}/v1",
            ["ANTHROPIC_API_KEY"] = "none",
            ["ANTHROPIC_BASE_URL"] = place.ModelUrl,
        },
    };

    /// <summary>Brings the others into the cache: measuring needs no network.</summary>
    public static void InstallPeers()
    {
        InstallCodex();
        InstallPi();
    }

    /// <summary>Codex, by its native binary: without the Node program that usually starts it.</summary>
    public static Contender Codex(string home)
    {
        var package = InstallCodex();
        var binary = Directory.GetFiles(package, "codex", SearchOption.AllDirectories).Single(file => file.Contains("/vendor/", StringComparison.Ordinal) && file.EndsWith("/bin/codex", StringComparison.Ordinal));
        var settings = Directory.CreateDirectory(Path.Combine(home, "codex")).FullName;
        File.WriteAllText(Path.Combine(settings, "config.toml"), """
            model = "bench"
            model_provider = "bench"
            check_for_update_on_startup = false
            [analytics]
            enabled = false
            """);
        return new Contender
        {
            Name = "codex 0.169.0",
            Program = binary,
            Arguments = place =>
            [
                "exec", "--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox",
                "-c", $$"""model_providers.bench={name="bench",base_url="{{place.ModelUrl}}/v1",wire_api="responses",env_key="BENCH_KEY"}""",
                Task,
            ],
            Environment = _ => new Dictionary<string, string> { ["CODEX_HOME"] = settings, ["BENCH_KEY"] = "none" },
        };
    }

    /// <summary>Pi, in Node (20.6 or newer).</summary>
    public static Contender Pi()
    {
        var package = InstallPi();
        return new Contender
        {
            Name = "pi 0.73.1",
            Program = "node",
            Arguments = place =>
            {
                File.WriteAllText(Path.Combine(place.Settings, "models.json"), $$$$"""
                    {"providers":{"bench":{"baseUrl":"{{{{place.ModelUrl}}}}/v1","api":"openai-completions","apiKey":"none","models":[{"id":"bench"}]}}}
                    """);
                return [Path.Combine(package, "node_modules/@mariozechner/pi-coding-agent/dist/cli.js"), "--print", "--mode", "json", "--provider", "bench", "--model", "bench", Task];
            },
            Environment = place => new Dictionary<string, string> { ["PI_CODING_AGENT_DIR"] = place.Settings, ["PI_OFFLINE"] = "1", ["PI_TELEMETRY"] = "0" },
        };
    }

    private static string InstallCodex() => Install("@openai/codex", "0.169.0");

    private static string InstallPi() => Install("@mariozechner/pi-coding-agent", "0.73.1");

    /// <summary>Brings an npm package into the cache, once, without running its scripts.</summary>
    private static string Install(string package, string version)
    {
        var folder = Path.Combine(Cache, $"{package.Split('/')[^1]}-{version}");
        if (Directory.Exists(Path.Combine(folder, "node_modules", package)))
            return folder;
        Directory.CreateDirectory(folder);
        using var npm = Process.Start("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--silent", $"{package}@{version}"]);
        npm.WaitForExit();
        return npm.ExitCode == 0 ? folder : throw new InvalidOperationException($"npm could not install {package}@{version}: it ended with {npm.ExitCode}.");
    }
}
