using Drafthorse.Channels.GitHub;
using Drafthorse.Harness;
using Drafthorse.Harness.GitGateway;
using Drafthorse.Harness.Models;
using Drafthorse.Harness.Permissions;
using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Redis;
using Drafthorse.Harness.Runs;

namespace Drafthorse.Settings;

/// <summary>All settings of the executable, checked. Made once, at start.</summary>
internal sealed record DrafthorseSettings
{
    /// <summary>Where everything that lasts is kept.</summary>
    public required string Home { get; init; }

    /// <summary>The thread store's file.</summary>
    public string StorePath => Path.Combine(Home, "drafthorse.db");

    /// <summary>The PostgreSQL database that keeps the threads, or null: the file does.</summary>
    public string? DatabaseUrl { get; init; }

    /// <summary>The Redis server that keeps the threads, or null.</summary>
    public string? RedisUrl { get; init; }

    /// <summary>Mirrors, quarantines and sandboxes.</summary>
    public string StatePath => Path.Combine(Home, "state");

    /// <summary>States of the folders that terminals work in.</summary>
    public string FoldersPath => Path.Combine(StatePath, "folders");

    /// <summary>Whole results of tools that were too large for the model's context, compressed, a folder for each thread.</summary>
    public string ResultsPath => Path.Combine(Home, "results");

    /// <summary>What the agent learns and proposes.</summary>
    public string OverlayPath => Path.Combine(StatePath, "workspace");

    /// <summary>The agent's own files.</summary>
    public string WorkspacePath => Path.Combine(Home, "workspace");

    /// <summary>The kind of sandbox, or null: the best one there is.</summary>
    public string? SandboxType { get; init; }

    /// <summary>Names of variables that commands of the local sandbox get beside those that programs cannot do without.</summary>
    public IReadOnlyList<string> PassEnvironment { get; init; } = [];

    /// <summary>The image of Docker sandboxes.</summary>
    public required string SandboxImage { get; init; }

    /// <summary>Which tool calls are made, asked about or refused, whatever a repository says.</summary>
    public PermissionRules Permissions { get; init; } = new() { Source = "the server's settings" };

    /// <summary>How much of its machine one sandbox may take.</summary>
    public SandboxLimits SandboxLimits { get; init; } = new();

    public required ModelSettings Models { get; init; }

    /// <summary>The GitHub channel, or null when it is off.</summary>
    public GitHubOptions? GitHub { get; init; }

    public required ThreadBudget Budget { get; init; }

    public required EgressOptions Egress { get; init; }

    /// <summary>Whether models are told of the project and the sandbox before they begin.</summary>
    public bool Brief { get; init; } = true;

    /// <summary>How people are asked to decide.</summary>
    public ApprovalOptions Approvals { get; init; } = new();

    /// <summary>When plan mode is entered.</summary>
    public PlanModeOptions PlanMode { get; init; } = new();

    /// <summary>Bearer tokens of the API that belong to a person each: the token by the person's login on the code host.</summary>
    public IReadOnlyDictionary<string, string> People { get; init; } = new Dictionary<string, string>();

    /// <summary>The bearer token of the API, or null.</summary>
    public string? ApiToken { get; init; }

    /// <summary>The bearer token of the metrics, or null: open on loopback, else the API's.</summary>
    public string? MetricsToken { get; init; }

    /// <summary>Runs at the same time on this replica.</summary>
    public int Workers { get; init; }

    /// <summary>Runs at the same time over all replicas.</summary>
    public RunLimits RunLimits { get; init; } = new();

    /// <summary>How long a lease lasts without renewal.</summary>
    public TimeSpan LeaseTime { get; init; }

    /// <summary>What the log says, and how.</summary>
    public LogOptions Logs { get; init; } = new();

    /// <summary>Whether spans hold what is said to models and what they say.</summary>
    public bool RecordsContent { get; init; }

    /// <summary>Who commits are by, or null: the App's bot.</summary>
    public GitAuthor? CommitAuthor { get; init; }

    /// <summary>How long a sandbox runs on after its thread's last run.</summary>
    public TimeSpan KeepWarm { get; init; }

    /// <summary>How long the sandbox of a thread that ended well is kept.</summary>
    public TimeSpan KeepDone { get; init; }

    /// <summary>How long the sandbox of another thread is kept.</summary>
    public TimeSpan KeepUnfinished { get; init; }

