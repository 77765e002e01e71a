using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.Sandboxes.Limits;
using FsCheck.Xunit;

namespace Drafthorse.Tests.Drafts;

public sealed class RepositorySettingsTests
{
    [Fact]
    public void Parse_EveryKey_IsRead()
    {
        const string Text = """
            # what the team wants
            setup:
              - npm ci
            verify:
              - npm test
              - "echo: done"
            maxFixRounds: 3
            egress: [registry.example.com, "*.example.org"]
            branchPrefix: bot/
            reviewers:
              - octocat
              - acme/platform
            labels: [bot, needs review]
            budgetUsd: 2.50
            model: anthropic:some-model
            review: true
            council: false
            pushToPullRequestBranch: true
            sandbox:
              memory: {request: 2GiB, ceiling: 5GiB}
              cpus: 1.5
              pids:
                ceiling: 2000
            services:
              - name: db
                command: postgres -D /tmp/db
                ready: pg_isready
                environment: {PGPORT: "5433"}
              - name: queue
                command: redis-server
            """;

        var settings = RepositorySettings.Parse(Text);

        Assert.Equal(["npm ci"], settings.Setup);
        Assert.Equal(["npm test", "echo: done"], settings.Verify);
        Assert.Equal(3, settings.MaxFixRounds);
        Assert.Equal(["registry.example.com", "*.example.org"], settings.Egress!);
        Assert.Equal("bot/", settings.BranchPrefix);
        Assert.Equal(["octocat", "acme/platform"], settings.Reviewers);
        Assert.Equal(["bot", "needs review"], settings.Labels);
        Assert.Equal(2.50m, settings.BudgetUsd);
        Assert.Equal("anthropic:some-model", settings.Model);
        Assert.True(settings.Review);
        Assert.False(settings.Council);
        Assert.True(settings.PushToPullRequestBranch);
        Assert.Equal(new RequestedLimits { MemoryBytes = 2L << 30, MemoryCeilingBytes = 5L << 30, Cpus = 1.5, PidsCeiling = 2000 }, settings.Sandbox);
        Assert.Equal([("db", "postgres -D /tmp/db", "pg_isready"), ("queue", "redis-server", null)], settings.Services.Select(service => (service.Name, service.Command, service.Ready)));
        Assert.Equal("5433", settings.Services[0].Environment["PGPORT"]);
    }

