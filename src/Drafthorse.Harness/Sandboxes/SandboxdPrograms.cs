using System.Runtime.InteropServices;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>Where the builds of <c>sandboxd</c> are: native ones that come with a package or are built in the repository, and
/// the managed one beside the program itself.</summary>
internal static class SandboxdPrograms
{
    private static string OwnArchitecture => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "arm64" : "x64";

    /// <summary>The static native build for Linux on an architecture (<c>x64</c>, <c>arm64</c>), or null when it was not built.</summary>
    /// <exception cref="SandboxException">The file cannot be run and may not be changed: packages come without the permission to run what is in them.</exception>
    public static string? FindNative(string architecture)
    {
        var runtime = $"linux-{architecture}";
        var packaged = Path.Combine(AppContext.BaseDirectory, "runtimes", runtime, "native", "sandboxd");
        // A program that is published for one runtime has what its packages hold for it beside itself; the managed build's starter, too, is called so.
        var beside = Path.Combine(AppContext.BaseDirectory, "sandboxd");
        if (architecture == OwnArchitecture && !File.Exists(packaged) && File.Exists(beside) && FindManaged() is null)
            packaged = beside;

        if (File.Exists(packaged))
        {
            LetRun(packaged);
            return packaged;
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var built = Path.Combine(directory.FullName, "artifacts", "sandboxd", runtime, "sandboxd");
            if (File.Exists(built))
                return built;
        }

        return null;
    }

    /// <summary>The native build for this machine, or null when it was not built or this is not Linux.</summary>
    public static string? FindNative() => OperatingSystem.IsLinux() ? FindNative(OwnArchitecture) : null;

    /// <summary>The managed build, which <c>dotnet</c> runs, or null when the program was published without it.</summary>
    public static string? FindManaged()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "sandboxd.dll");
        return File.Exists(assembly) ? assembly : null;
    }

    /// <summary>The command that makes the native build for this machine.</summary>
    public static string BuildCommand() => BuildCommand(OwnArchitecture);

    /// <summary>The command that makes the native build.</summary>
    public static string BuildCommand(string architecture) => $"deploy/sandbox/build-sandboxd.sh linux-{architecture}";

    private static void LetRun(string file)
    {
        const UnixFileMode Run = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Run) == Run)
            return;

        try
        {
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | Run);
        }
        catch (UnauthorizedAccessException)
        {
            throw new SandboxException(SandboxProblem.NotReady, $"{file} may not be run, and its mode may not be changed; run: chmod 755 {file}");
        }
    }
}
