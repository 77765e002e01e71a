using Drafthorse.IntegrationTests.Sandboxes;

namespace Drafthorse.IntegrationTests.Egress;

public sealed class GitEgressTests(DockerEngineFixture docker)
{
    /// <summary>A push that must not get through; without a word when it did.</summary>
    private const string Refuse = """
        refuse() { if output=$(git push "$@" 2>&1); then echo "THROUGH: $*"; else echo "refused: $output"; fi; }

        """;

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task CloneAndPush_ThreadsBranch_ReachTheCodeHost(SandboxKind kind)
    {
        await using var world = await EgressWorld.StartAsync(kind, docker);
        var before = await world.RefsAsync();

        var commit = await world.MustAsync(
            """
            if env | grep -iE '^[a-z_]*_proxy='; then exit 1; fi
            git clone -q https://code.example/acme/widgets.git /tmp/clone
            test "$(git -C /tmp/clone rev-parse HEAD)" = "$(git rev-parse HEAD)"
            git ls-remote -q git@code.example:acme/widgets.git >/dev/null
            echo one > one.txt; git add one.txt; git commit -qm One
            git push -q origin HEAD 2>/dev/null
            git rev-parse HEAD
            """);

        Assert.Equal(new[] { before, $"{commit} refs/heads/{EgressWorld.Branch}" }.Order(), (await world.RefsAsync()).Split('\n').Order());
        Assert.Contains(world.GitLog.Lines, line => line.Contains($"pushed=True commit={commit}", StringComparison.Ordinal));
    }

    [Theory]
    [ClassData(typeof(IsolatedSandbox))]
    public async Task Push_ToAnythingElse_IsRefusedAndAudited(SandboxKind kind)
    {
        await using var world = await EgressWorld.StartAsync(kind, docker);
        await world.MustAsync("echo one > one.txt; git add one.txt; git commit -qm One; git push -q origin HEAD 2>/dev/null");
        var (before, other) = (await world.RefsAsync(), await world.RefsAsync("acme/other"));

        var said = await world.MustAsync(
            Refuse + """
            own=refs/heads/drafthorse/7-fix
            pushed=$(git rev-parse HEAD)
            git commit -q --allow-empty -m Two; git tag v1
            refuse origin HEAD:refs/heads/main
            refuse origin HEAD:refs/heads/drafthorse/8-other
            refuse origin v1
            refuse https://code.example/acme/other.git HEAD:$own
            refuse origin :$own
            git reset -q --hard HEAD~2; git commit -q --allow-empty -m Elsewhere
            refuse --force origin HEAD:$own

            # git itself sends no deletion here, as the gateway offers none; so one by hand.
            line="$pushed 0000000000000000000000000000000000000000 $own"
            exec 3<>/dev/tcp/git.drafthorse.internal/80
            { printf 'POST /code.example/acme/widgets.git/git-receive-pack HTTP/1.1\r\nHost: git.drafthorse.internal\r\nConnection: close\r\n'
              printf 'Content-Type: application/x-git-receive-pack-request\r\nContent-Length: %d\r\n\r\n' $((4 + ${#line} + 1 + 25 + 4))
              printf '%04x%s\0report-status delete-refs0000' $((4 + ${#line} + 1 + 25)) "$line"; } >&3
            cat <&3 | tr -d '\0'
            """);

        Assert.DoesNotContain("THROUGH", said, StringComparison.Ordinal);
        Assert.Equal(6, said.Split('\n').Count(line => line.StartsWith("refused:", StringComparison.Ordinal)));
        Assert.Equal(before, await world.RefsAsync());
        Assert.Equal(other, await world.RefsAsync("acme/other"));
        string[] audited =
        [
            "refs/heads/main is not this thread's branch", "refs/heads/drafthorse/8-other is not this thread's branch", "refs/tags/v1 is not this thread's branch",
            "GET /code.example/acme/other.git/info/refs?service=git-receive-pack refused with 403: this thread works on code.example/acme/widgets", "non-fast-forward", "delet",
        ];
        Assert.All(audited, reason => Assert.Single(world.GitLog.Lines, line => line.Contains(reason, StringComparison.Ordinal)));
    }
}
