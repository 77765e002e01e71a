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

    /// <summary>Reads what the user named; nothing = the folder they are in when it is a repository, else the workspace.</summary>
    public static WorkTarget Find(string? named, DrafthorseSettings settings)
    {
        if (named is not null && RepositoryUrl.TryParse(named, out var repository))
            return new WorkTarget(Path.Combine(settings.StatePath, "checkouts"), repository);
        if (named is not null)
        {
            return System.IO.Directory.Exists(named)
                ? new WorkTarget(Path.GetFullPath(named), null)
                : throw new SettingsException($"--repo names '{named}', which is neither a folder nor the URL of a git remote (https://HOST/OWNER/REPO, without credentials: set GITHUB_TOKEN for those).");
        }

        var here = Environment.CurrentDirectory;
        if (IsRepository(here))
            return new WorkTarget(here, null);
        HomeFolder.Prepare(settings);
        return new WorkTarget(settings.WorkspacePath, null);
    }

    private static bool IsRepository(string directory)
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
        {
            if (Path.Exists(Path.Combine(folder.FullName, ".git")))
                return true;
        }

        return false;
    }
}
