using Drafthorse.Channels.GitHub;
using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Redis;

namespace Drafthorse.Settings;

/// <summary>Settings that are secrets: their values, and whether they are long enough to be one.</summary>
internal static class SettingSecrets
{
    private static readonly string[] Names =
    [
        "DASHSCOPE_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET", "DRAFTHORSE_API_TOKEN", "METRICS_TOKEN",
        "DATABASE_URL", "REDIS_URL",
    ];

    /// <summary>Those that people make up: anybody can try to guess them.</summary>
    private static readonly string[] MadeUp = ["DRAFTHORSE_API_TOKEN", "METRICS_TOKEN", "GITHUB_WEBHOOK_SECRET"];

    /// <summary>Refuses a token or webhook secret that is short enough to be guessed. Throws <see cref="SettingsException"/>.</summary>
    public static void CheckLengths(SettingsReader reader)
    {
        var least = reader.Number("Drafthorse:MinTokenLength", 16, 8, 1024);
        foreach (var name in MadeUp)
        {
            if (Lines(reader.Text(name)).FirstOrDefault(line => line.Length < least) is { } brief)
                throw new SettingsException($"{name} has {brief.Length} characters and needs {least} at least, as it could be guessed: make one with `openssl rand -hex 32`. Drafthorse__MinTokenLength (8 at least) allows shorter ones.");
        }
    }

    private static string[] Lines(string? value) => value?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The values that are secret, also each of two webhook secrets and the proxy's password by itself.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Read(SettingsReader reader, GitHubOptions? github, EgressOptions egress)
    {
        foreach (var name in Names)
        {
            if (reader.Text(name) is { } value)
                yield return new(name, value);
        }

        // The setting is the key itself, perhaps with \n for line breaks, or the path of its file, which is no secret.
        if (reader.Text("GITHUB_APP_PRIVATE_KEY") is { } set)
        {
            if (set.Contains("-----BEGIN", StringComparison.Ordinal))
                yield return new("GITHUB_APP_PRIVATE_KEY", set);
            if (github?.AppPrivateKey is { } key && key != set)
                yield return new("GITHUB_APP_PRIVATE_KEY, in PEM", key);
        }

        if (reader.Text("GITHUB_WEBHOOK_SECRET")?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 1 } lines)
        {
            for (var i = 0; i < lines.Length; i++)
                yield return new($"GITHUB_WEBHOOK_SECRET, line {i + 1}", lines[i]);
        }

        foreach (var (login, token) in PeopleSettings.Read(reader))
            yield return new($"{PeopleSettings.Name}, {login}", token);
        if (egress.Proxy?.UserInfo.Split(':', 2) is [_, var password])
            yield return new("Drafthorse:Egress:Proxy", Uri.UnescapeDataString(password));
        if (reader.Text("DATABASE_URL") is { } database && PostgresThreadStore.FindPassword(database) is { Length: > 0 } secret)
            yield return new("DATABASE_URL, its password", secret);
        if (reader.Text("REDIS_URL") is { } redis && RedisThreadStore.FindPassword(redis) is { Length: > 0 } word)
            yield return new("REDIS_URL, its password", word);
    }
}
