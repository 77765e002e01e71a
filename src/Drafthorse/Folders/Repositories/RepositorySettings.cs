using Drafthorse.Harness.GitGateway.Git;

namespace Drafthorse.Folders.Repositories;

/// <summary>The few settings of a repository and its person that matter to a copy of the folder. None of them is obeyed by what reads them.</summary>
internal sealed class RepositorySettings
{
    private const string Names = @"^(core\.(excludesfile|hookspath|autocrlf|worktree)|extensions\.objectformat)$";
    private readonly Dictionary<string, (string Scope, string Value)> _values = new(StringComparer.Ordinal);

    /// <summary>Reads them. Throws <see cref="GitException"/>.</summary>
    public static async Task<RepositorySettings> ReadAsync(GitProcess git, string folder, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(GitQuestion.Settings(folder, Names), cancellationToken);
        var settings = new RepositorySettings();
        var words = result.Text.Split('\0');
        for (var at = 0; at + 1 < words.Length; at += 2)
        {
            if (words[at + 1].Split('\n', 2) is [var name, var value])
                settings._values[name] = (words[at], value);
        }

        return settings;
    }

    public string? this[string name] => _values.TryGetValue(name, out var found) ? found.Value : null;

    /// <summary>Whether the folder brought a setting along, and so a stranger may have written it.</summary>
    public bool IsOfFolder(string name) => _values.TryGetValue(name, out var found) && found.Scope is not ("system" or "global");

    /// <summary>A setting that is a path, with the home that a tilde means.</summary>
    public string? PathOf(string name) => this[name] is not { Length: > 0 } value ? null
        : value.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home, value[2..])
        : value;

    public static string Home => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : "/";
}
