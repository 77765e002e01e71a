using Drafthorse.Harness;
using Drafthorse.Settings;
using Microsoft.Extensions.Configuration;

namespace Drafthorse.Tests.Settings;

public sealed class DrafthorseSettingsTests
{
    [Fact]
    public void Read_Nothing_HasTheDefaults()
    {
        var settings = Read();

        Assert.EndsWith("/.drafthorse", settings.Home, StringComparison.Ordinal);
        Assert.Equal(("drafthorse/sandbox:latest", 10m, 50m), (settings.SandboxImage, settings.Budget.CostUsd, settings.Budget.UserPerDayUsd));
        Assert.Null(settings.GitHub);
        Assert.Null(settings.Budget.OrganizationPerDayUsd);
        Assert.Empty(settings.NotYet);
        Assert.Equal(new SandboxLimits(), settings.SandboxLimits);
    }

    [Fact]
    public void Read_Permissions_MayHoldSpaces()
    {
        var permissions = Read("Drafthorse:Permissions:Deny:0=execute(git push)", "Drafthorse:Permissions:Ask=delete_file\nexecute(npm publish)").Permissions;

        Assert.Equal(["execute(git push)", "delete_file", "execute(npm publish)"], permissions.Deny.Concat(permissions.Ask).Select(rule => rule.Text));
    }

