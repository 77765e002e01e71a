using System.Runtime.InteropServices;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>The programs that a bubblewrap sandbox is made of on this machine.</summary>
/// <param name="Bubblewrap">The path of <c>bwrap</c>.</param>
/// <param name="SandboxdFiles">The files of <c>sandboxd</c>; the first one is started.</param>
/// <param name="DotnetRoot">The .NET installation that runs the managed build; null when <c>sandboxd</c> is native.</param>
/// <param name="AsUser">The user id on the host to run as instead of root, or null when the program is not root.</param>
internal sealed record BubblewrapPrograms(string Bubblewrap, IReadOnlyList<string> SandboxdFiles, string? DotnetRoot, int? AsUser)
{
    public string Describe() => DotnetRoot is null
        ? $"native sandboxd {SandboxdFiles[0]}"
        : $"managed sandboxd, run by the .NET of {DotnetRoot} (for a faster start: {SandboxdPrograms.BuildCommand(RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "arm64" : "x64")})";

    /// <summary>The command that runs <c>sandboxd</c> on the host, where it makes the listening socket.</summary>
    public IReadOnlyList<string> OnHost() => DotnetRoot is null ? [SandboxdFiles[0]] : [Path.Combine(DotnetRoot, "dotnet"), SandboxdFiles[0]];

    /// <summary>Finds them, or says what is missing.</summary>
    public static BubblewrapPrograms Find(BubblewrapOptions options)
    {
        if (!OperatingSystem.IsLinux())
            throw Missing("it needs Linux");

        var bubblewrap = options.BubblewrapPath ?? FindOnPath("bwrap") ?? throw Missing("bwrap is not on PATH; install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap)");
        var asUser = Environment.IsPrivilegedProcess ? options.HostUserId : (int?)null;
        if (asUser is not null && FindOnPath("setpriv") is null)
            throw Missing("the program runs as root and there is no setpriv to give root up; install util-linux, or run as another user");

        if ((options.SandboxdPath ?? SandboxdPrograms.FindNative()) is { } native)
            return File.Exists(native) ? new BubblewrapPrograms(bubblewrap, [native], null, asUser) : throw Missing($"there is no sandboxd at {native}");

        if (SandboxdPrograms.FindManaged() is not { } managed || FindDotnetRoot() is not { } dotnet)
            throw Missing("there is neither a native sandboxd nor a managed one with a .NET to run it; build the native one with: dotnet publish src/Drafthorse.Sandboxd");

        var files = new[] { "dll", "runtimeconfig.json", "deps.json" }.Select(ending => Path.ChangeExtension(managed, ending)).Where(File.Exists);
        return new BubblewrapPrograms(bubblewrap, [.. files, Path.Combine(Path.GetDirectoryName(managed)!, "Drafthorse.Sandbox.dll")], dotnet, asUser);
    }

    /// <summary>The .NET installation that this process runs on: three levels above its runtime's own directory.</summary>
    public static string? FindDotnetRoot()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return File.Exists(Path.Combine(root, "dotnet")) ? root : null;
    }

    public static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists);

    private static SandboxException Missing(string what) => new(SandboxProblem.NotReady, $"bubblewrap: {what}");
}
