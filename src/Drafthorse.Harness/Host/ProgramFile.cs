namespace Drafthorse.Harness.Host;

/// <summary>
/// Programs of this machine by their names. Started by its bare name, a program would first be looked for in the current directory, which
/// may be somebody else's repository; here only the absolute directories of <c>PATH</c> count.
/// </summary>
internal static class ProgramFile
{
    private const string Default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The absolute directories of <c>PATH</c>, for programs that start others.</summary>
    public static string SearchPath => Absolute(Environment.GetEnvironmentVariable("PATH") ?? Default);

    /// <summary>The file behind a name; null when there is none.</summary>
    /// <param name="name">A name, or a path that is taken as it is.</param>
    /// <param name="path">Another value of <c>PATH</c>.</param>
    public static string? Find(string name, string? path = null)
    {
        if (Path.GetFileName(name) != name)
            return name;
        string[] endings = OperatingSystem.IsWindows() ? ["", ".exe", ".cmd"] : [""];
        return Absolute(path ?? SearchPath).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(directory => endings.Select(ending => Path.Combine(directory, name + ending)))
            .FirstOrDefault(IsProgram);
    }

    private static string Absolute(string path) => string.Join(
        Path.PathSeparator, path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(Path.IsPathFullyQualified));

    private static bool IsProgram(string file) => File.Exists(file)
        && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
