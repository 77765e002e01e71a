using System.Globalization;
using Drafthorse.Sandbox.Files;

namespace Drafthorse.Channels.GitHub;

/// <summary>How Drafthorse reaches GitHub, and who may start it there.</summary>
public sealed class GitHubOptions
{
    private const int MaxKeyBytes = 64 << 10;

    /// <summary>The REST API's root; the public one by default, <c>https://HOST/api/v3</c> on Enterprise Server.</summary>
    public Uri ApiUrl { get; set; } = new("https://api.github.com");

    /// <summary>Where repositories are cloned from and links point to.</summary>
    public Uri ServerUrl { get; set; } = new("https://github.com");

    /// <summary>A personal or fine-grained token; null when an App is used.</summary>
    public string? Token { get; set; }

    /// <summary>The App's id; null when a token is used.</summary>
    public long? AppId { get; set; }

    /// <summary>The App's private key in PEM.</summary>
    public string? AppPrivateKey { get; set; }

    /// <summary>The webhook secrets, any of which may sign (two while one is rotated). None: every delivery is refused.</summary>
    public IReadOnlyList<string> WebhookSecrets { get; set; } = [];

    /// <summary>The word that calls the agent.</summary>
    public string Mention { get; set; } = "@drafthorse";

    /// <summary>The label that calls the agent.</summary>
    public string Label { get; set; } = "drafthorse";

    /// <summary>Repositories that are listened to, as <c>owner/name</c> with <c>*</c>; empty = all that GitHub sends.</summary>
    public IReadOnlyList<string> AllowedRepositories { get; set; } = [];

    /// <summary>Whether a repository, as <c>owner/name</c>, is one of <see cref="AllowedRepositories"/>.</summary>
    public bool Allows(string fullName) => AllowedRepositories.Count == 0 || NamePattern.MatchesAny(AllowedRepositories, fullName);