    [Fact]
    public void ReadWorkspace_Malformed_IsNamedWithFileAndLine()
    {
        var folder = Directory.CreateTempSubdirectory();
        var file = Path.Combine(folder.FullName, "permissions.yml");
        File.WriteAllText(file, "ask: [delete_file]\n");
        var good = PermissionSettings.ReadWorkspace(folder.FullName);
        File.WriteAllText(file, "deny:\n  - git push\nask: x\n");
        var bad = Assert.Throws<SettingsException>(() => PermissionSettings.ReadWorkspace(folder.FullName));
        folder.Delete(recursive: true);

        Assert.Equal("delete_file", Assert.Single(good.Ask).Text);
        Assert.True(PermissionSettings.ReadWorkspace(folder.FullName).IsEmpty);
        Assert.Equal(2, bad.Message.Split('\n').Length);
        Assert.StartsWith($"{file}, line 2: a rule begins with a tool's name", bad.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SandboxLimits_AreTaken()
    {
        var limits = Read("Drafthorse:Sandbox:Memory=2GiB", "Drafthorse:Sandbox:CpusCeiling=2.5", "Drafthorse:Sandbox:PidsCeiling=4000").SandboxLimits;

        Assert.Equal(new SandboxLimits { MemoryBytes = 2L << 30, CpuCeiling = 2.5, PidsCeiling = 4000 }, limits);
    }

    [Fact]
    public void Read_WhatWasCode_IsASetting()
    {
        var settings = Read(
            "Drafthorse:Sandboxes:KeepWarmMinutes=3", "Drafthorse:Sandboxes:KeepDoneHours=1", "Drafthorse:Sandboxes:KeepUnfinishedDays=2",
            "DRAFTHORSE_COMMIT_AUTHOR=Drafthorse of Acme <drafthorse@acme.example>", "Drafthorse:Telemetry:MessageContent=true",
            "Logging:Console:FormatterName=json", "Drafthorse:MinTokenLength=8", "DRAFTHORSE_API_TOKEN=12345678");

        Assert.Equal((TimeSpan.FromMinutes(3), TimeSpan.FromHours(1), TimeSpan.FromDays(2)), (settings.KeepWarm, settings.KeepDone, settings.KeepUnfinished));
        Assert.Equal(("Drafthorse of Acme", "drafthorse@acme.example"), (settings.CommitAuthor!.Name, settings.CommitAuthor.Email));
        Assert.True(settings.RecordsContent);
        Assert.Equal("json", settings.Logs.Format);
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void Read_OldNameOfAdditionalUsers_WorksAndIsWarnedAbout()
    {
        var settings = Read("GITHUB_TOKEN=t", "DRAFTHORSE_ALLOWED_USERS=ada", "DRAFTHORSE_PUBLIC_URL=https://drafthorse.example");

        Assert.Equal(["ada"], settings.GitHub!.AllowedUsers);
        Assert.Contains("DRAFTHORSE_ADDITIONAL_USERS", Assert.Single(settings.Warnings), StringComparison.Ordinal);
        Assert.Equal(new Uri("https://drafthorse.example"), settings.GitHub.PublicUrl);
    }

    [Theory]
    [InlineData("DATABASE_URL and REDIS_URL are both set", "REDIS_URL=redis://x", "DATABASE_URL=postgres://x/y")]
    [InlineData("names no host or no database", "DATABASE_URL=postgres://x")]
    [InlineData("is no URL of the form postgres://", "DATABASE_URL=mysql://me:hush@x/y")]
    [InlineData("a setting that is not known or has no such value: sslmode", "DATABASE_URL=postgres://me:hush@x/y?sslmode=perhaps")]
    [InlineData("is no URL of the form redis://", "REDIS_URL=http://me:hush@x")]
    [InlineData("names a numbered database", "REDIS_URL=redis://:hush@x/3")]
    [InlineData("SNAPSHOT_STORE", "SNAPSHOT_STORE=s3")]
    [InlineData("S3_BUCKET", "S3_BUCKET=b")]
    [InlineData("Drafthorse:Sandbox:Memory must be a size such as 512MiB or 4GiB; it is '4'.", "Drafthorse:Sandbox:Memory=4")]
    [InlineData("Drafthorse:Sandbox:Cpus must be", "Drafthorse:Sandbox:Cpus=0")]
    [InlineData("Drafthorse:Sandbox:Pids must be", "Drafthorse:Sandbox:Pids=2")]
    [InlineData("a ceiling is below", "Drafthorse:Sandbox:Memory=4GiB", "Drafthorse:Sandbox:MemoryCeiling=2GiB")]
    [InlineData("Drafthorse:Sandbox:Ram is no setting", "Drafthorse:Sandbox:Ram=2GiB")]
    [InlineData("Drafthorse:Permissions:*: a rule begins with a tool's name", "Drafthorse:Permissions:Deny:0=git push")]
    [InlineData("Drafthorse:Permissions:Default must be one of allow, ask, deny", "Drafthorse:Permissions:Default=never")]
    [InlineData("ISOLATION_SCOPE", "ISOLATION_SCOPE=user")]
    [InlineData("ISOLATION_SCOPE", "ISOLATION_SCOPE=everybody")]
    [InlineData("SANDBOX_TYPE=kubernetes is not supported yet", "SANDBOX_TYPE=kubernetes")]
    [InlineData("SANDBOX_TYPE=remote is not supported yet", "SANDBOX_TYPE=remote")]
    [InlineData("SANDBOX_TYPE must be one of", "SANDBOX_TYPE=cloud")]
    [InlineData("DRAFTHORSE_MODEL", "DRAFTHORSE_MODEL=nobody:x")]
    [InlineData("DRAFTHORSE_FALLBACK_MODELS", "DRAFTHORSE_FALLBACK_MODELS=nobody:x")]
    [InlineData("GITHUB_TOKEN and GITHUB_APP_ID are both set", "GITHUB_TOKEN=t", "GITHUB_APP_ID=1")]
    [InlineData("GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY belong together", "GITHUB_APP_ID=1")]
    [InlineData("GITHUB_APP_ID must be", "GITHUB_APP_ID=x", "GITHUB_APP_PRIVATE_KEY=-----BEGIN")]
    [InlineData("GITHUB_APP_PRIVATE_KEY is neither", "GITHUB_APP_ID=1", "GITHUB_APP_PRIVATE_KEY=/not/there")]
    [InlineData("GITHUB_WEBHOOK_SECRET is set", "GITHUB_WEBHOOK_SECRET=a-secret-of-the-tests")]
    [InlineData("GITHUB_API_URL and GITHUB_SERVER_URL belong together", "GITHUB_TOKEN=t", "GITHUB_API_URL=https://ghe.example/api/v3")]
    [InlineData("GITHUB_SERVER_URL must be", "GITHUB_TOKEN=t", "GITHUB_API_URL=https://x", "GITHUB_SERVER_URL=ftp://x")]
    [InlineData("DRAFTHORSE_MENTION", "GITHUB_TOKEN=t", "DRAFTHORSE_MENTION=two words")]
    [InlineData("Drafthorse:Budgets:ThreadUsd must be an amount", "Drafthorse:Budgets:ThreadUsd=ten")]
    [InlineData("Drafthorse:Budgets:UserPerDayUsd must be an amount", "Drafthorse:Budgets:UserPerDayUsd=-1")]
    [InlineData("Drafthorse:Workers must be", "Drafthorse:Workers=0")]
    [InlineData("Drafthorse:Workers must be", "Drafthorse:Workers=4097")]
    [InlineData("Drafthorse:Runs:PerUser must be", "Drafthorse:Runs:PerUser=0")]
    [InlineData("Drafthorse:Runs:PerOrganization must be", "Drafthorse:Runs:PerOrganization=many")]
    [InlineData("Drafthorse:LeaseSeconds must be", "Drafthorse:LeaseSeconds=1.5")]
    [InlineData("Drafthorse:Egress:Proxy must be", "Drafthorse:Egress:Proxy=proxy")]
    [InlineData("Drafthorse:Egress:ExtraCaFile names", "Drafthorse:Egress:ExtraCaFile=/not/there")]
    [InlineData("Drafthorse:Budget:ThreadUsd is no setting", "Drafthorse:Budget:ThreadUsd=5")]
    [InlineData("DRAFTHORSE_API_TOKEN has 9 characters and needs 16", "DRAFTHORSE_API_TOKEN=the-token")]
    [InlineData("METRICS_TOKEN has 7 characters", "METRICS_TOKEN=metrics")]
    [InlineData("GITHUB_WEBHOOK_SECRET has 3 characters", "GITHUB_TOKEN=t", "GITHUB_WEBHOOK_SECRET=the-new-secret-is-long\nold")]
    [InlineData("Drafthorse:MinTokenLength must be", "Drafthorse:MinTokenLength=4")]
    [InlineData("DRAFTHORSE_ALLOWED_REPOS names 'acme*'", "GITHUB_TOKEN=t", "DRAFTHORSE_ALLOWED_REPOS=acme/widgets acme*")]
    [InlineData("are the same setting", "GITHUB_TOKEN=t", "DRAFTHORSE_ALLOWED_USERS=ada", "DRAFTHORSE_ADDITIONAL_USERS=bob")]
    [InlineData("DRAFTHORSE_PUBLIC_URL must be", "GITHUB_TOKEN=t", "DRAFTHORSE_PUBLIC_URL=drafthorse.example")]
    [InlineData("DRAFTHORSE_COMMIT_AUTHOR must be", "DRAFTHORSE_COMMIT_AUTHOR=Drafthorse")]
    [InlineData("DRAFTHORSE_COMMIT_AUTHOR must be", "DRAFTHORSE_COMMIT_AUTHOR=Draft\nhorse <a@b>")]
    [InlineData("Drafthorse:Sandboxes:KeepWarmMinutes must be", "Drafthorse:Sandboxes:KeepWarmMinutes=-1")]
    [InlineData("Drafthorse:Telemetry:MessageContent must be one of", "Drafthorse:Telemetry:MessageContent=yes")]
    [InlineData("Logging:LogLevel:Default must be one of", "Logging:LogLevel:Default=loud")]
    [InlineData("Logging:Console:FormatterName must be one of lines, json", "Logging:Console:FormatterName=simple")]
    [InlineData("is no format of a time", "Logging:Console:FormatterOptions:TimestampFormat=%")]
    [InlineData("Drafthorse:Worker is no setting", "Drafthorse:Worker=5")]
    public void Read_WrongOrContradictory_IsRefusedByName(string says, params string[] settings)
    {
        var exception = Assert.Throws<SettingsException>(() => Read(settings));

        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Limits_AreDefaultsOrWhatIsSet()
    {
        var limits = Read("Drafthorse:Workers=4096", "Drafthorse:Runs:PerUser=100", "Drafthorse:Runs:PerRepository=unlimited").RunLimits;

        Assert.Equal((8, 8, int.MaxValue), (Read().RunLimits.PerUser, Read().RunLimits.PerRepository, Read().RunLimits.PerOrganization));
        Assert.Equal((100, int.MaxValue, int.MaxValue), (limits.PerUser, limits.PerRepository, limits.PerOrganization));
    }

    [Fact]
    public void Read_SecretsWithinSettings_AreEachKnownToBeSecret()
    {
        var settings = Read("GITHUB_TOKEN=ghp_1234", "GITHUB_WEBHOOK_SECRET=the-new-secret-is-long\nthe-old-secret-is-long", "Drafthorse:Egress:Proxy=http://user:pass%40word@proxy.example:3128");

        Assert.Equal(
            ["ghp_1234", "the-new-secret-is-long\nthe-old-secret-is-long", "the-new-secret-is-long", "the-old-secret-is-long", "pass@word"],
            settings.Secrets.Values);
    }

    [Fact]
    public void Read_AppKeyInAFile_KeepsTheKeySecretAndNotItsPath()
    {
        const string Key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n";
        var file = Path.GetTempFileName();
        File.WriteAllText(file, Key);

        var settings = Read("GITHUB_APP_ID=1", $"GITHUB_APP_PRIVATE_KEY={file}");
        File.Delete(file);

        Assert.Equal([Key], settings.Secrets.Values);
    }

    [Fact]
    public void Read_AppKeyWithEscapedLineBreaks_IsSecretInBothForms()
    {
        var settings = Read("GITHUB_APP_ID=1", @"GITHUB_APP_PRIVATE_KEY=-----BEGIN KEY-----\nabc\n-----END KEY-----");

        Assert.Equal([@"-----BEGIN KEY-----\nabc\n-----END KEY-----", "-----BEGIN KEY-----\nabc\n-----END KEY-----"], settings.Secrets.Values);
    }

    [Fact]
    public void Read_ListsOfASection_AreKnownSettings()
    {
        var settings = Read("Drafthorse:Egress:Allow:0=a.example", "Drafthorse:Egress:Allow:1=b.example", "Drafthorse:Budgets:OrganizationPerDayUsd=unlimited");

        Assert.Equal(["a.example", "b.example"], settings.Egress.Allow);
        Assert.Null(settings.Budget.OrganizationPerDayUsd);
    }

    [Fact]
    public void Read_ChannelThatIsNotBuiltYet_IsNamed() => Assert.Equal(["SLACK_BOT_TOKEN", "BRAVE_API_KEY"], Read("SLACK_BOT_TOKEN=x", "BRAVE_API_KEY=y").NotYet);

    private static DrafthorseSettings Read(params string[] settings) => DrafthorseSettings.Read(new SettingsReader(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).Select(parts => KeyValuePair.Create(parts[0], (string?)parts[1])))
        .Build()));
}
