using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.IntegrationTests.Crashes;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>
/// The real server, which holds every kind of secret of a deployment in its environment, does a task whose one command searches the
/// sandbox for them. <c>DRAFTHORSE_LONG=1</c> reads also the files that are older than the secrets.
/// </summary>
public sealed class SecretEgressTests(DockerEngineFixture docker)
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("DRAFTHORSE_LONG") is not null;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task EveryPlace_InASandboxOfTheServer_HoldsNoSecretOfIt(SandboxKind kind)
    {
        if (SandboxdPrograms.FindNative() is null && kind != SandboxKind.BubblewrapManaged)
            Assert.Skip($"no native sandboxd; build it with: {SandboxdPrograms.BuildCommand("x64")}");
        var since = DateTimeOffset.UtcNow;
        await using var world = await CrashWorld.CreateAsync(
            kind == SandboxKind.Docker ? "docker" : "bubblewrap", Token, kind == SandboxKind.Docker ? await docker.GetAsync() : null, leaseSeconds: 30);
        var (environment, secrets) = Deployment(world);
        await File.WriteAllTextAsync(world.Environment["DRAFTHORSE_MODEL"]["script:".Length..], Model(SecretSearch.Script(secrets, since, IsLong)), Token);
        await using var server = ServeProcess.Start(environment, kind == SandboxKind.BubblewrapManaged ? await ProgramWithoutNativeAsync(world) : null);
        var task = world.OpenIssue("Search for secrets");

        await world.DeliverAsync(task, server, Token);
        await world.RestsAsync(task, Token);

        var result = Assert.Single((await world.JournalAsync(task, Token)).Select(record => record.Event).OfType<ToolFinished>());
        var found = string.Join('\n', result.Content.Select(block => block.Text)).Split('\n');
        Assert.DoesNotContain(found, line => secrets.Keys.Any(name => line.StartsWith($"{name} in ", StringComparison.Ordinal)) || line.Contains("did not end", StringComparison.Ordinal));
        Assert.Contains(found, line => line == "needle in env");
        Assert.Contains(found, line => line == "needle in git configuration");
        Assert.Contains(found, line => line.StartsWith("needle in /proc/", StringComparison.Ordinal) && line.EndsWith("/environ", StringComparison.Ordinal));
        Assert.Contains(found, line => line.StartsWith("needle in /", StringComparison.Ordinal) && line.EndsWith("/needle", StringComparison.Ordinal));
        Assert.Contains(found, line => line == "usr in /usr/lib/os-release");
        Assert.Empty(SecretSearch.InProcesses(secrets));
        Assert.Contains($"refs/heads/drafthorse/{task.Issue.Number}-", await world.GitAsync(Token, "for-each-ref"), StringComparison.Ordinal);
        Assert.Equal(kind == SandboxKind.BubblewrapManaged, server.Log.Any(line => line.Contains("managed sandboxd", StringComparison.Ordinal)));
    }

    /// <summary>The environment of a server that is set up in full, and the values in it that are secret, by name.</summary>
    private static (Dictionary<string, string> Environment, Dictionary<string, string> Secrets) Deployment(CrashWorld world)
    {
        using var key = RSA.Create(2048);
        var pem = key.ExportRSAPrivateKeyPem();
        var token = world.Environment["GITHUB_TOKEN"];
        var secrets = new Dictionary<string, string>
        {
            ["GITHUB_WEBHOOK_SECRET"] = world.Environment["GITHUB_WEBHOOK_SECRET"],
            ["OLD_WEBHOOK_SECRET"] = New("hook"),
            ["DASHSCOPE_API_KEY"] = New("sk-"),
            ["OPENAI_API_KEY"] = New("sk-proj-"),
            ["ANTHROPIC_API_KEY"] = New("sk-ant-"),
            ["DRAFTHORSE_API_TOKEN"] = New("api-"),
            ["METRICS_TOKEN"] = New("metrics-"),
            ["PROXY_PASSWORD"] = New("proxy"),
            ["UNKNOWN_COMPANY_TOKEN"] = New("vault-"),
        };
        var environment = new Dictionary<string, string>(world.Environment.Concat(secrets.Where(secret => !world.Environment.ContainsKey(secret.Key))))
        {
            ["GITHUB_WEBHOOK_SECRET"] = $"{secrets["GITHUB_WEBHOOK_SECRET"]}\n{secrets["OLD_WEBHOOK_SECRET"]}",
            ["GITHUB_APP_PRIVATE_KEY"] = pem,
            ["Drafthorse__Egress__Proxy"] = $"http://drafthorse:{secrets["PROXY_PASSWORD"]}@127.0.0.1:9",
        };
        secrets["GITHUB_TOKEN"] = token;
        secrets["GITHUB_TOKEN_IN_BASE64"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"x-access-token:{token}"));
        secrets["GITHUB_APP_PRIVATE_KEY"] = pem.Split('\n')[2];
        return (environment, secrets);

        static string New(string prefix) => prefix + RandomNumberGenerator.GetHexString(32, lowercase: true);
    }

    /// <summary>A model that commits and pushes something, then searches.</summary>
    private static string Model(string search) => JsonSerializer.Serialize(new object[]
    {
        new { text = "I will look.", calls = new[] { new { name = "execute", arguments = new { command = $"echo one > one.txt; git add one.txt; git commit -qm One; git push -q origin HEAD\n{search}", timeout_seconds = 600 } } } },
        new { text = "Done." },
    });

    /// <summary>The program where no native daemon is near, so that it takes the managed one.</summary>
    private static async Task<string> ProgramWithoutNativeAsync(CrashWorld world)
    {
        var copy = Path.Combine(Path.GetDirectoryName(world.Home)!, "program");
        using var copying = Process.Start("cp", ["-r", Path.GetDirectoryName(ServeProcess.Program)!, copy]);
        await copying.WaitForExitAsync(Token);
        return Path.Combine(copy, Path.GetFileName(ServeProcess.Program));
    }
}
