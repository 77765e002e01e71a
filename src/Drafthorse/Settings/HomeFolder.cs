using Drafthorse.Harness.Host;

namespace Drafthorse.Settings;

/// <summary>Where everything that lasts is kept: outside of other people's repositories, and for its owner alone.</summary>
internal static class HomeFolder
{
    /// <summary>The home that a setting names, or the default one. Throws <see cref="SettingsException"/> when there is no place for that.</summary>
    public static string Find(string? named)
    {
        if (!string.IsNullOrWhiteSpace(named))
            return Path.GetFullPath(named);
        var user = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) : Environment.GetEnvironmentVariable("HOME");
        if (string.IsNullOrEmpty(user) || !Path.IsPathFullyQualified(user) || !Directory.Exists(user))
            throw new SettingsException($"There is no place for what drafthorse keeps: HOME is {(string.IsNullOrEmpty(user) ? "not set" : $"'{user}', which is no folder")}. Set DRAFTHORSE_HOME to a folder of yours.");
        var home = Path.Combine(user, ".drafthorse");
        return Directory.Exists(home) || WorkTreeOf(home) is not { } tree
            ? home
            : throw new SettingsException($"{home} would be inside of the git repository {tree}. Set DRAFTHORSE_HOME to a folder of yours, elsewhere or this one if you want it there.");
    }

    /// <summary>Makes the home and its folders, those that are there too, their owner's alone; only the home itself stays as open as somebody
    /// made it. Inside of a repository it is ignored. Throws <see cref="SettingsException"/>.</summary>
    public static void Prepare(DrafthorseSettings settings)
    {
        try
        {
            if (!Directory.Exists(settings.Home))
                PrivateFolder.Create(settings.Home);
            var ignore = Path.Combine(settings.Home, ".gitignore");
            if (!Path.Exists(ignore) && WorkTreeOf(settings.Home) is not null)
                File.WriteAllText(ignore, "*\n");
            foreach (var folder in (string[])[settings.StatePath, settings.FoldersPath, settings.WorkspacePath, settings.OverlayPath, settings.ResultsPath, Path.Combine(settings.StatePath, "checkouts")])
                PrivateFolder.Create(folder);
            PrivateFolder.CloseFile(settings.StorePath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{settings.Home} cannot be written: {exception.Message} Set DRAFTHORSE_HOME to a folder of yours.", exception);
        }
    }

    private static string? WorkTreeOf(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Exists(Path.Combine(folder, ".git")))
                return folder;
        }

        return null;
    }
}
