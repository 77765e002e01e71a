using Drafthorse.Harness.Egress;
using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Egress;

/// <summary>The list of a repository's own settings, which can only take away from what the operator allows.</summary>
public sealed class RepositoryEgressTests(DockerEngineFixture docker)
{
    private const string Get = """
        get() { exec 3<>"/dev/tcp/$1/80" && printf 'GET /hello HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$1" >&3 && head -n 1 <&3; exec 3>&-; }

        """;

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Egress_OfTheRepository_NarrowsAndNeverWidens(SandboxKind kind)
    {
        (string Name, string? Reason)[] hosts =
        [
            (PackageHost.Name, null), (EgressWorld.Second, "not on the repository's egress list"), ("elsewhere.example", "not on the allow-list"),
            ("any.wild.example", "not on the allow-list"), ("metadata.example", "it resolves to a metadata address"), ("private.example", "it resolves to a"),
            ("code.example", "through its gateway only"),
        ];
        var settings = $"egress: [{PackageHost.Name}, elsewhere.example, '*.wild.example', metadata.example, private.example, code.example]\n";
        await using var world = await EgressWorld.StartAsync(kind, docker, settings: settings);

        await CheckAsync(world, hosts);
    }

    [Fact]
    public async Task Egress_EmptyList_LeavesOnlyTheGitGateway()
    {
        await using var world = await EgressWorld.StartAsync(SandboxKind.BubblewrapManaged, docker, settings: "egress: []\n");

        await CheckAsync(world, (PackageHost.Name, "not on the repository's egress list"), (EgressWorld.Second, "not on the repository's egress list"));
    }

    [Fact]
    public async Task Egress_NoList_LeavesWhatTheOperatorAllows()
    {
        await using var world = await EgressWorld.StartAsync(SandboxKind.BubblewrapManaged, docker, settings: "labels: [small]\n");

        await CheckAsync(world, (PackageHost.Name, null), (EgressWorld.Second, null), ("elsewhere.example", "not on the allow-list"));
    }

    private static async Task CheckAsync(EgressWorld world, params (string Name, string? Reason)[] hosts)
    {
        var answers = await world.MustAsync(Get + string.Join('\n', hosts.Select(host => $"get {host.Name}")));
        await world.MustAsync("git fetch -q origin");

        Assert.Equal(hosts.Select(host => host.Reason is null ? "HTTP/1.1 200 OK" : "HTTP/1.1 403 Forbidden"), answers.Split('\n').Select(line => line.Trim()));
        foreach (var (name, reason) in hosts)
        {
            var audit = await world.Audits.TakeAsync(record => record.Name == name && record.Port == 80);
            Assert.Equal(reason is null ? EgressResult.Allowed : EgressResult.Refused, audit.Result);
            Assert.Contains(reason ?? "", audit.Reason, StringComparison.Ordinal);
        }
    }
}
