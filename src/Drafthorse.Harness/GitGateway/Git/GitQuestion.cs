namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>
/// What git is asked in a person's own folder. Both commands read configuration files and no index, object, attribute or hook, so that
/// none of the programs that the configuration names has an occasion to run. All else is done with repositories of our own.
/// </summary>
internal static class GitQuestion
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Where git has the repository of a folder, and what its work trees share.</summary>
    public static GitCommand Places(string folder) => New(folder, "rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-common-dir");

    /// <summary>Values of settings whose names match, as <c>scope NUL name LF value NUL</c>.</summary>
    public static GitCommand Settings(string folder, string names) => New(folder, "config", "--includes", "-z", "--show-scope", "--get-regexp", names);

    /// <summary>Throws when a command is no such question.</summary>
    public static void Require(GitCommand command)
    {
        if (command.Arguments is not ["config", "--includes", "-z", "--show-scope", "--get-regexp", _] && (command.Arguments[0] != "rev-parse" || !command.Arguments.Skip(1).All(word => word.StartsWith("--", StringComparison.Ordinal))))
            throw new InvalidOperationException($"git {command.Arguments[0]} must not see a person's configuration.");
    }

    private static GitCommand New(string folder, params string[] arguments) => new(arguments) { AskedIn = folder, Timeout = Patience, MaxOutputBytes = 1 << 20 };
}