    /// <summary>Whether an address is on <see cref="ServerUrl"/>: another scheme or port of the same name may be anybody's server.</summary>
    public bool IsOnServer(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && parsed.GetLeftPart(UriPartial.Authority) == ServerUrl.GetLeftPart(UriPartial.Authority);

    /// <summary>Where people reach this server with a browser, which comments link to; null = they link to nothing.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>People who may trigger without write access, as logins with <c>*</c>.</summary>
    public IReadOnlyList<string> AllowedUsers { get; set; } = [];

    /// <summary>How often an hour somebody who may not trigger gets a reaction in one repository (default 5); further calls of theirs cost no call to GitHub.</summary>
    public int StrangerMentionsPerHour { get; set; } = 5;

    /// <summary>How many reactions an hour all who may not trigger get together in one repository (default 60).</summary>
    public int StrangerMentionsPerRepositoryAndHour { get; set; } = 60;

    /// <summary>Whether work starts on a fork's pull request without somebody with write access writing <c>take over</c>.</summary>
    public bool TakesOverForks { get; set; }

    /// <summary>How long an answer about somebody's permission is believed.</summary>
    public TimeSpan PermissionLifetime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The least time between two edits of a status comment.</summary>
    public TimeSpan StatusInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The code host's name in lower case, as in <see cref="Harness.Threads.RepositoryRef.Host"/>.</summary>
    public string Host => ServerUrl.Host.ToLowerInvariant();

    /// <summary>
    /// Reads the settings by their short names (<c>GITHUB_TOKEN</c>, <c>DRAFTHORSE_MENTION</c>, ...). Returns null when neither a
    /// token nor an App is named: the channel is off. Throws <see cref="FormatException"/> with the setting's name when one is wrong.
    /// </summary>
    public static GitHubOptions? Read(Func<string, string?> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        string? Value(string name) => setting(name)?.Trim() is { Length: > 0 } value ? value : null;

        var token = Value("GITHUB_TOKEN");
        var appId = Value("GITHUB_APP_ID");
        var key = Value("GITHUB_APP_PRIVATE_KEY");
        if (token is null && appId is null && key is null)
            return null;
        if (token is not null && appId is not null)
            throw new FormatException("GITHUB_TOKEN and GITHUB_APP_ID are both set: keep the one that Drafthorse should act as.");
        if (token is null && (appId is null || key is null))
            throw new FormatException("GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY belong together: one of them is not set.");

        var options = new GitHubOptions
        {
            Token = token,
            AppId = token is null ? ParseAppId(appId!) : null,
            AppPrivateKey = token is null ? ReadKey(key!) : null,
            WebhookSecrets = Secrets(Value("GITHUB_WEBHOOK_SECRET")),
            AllowedRepositories = Repositories(Words(Value("DRAFTHORSE_ALLOWED_REPOS"))),
            AllowedUsers = AdditionalUsers(Value("DRAFTHORSE_ADDITIONAL_USERS"), Value("DRAFTHORSE_ALLOWED_USERS")),
            TakesOverForks = Flag("DRAFTHORSE_TAKE_OVER_FORKS", Value("DRAFTHORSE_TAKE_OVER_FORKS")),
        };
        options.ApiUrl = Address("GITHUB_API_URL", Value("GITHUB_API_URL")) ?? options.ApiUrl;
        options.ServerUrl = Address("GITHUB_SERVER_URL", Value("GITHUB_SERVER_URL")) ?? options.ServerUrl;
        options.PublicUrl = Address("DRAFTHORSE_PUBLIC_URL", Value("DRAFTHORSE_PUBLIC_URL"));
        options.Mention = Value("DRAFTHORSE_MENTION") ?? options.Mention;
        options.Label = Value("DRAFTHORSE_LABEL") ?? options.Label;
        options.StrangerMentionsPerHour = Count("DRAFTHORSE_STRANGER_MENTIONS", Value("DRAFTHORSE_STRANGER_MENTIONS")) ?? options.StrangerMentionsPerHour;
        options.StrangerMentionsPerRepositoryAndHour =
            Count("DRAFTHORSE_STRANGER_MENTIONS_PER_REPOSITORY", Value("DRAFTHORSE_STRANGER_MENTIONS_PER_REPOSITORY")) ?? options.StrangerMentionsPerRepositoryAndHour;
        if (options.Mention.Any(char.IsWhiteSpace))
            throw new FormatException("DRAFTHORSE_MENTION must be one word, such as @drafthorse.");
        return options;
    }

    private static string[] Repositories(string[] patterns) => Array.Find(patterns, pattern => !pattern.Contains('/', StringComparison.Ordinal)) is { } wrong
        ? throw new FormatException($"DRAFTHORSE_ALLOWED_REPOS names '{wrong}', which matches no repository: write owner/name, such as {wrong.Trim('*')}/*.")
        : patterns;

    private static string[] AdditionalUsers(string? named, string? before) => named is not null && before is not null
        ? throw new FormatException("DRAFTHORSE_ADDITIONAL_USERS and DRAFTHORSE_ALLOWED_USERS are the same setting, the second by its old name: keep the first.")
        : Words(named ?? before);

    private static bool Flag(string name, string? value) => value?.ToLowerInvariant() switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new FormatException($"{name} must be true or false."),
    };

    private static long ParseAppId(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new FormatException("GITHUB_APP_ID must be the App's number (its settings page shows it).");

    private static int? Count(string name, string? value)
    {
        if (value is null)
            return null;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 100_000
            ? count
            : throw new FormatException($"{name} must be a whole number from 0 to 100000: reactions an hour.");
    }

    private static string ReadKey(string value)
    {
        if (value.Contains("-----BEGIN", StringComparison.Ordinal))
            return value.Replace("\\n", "\n", StringComparison.Ordinal);
        if (!File.Exists(value))
            throw new FormatException("GITHUB_APP_PRIVATE_KEY is neither a PEM key nor the path of a file.");
        return RegularFile.ReadText(value, MaxKeyBytes);
    }

    private static Uri? Address(string name, string? value)
    {
        if (value is null)
            return null;
        return Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https") && uri.UserInfo.Length == 0
            ? uri
            : throw new FormatException($"{name} must be an http or https address without credentials.");
    }

    /// <summary>A new and an old secret are told apart by a line break, as a secret may hold any other character.</summary>
    private static string[] Secrets(string? value) =>
        value?.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static string[] Words(string? value) =>
        value?.Split([' ', ',', ';', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