    /// <summary>Most sandboxes that are kept started while no run uses them.</summary>
    public int MaxKeptSandboxes { get; init; }

    /// <summary>Most memory of those, in bytes.</summary>
    public long MaxKeptSandboxMemory { get; init; }

    /// <summary>Values that must not reach a model or a journal, by the names of their settings.</summary>
    public required IReadOnlyDictionary<string, string> Secrets { get; init; }

    /// <summary>Settings that work and should be written otherwise, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Settings that are set and not used yet.</summary>
    public IReadOnlyList<string> NotYet { get; init; } = [];

    /// <summary>What would change where work is kept: to go on without it would lose work, so no command does.</summary>
    private static readonly string[] RefusedYet = ["SNAPSHOT_STORE", "S3_ENDPOINT", "S3_BUCKET", "S3_PREFIX"];

    /// <summary>Channels, keys and pages that are not built yet: to set one must not pass in silence.</summary>
    private static readonly string[] UnusedYet =
    [
        "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "LINEAR_API_KEY", "LINEAR_WEBHOOK_SECRET", "LINEAR_API_URL",
        "DINGTALK_APP_KEY", "DINGTALK_APP_SECRET", "DINGTALK_API_URL", "FEISHU_APP_ID", "FEISHU_APP_SECRET", "FEISHU_ENCRYPT_KEY", "FEISHU_VERIFICATION_TOKEN",
        "FEISHU_API_URL", "TAVILY_API_KEY", "EXA_API_KEY", "BRAVE_API_KEY",
    ];

    /// <summary>Reads and checks all settings. Throws <see cref="SettingsException"/>.</summary>
    public static DrafthorseSettings Read(SettingsReader reader)
    {
        try
        {
            if (Array.Find(RefusedYet, name => reader.Text(name) is not null) is { } early)
                throw new SettingsException($"{early} is set, but this version does not support it yet: threads are kept in DRAFTHORSE_HOME on this machine. Unset it.");
            if (reader.OneOf("ISOLATION_SCOPE", "session", "user", "agent", "global") is { } scope and not "session")
                throw new SettingsException($"ISOLATION_SCOPE={scope} is not supported yet: unset it, or set it to session.");

            CheckStore(reader);
            CheckGitHub(reader);
            SettingSecrets.CheckLengths(reader);
            var egress = EgressOptions.Read(reader);
            var github = GitHubOptions.Read(reader.Text);
            var passed = PassedVariables.Read(reader);
            var settings = new DrafthorseSettings
            {
                Home = HomeFolder.Find(reader.Text("DRAFTHORSE_HOME")),
                DatabaseUrl = reader.Text("DATABASE_URL"),
                RedisUrl = reader.Text("REDIS_URL"),
                SandboxType = ReadSandboxType(reader),
                PassEnvironment = passed,
                SandboxImage = reader.Text("SANDBOX_IMAGE") ?? "drafthorse/sandbox:latest",
                SandboxLimits = SandboxLimitSettings.Read(reader),
                Permissions = PermissionSettings.Read(reader),
                Models = ModelSettings.From(reader.Text),
                GitHub = github,
                Budget = new ThreadBudget
                {
                    CostUsd = reader.Usd("Drafthorse:Budgets:ThreadUsd", 10),
                    UserPerDayUsd = reader.Usd("Drafthorse:Budgets:UserPerDayUsd", 50),
                    RepositoryPerDayUsd = reader.Usd("Drafthorse:Budgets:RepositoryPerDayUsd", null),
                    OrganizationPerDayUsd = reader.Usd("Drafthorse:Budgets:OrganizationPerDayUsd", null),
                    UnpricedTokens = reader.Tokens("Drafthorse:Budgets:ThreadTokens", 10_000_000),
                    UserPerDayUnpricedTokens = reader.Tokens("Drafthorse:Budgets:UserPerDayTokens", 50_000_000),
                },
                Egress = egress,
                Brief = reader.OneOf("Drafthorse:Brief", "true", "false") != "false",
                Approvals = PeopleSettings.ReadApprovals(reader),
                People = PeopleSettings.Read(reader),
                PlanMode = new PlanModeOptions { Always = reader.OneOf("Drafthorse:Plan", "always", "asked") == "always" },
                ApiToken = reader.Text("DRAFTHORSE_API_TOKEN"),
                MetricsToken = reader.Text("METRICS_TOKEN"),
                Workers = reader.Number("Drafthorse:Workers", 4, 1, 4096),
                RunLimits = new RunLimits
                {
                    PerUser = reader.Limit("Drafthorse:Runs:PerUser", 8),
                    PerRepository = reader.Limit("Drafthorse:Runs:PerRepository", 8),
                    PerOrganization = reader.Limit("Drafthorse:Runs:PerOrganization", int.MaxValue),
                },
                LeaseTime = TimeSpan.FromSeconds(reader.Number("Drafthorse:LeaseSeconds", 30, 1, 600)),
                Logs = LogOptions.Read(reader),
                RecordsContent = reader.OneOf("Drafthorse:Telemetry:MessageContent", "true", "false") == "true",
                CommitAuthor = CommitAuthorSetting.Read(reader),
                KeepWarm = TimeSpan.FromMinutes(reader.Number("Drafthorse:Sandboxes:KeepWarmMinutes", 10, 0, 7 * 24 * 60)),
                KeepDone = TimeSpan.FromHours(reader.Number("Drafthorse:Sandboxes:KeepDoneHours", 2, 0, 365 * 24)),
                KeepUnfinished = TimeSpan.FromDays(reader.Number("Drafthorse:Sandboxes:KeepUnfinishedDays", 7, 0, 365)),
                MaxKeptSandboxes = reader.Number("Drafthorse:Sandboxes:MaxKept", 32, 0, 10_000),
                MaxKeptSandboxMemory = (long)reader.Number("Drafthorse:Sandboxes:MaxKeptMemoryMiB", 4096, 0, 1 << 30) << 20,
                Secrets = SettingSecrets.Read(reader, github, egress).Concat(PassedVariables.Secrets(passed, Environment.GetEnvironmentVariable)).DistinctBy(secret => secret.Key).ToDictionary(StringComparer.Ordinal),
                Warnings = reader.Text("DRAFTHORSE_ALLOWED_USERS") is null ? [] :
                    ["DRAFTHORSE_ALLOWED_USERS lets people in and keeps nobody out, so it is DRAFTHORSE_ADDITIONAL_USERS now; the old name goes away with the next version."],
                NotYet = [.. UnusedYet.Where(name => reader.Text(name) is not null)],
            };
            return reader.Unread("Drafthorse") is { } unread
                ? throw new SettingsException($"{unread} is no setting of Drafthorse. See docs/settings.md for those there are.")
                : settings;
        }
        catch (Exception exception) when (exception is FormatException or ModelException)
        {
            throw new SettingsException(exception.Message, exception);
        }
    }

