using System.Globalization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.GitGateway;

/// <summary>The git settings of a sandbox, as environment variables: every spelling of the thread's code host leads to the gateway.</summary>
internal static class GitSandboxEnvironment
{
    /// <summary>The gateway's name inside isolated sandboxes; the egress gate hands it to <see cref="GitGatewayServer.ServeAsync(GitGatewayThread, Stream, CancellationToken)"/>.</summary>
    public const string InternalHost = "git.drafthorse.internal";

    /// <summary>The gateway's address inside isolated sandboxes.</summary>
    public static Uri InternalUrl { get; } = new($"http://{InternalHost}/");

    /// <summary>The variables for a repository of a code host.</summary>
    /// <param name="repository">The thread's repository.</param>
    /// <param name="gateway">The gateway's address: <see cref="InternalUrl"/> or <see cref="GitGatewayListener.Url"/>.</param>
    /// <param name="author">Who commits are by: the bot.</param>
    public static IReadOnlyDictionary<string, string> For(RepositoryRef repository, Uri gateway, GitAuthor author)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(author);
        var target = $"{gateway}{repository.Host}/";
        var config = Spellings(repository).Select(from => ($"url.{target}.insteadOf", from)).ToList();
        if (!repository.CloneUrl.StartsWith($"https://{repository.Host}/", StringComparison.OrdinalIgnoreCase))
            config.Add(($"url.{gateway}{GatewayRoute.PathOf(repository)}.insteadOf", repository.CloneUrl));
        config.Add(("user.name", author.Name));
        config.Add(("user.email", author.Email));
        config.Add(("safe.directory", "*"));
        config.Add(("credential.helper", ""));
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["GIT_TERMINAL_PROMPT"] = "0" };
        Append(variables, config);
        return variables;
    }

    /// <summary>Where the thread's repository is cloned from inside the sandbox, before git rewrites it to the gateway.</summary>
    public static string RemoteUrl(RepositoryRef repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return $"https://{GatewayRoute.PathOf(repository)}.git";
    }

    private static IEnumerable<string> Spellings(RepositoryRef repository)
    {
        var host = repository.Host;
        return
        [
            $"https://{host}/", $"http://{host}/", $"git://{host}/", $"ssh://git@{host}/", $"ssh://{host}/",
            $"git+ssh://git@{host}/", $"git@{host}:", $"{host}:",
        ];
    }

    private static void Append(Dictionary<string, string> variables, IReadOnlyList<(string Key, string Value)> config)
    {
        var count = variables.TryGetValue("GIT_CONFIG_COUNT", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        foreach (var (key, value) in config)
        {
            variables[$"GIT_CONFIG_KEY_{count}"] = key;
            variables[$"GIT_CONFIG_VALUE_{count}"] = value;
            count++;
        }

        variables["GIT_CONFIG_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>Name and address of a commit's author.</summary>
internal sealed record GitAuthor(string Name, string Email)
{
    /// <summary>Who commits are by where nobody says anything else.</summary>
    public static GitAuthor Default { get; } = new("Drafthorse", "drafthorse@users.noreply.github.com");
}
