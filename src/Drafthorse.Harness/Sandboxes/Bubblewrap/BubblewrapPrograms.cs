using System.Runtime.InteropServices;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Sandboxes.Bubblewrap.SystemCalls;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>The programs that a bubblewrap sandbox is made of on this machine.</summary>
/// <param name="Bubblewrap">The path of <c>bwrap</c>.</param>
/// <param name="SandboxdFiles">The files of <c>sandboxd</c>; the first one is started.</param>
/// <param name="DotnetRoot">The .NET installation that runs the managed build; null when <c>sandboxd</c> is native.</param>
/// <param name="IsRoot">Whether the program is root, so that sandboxes have to be somebody else.</param>
internal sealed record BubblewrapPrograms(string Bubblewrap, IReadOnlyList<string> SandboxdFiles, string? DotnetRoot, bool IsRoot)
{
    public string Describe() => DotnetRoot is null
        ? $"native sandboxd {SandboxdFiles[0]}"
        : $"managed sandboxd, run by the .NET of {DotnetRoot} (for a faster start: {SandboxdPrograms.BuildCommand()})";

    /// <summary>The command that runs <c>sandboxd</c> on the host, where it makes the listening socket.</summary>
    public IReadOnlyList<string> OnHost() => DotnetRoot is null ? [SandboxdFiles[0]] : [Path.Combine(DotnetRoot, "dotnet"), SandboxdFiles[0]];

    /// <summary>The system call filter for this machine's processor.</summary>
    public static byte[] BuildFilter() => SystemCallFilter.Build(RuntimeInformation.ProcessArchitecture);

    /// <summary>Finds them, or says what is missing.</summary>
    public static BubblewrapPrograms Find(BubblewrapOptions options)
    {
        if (!OperatingSystem.IsLinux())
            throw Missing("it needs Linux");
        if (!SystemCallFilter.Knows(RuntimeInformation.ProcessArchitecture))
            throw Missing($"there is no system call filter for {RuntimeInformation.ProcessArchitecture}, only for X64 and Arm64");

        var bubblewrap = options.BubblewrapPath ?? ProgramFile.Find("bwrap") ?? throw Missing("bwrap is not on PATH; install bubblewrap (Debian, Ubuntu: apt-get install bubblewrap)");
        var isRoot = Environment.IsPrivilegedProcess;
        foreach (var (program, package) in new[] { ("unshare", "util-linux"), ("setpriv", "util-linux"), ("ip", "iproute2") })
        {
            if (isRoot && ProgramFile.Find(program) is null)
                throw Missing($"the program runs as root and needs {program} to give root up; install {package}, or run as another user");
        }

        var sandboxd = options.SandboxdPath ?? SandboxdPrograms.FindNative() ?? SandboxdPrograms.FindManaged()
            ?? throw Missing($"there is no sandboxd; build it with: {SandboxdPrograms.BuildCommand()}");
        if (!File.Exists(sandboxd))
            throw Missing($"there is no sandboxd at {sandboxd}");
        if (Path.GetExtension(sandboxd) != ".dll")
            return new BubblewrapPrograms(bubblewrap, [sandboxd], null, isRoot);
        if (FindDotnetRoot() is not { } dotnet)
            throw Missing($"there is no .NET to run {sandboxd}; build the native one with: {SandboxdPrograms.BuildCommand()}");

        var files = new[] { "dll", "runtimeconfig.json", "deps.json" }.Select(ending => Path.ChangeExtension(sandboxd, ending)).Where(File.Exists);
        return new BubblewrapPrograms(bubblewrap, [.. files, Path.Combine(Path.GetDirectoryName(sandboxd)!, "Drafthorse.Sandbox.dll")], dotnet, isRoot);
    }

    /// <summary>The .NET installation that this process runs on: three levels above its runtime's own directory.</summary>
    public static string? FindDotnetRoot()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return File.Exists(Path.Combine(root, "dotnet")) ? root : null;
    }

    private static SandboxException Missing(string what) => new(SandboxProblem.NotReady, $"bubblewrap: {what}");
}
