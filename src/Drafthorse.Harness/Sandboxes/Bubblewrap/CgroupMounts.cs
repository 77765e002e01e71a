namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>Where this process may make control groups of its own.</summary>
internal static class CgroupMounts
{
    /// <summary>The nearest ancestor of this process's group in the newer layout that hands memory and process limits down and can
    /// be written; null when there is none.</summary>
    public static string? FindUnified()
    {
        if (FindMount(mount => mount.Type == "cgroup2") is not { } mount || ReadOwnPath(line => line.StartsWith("0::", StringComparison.Ordinal)) is not { } own)
            return null;

        for (var directory = Path.GetDirectoryName(Join(mount, own)); directory is not null && directory.Length >= mount.Length; directory = Path.GetDirectoryName(directory))
        {
            var handedDown = Path.Combine(directory, "cgroup.subtree_control");
            if (File.Exists(handedDown) && File.ReadAllText(handedDown).Split([' ', '\n']) is var controllers
                && controllers.Contains("memory") && controllers.Contains("pids") && CanWrite(Path.Combine(directory, "cgroup.procs")))
            {
                return directory;
            }
        }

        return null;
    }

    /// <summary>This process's own group of one controller in the older layout; null when the controller is not mounted or cannot
    /// be written.</summary>
    public static string? FindController(string controller)
    {
        if (FindMount(mount => mount.Type == "cgroup" && mount.Options.Split(',').Contains(controller)) is not { } mount)
            return null;

        var own = ReadOwnPath(line => line.Split(':') is [_, var names, ..] && names.Split(',').Contains(controller)) ?? "/";
        var directory = Join(mount, own);
        if (!Directory.Exists(directory))
            directory = mount;
        return CanWrite(Path.Combine(directory, "cgroup.procs")) ? directory : null;
    }

    private static string? FindMount(Func<(string Type, string Options), bool> accepts)
    {
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            // 36 35 98:0 /root /mount/point options ... - type source super-options
            var halves = line.Split(" - ");
            if (halves is [var left, var right] && left.Split(' ') is [_, _, _, _, var point, ..] && right.Split(' ') is [var type, _, var options, ..]
                && accepts((type, options)))
            {
                return point;
            }
        }

        return null;
    }

    private static string? ReadOwnPath(Func<string, bool> accepts) =>
        File.ReadLines("/proc/self/cgroup").FirstOrDefault(accepts)?.Split(':', 3) is [_, _, var path] ? path : null;

    private static string Join(string mount, string path) => path == "/" ? mount : mount + path;

    private static bool CanWrite(string file)
    {
        try
        {
            new FileStream(file, FileMode.Open, FileAccess.Write).Dispose();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