    [Theory]
    [InlineData("services: db", 1, "'services' must be a list")]
    [InlineData("services:\n  - db", 2, "a service has name and command")]
    [InlineData("services:\n  - name: db", 2, "a service needs a name and a command.")]
    [InlineData("services:\n  - name: ../db\n    command: x", 2, "must be 1 to 30 letters, digits or hyphens")]
    [InlineData("services:\n  - name: db\n    command: ' '", 3, "'command' of a service must be a shell command.")]
    [InlineData("services:\n  - name: db\n    command: x\n    port: 1", 4, "a service has name, command, ready and environment, and nothing else.")]
    [InlineData("services:\n  - name: db\n    command: x\n    environment: {1A: b}", 4, "does not begin with a digit")]
    [InlineData("services:\n  - name: db\n    command: x\n  - name: db\n    command: y", 2, "two services have the same name.")]
    [InlineData("sandbox: 4GiB", 1, "'sandbox' must hold memory, cpus or pids")]
    [InlineData("sandbox:\n  disk: 4GiB", 2, "'sandbox' has memory, cpus and pids, and nothing else.")]
    [InlineData("sandbox:\n  memory: 4GB", 2, "'memory' must be a size such as 512MiB or 4GiB")]
    [InlineData("sandbox:\n  memory: 4MiB", 2, "at least 32MiB")]
    [InlineData("sandbox:\n  memory: {request: 4GiB, ceiling: 2GiB}", 2, "the ceiling of 'memory' is below its request.")]
    [InlineData("sandbox:\n  cpus: {most: 2}", 2, "'cpus' is one value, or has request and ceiling.")]
    [InlineData("sandbox:\n  cpus: many", 2, "'cpus' must be a number")]
    [InlineData("sandbox:\n  pids: 1.5", 2, "'pids' must be a whole number")]
    [InlineData("sandbox:\n  pids: [1024]", 2, "'pids' must be a whole number")]
    public void Parse_SandboxThatIsNone_IsNamedWithItsLine(string text, int line, string expected)
    {
        var mistakes = Assert.Throws<RepositorySettingsException>(() => RepositorySettings.Parse(text)).Mistakes;

        Assert.Equal(line, mistakes[0].Line);
        Assert.Contains(expected, mistakes[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Plan_IsAlwaysOrPaths()
    {
        Assert.True(RepositorySettings.Parse("plan: always").PlanAlways);
        Assert.Equal(["src/billing/**", "*.sql"], RepositorySettings.Parse("plan:\n  paths: ['src/billing/**', '*.sql']").PlanPaths);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("{}")]
    public void Parse_Empty_IsDefault(string text)
    {
        var settings = RepositorySettings.Parse(text);

        Assert.Equal("drafthorse/", settings.BranchPrefix);
        Assert.Equal(2, settings.MaxFixRounds);
        Assert.Null(settings.Egress);
        Assert.Empty(settings.Verify);
    }

    [Theory]
    [InlineData("verfy:\n  - x\n", 1, "unknown key 'verfy'")]
    [InlineData("Verify:\n  - x\n", 1, "write it 'verify'")]
    [InlineData("setup: npm ci\n", 1, "must be a list")]
    [InlineData("verify:\n  - ok\n  - [nested]\n", 3, "must be a shell command")]
    [InlineData("verify:\n  -\n", 2, "must be a shell command")]
    [InlineData("plan: sometimes\n", 1, "'plan' must be always, or hold 'paths'")]
    [InlineData("plan: [always]\n", 1, "'plan' must be always, or hold 'paths'")]
    [InlineData("plan: true\n", 1, "'plan' must be always, or hold 'paths'")]
    [InlineData("plan:\n  path: [a]\n", 2, "'plan' must be always, or hold 'paths'")]
    [InlineData("plan:\n  paths: src\n", 2, "must be a list")]
    [InlineData("plan:\n  paths: [/etc/*]\n", 2, "a pattern of paths")]
    [InlineData("plan:\n  paths: [src/../x]\n", 2, "a pattern of paths")]
    [InlineData("maxFixRounds: two\n", 1, "whole number from 0 to 10")]
    [InlineData("maxFixRounds: 11\n", 1, "whole number from 0 to 10")]
    [InlineData("maxFixRounds: '2'\n", 1, "whole number")]
    [InlineData("review: yes\n", 1, "must be true or false")]
    [InlineData("\n\nbudgetUsd: -1\n", 3, "amount in USD")]
    [InlineData("budgetUsd: 1e5\n", 1, "amount in USD")]
    [InlineData("branchPrefix: a..b/\n", 1, "start of a branch name")]
    [InlineData("egress: [\"http://x.example\"]\n", 1, "host name")]
    [InlineData("egress: [\"0x7f.1\"]\n", 1, "host name")]
    [InlineData("egress: [\"*\"]\n", 1, "host name")]
    [InlineData("model: gpt\n", 1, "provider:model")]
    [InlineData("labels: [\"a,b\"]\n", 1, "label")]
    [InlineData("- a\n", 1, "'key: value' lines")]
    [InlineData("a: 1\n---\nb: 2\n", 3, "only one document")]
    [InlineData("review: true\nreview: false\n", 2, "not valid YAML")]
    [InlineData("setup: [\n", 2, "not valid YAML")]
    [InlineData("setup: &a [x]\nverify: *a\n", 1, "anchors")]
    [InlineData("? [a, b]\n: c\n", 1, "keys must be plain words")]
    public void Parse_Mistake_IsNamedWithLine(string text, int line, string message)
    {
        var exception = Assert.Throws<RepositorySettingsException>(() => RepositorySettings.Parse(text));

        Assert.Contains(exception.Mistakes, mistake => mistake.Line == line && mistake.Message.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_SeveralMistakes_AreAllNamed()
    {
        var exception = Assert.Throws<RepositorySettingsException>(() => RepositorySettings.Parse("a: 1\nb: 2\nreview: maybe\n"));

        Assert.Equal([1, 2, 3], exception.Mistakes.Select(mistake => mistake.Line));
    }

    [Fact]
    public void Parse_Deep_IsRefused() => Assert.Throws<RepositorySettingsException>(
        () => RepositorySettings.Parse("setup: " + new string('[', 20_000)));

    [Fact]
    public void Parse_TooLarge_IsRefused() => Assert.Throws<RepositorySettingsException>(
        () => RepositorySettings.Parse("#" + new string('x', RepositorySettings.MaxBytes)));

    [Property(MaxTest = 300)]
    public bool Parse_AnyText_ReadsOrThrowsItsOwnException(string? text)
    {
        try
        {
            return RepositorySettings.Parse(text ?? "") is not null;
        }
        catch (RepositorySettingsException exception)
        {
            return exception.Mistakes.Count > 0;
        }
    }
}