    private static string? ReadSandboxType(SettingsReader reader) => reader.Text("SANDBOX_TYPE")?.ToLowerInvariant() is "kubernetes" or "remote"
        ? throw new SettingsException($"SANDBOX_TYPE={reader.Text("SANDBOX_TYPE")} is not supported yet: unset it, or set it to docker, bubblewrap or local.")
        : reader.OneOf("SANDBOX_TYPE", "local", "bubblewrap", "docker");

    private static void CheckStore(SettingsReader reader)
    {
        var (database, redis) = (reader.Text("DATABASE_URL"), reader.Text("REDIS_URL"));
        if (database is not null && redis is not null)
            throw new SettingsException("DATABASE_URL and REDIS_URL are both set, and threads are kept in one place only. Unset one of them.");
        if (database is not null)
            _ = PostgresThreadStore.Describe(database);
        if (redis is not null)
            _ = RedisThreadStore.Describe(redis);
    }

    /// <summary>GitHub settings that would have no effect, or send one server's credentials to another.</summary>
    private static void CheckGitHub(SettingsReader reader)
    {
        if (reader.Text("GITHUB_WEBHOOK_SECRET") is not null && reader.Text("GITHUB_TOKEN") is null && reader.Text("GITHUB_APP_ID") is null)
            throw new SettingsException("GITHUB_WEBHOOK_SECRET is set, but nothing to answer with: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY.");
        if (reader.Text("GITHUB_API_URL") is null != reader.Text("GITHUB_SERVER_URL") is null)
            throw new SettingsException("GITHUB_API_URL and GITHUB_SERVER_URL belong together: one of them is not set, and would mean the public GitHub.");
    }
}
