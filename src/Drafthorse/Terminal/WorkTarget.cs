using Drafthorse.Harness.Threads;
using Drafthorse.Settings;

namespace Drafthorse.Terminal;

/// <summary>What a terminal session works on: a folder of this machine as it is, or a repository that is cloned.</summary>
internal sealed record WorkTarget(string Directory, RepositoryRef? Repository)
{
    /// <summary>The person at the terminal.</summary>
    public static string User { get; } = $"cli:{Environment.UserName}";

    /// <summary>The thread of this folder, which the REPL resumes.</summary>
    public string ThreadKey => $"cli:{Environment.UserName}@{Environment.MachineName}:{Repository?.CloneUrl ?? Directory}";

    /// <summary>A thread of its own for one headless task.</summary>
    public string NewThreadKey() => $"{ThreadKey}#{Guid.NewGuid():N}";

    /// <summary>Reads what the user named; nothing = the folder they are in. Throws <see cref="SettingsException"/>.</summary>
    public static WorkTarget Find(string? named, DrafthorseSettings settings)
    {
        if (named is not null && RepositoryUrl.TryParse(named, out var repository))
            return new WorkTarget(Path.Combine(settings.StatePath, "checkouts"), repository);
        if (named is not null && !System.IO.Directory.Exists(named))
            throw new SettingsException($"--repo names '{named}', which is neither a folder nor the URL of a git remote (https://HOST/OWNER/REPO, without credentials: set GITHUB_TOKEN for those).");

        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(named ?? Environment.CurrentDirectory));
        return WhyTooMuch(folder) is { } why
            ? throw new SettingsException($"{folder} is {why}: too much for an agent to work in. Go to a project's folder, or name one with --repo.")
            : new WorkTarget(folder, null);
    }

    private static string? WhyTooMuch(string folder) =>
        folder == Path.GetPathRoot(folder) ? "the whole machine"
        : folder == Path.TrimEndingDirectorySeparator(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)) ? "your home folder"
        : null;
}
