using System.Globalization;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>
/// Limits for one sandbox by control groups, of either layout, where this process may make them: one directory per controller in
/// the older layout, a single one in the newer. Also freezes and thaws.
/// </summary>
internal static class Cgroup
{
    private const long PeriodMicroseconds = 100_000;

    /// <summary>For each processor that it is planned with: two have a fifth of what the server, like everything else, has, of 100 in the
    /// newer layout and of 1,024 in the older.</summary>
    private const int Weight = 10, OlderWeight = 102;

    /// <summary>Makes the groups and sets their limits. Returns their directories; none when this machine does not let us.</summary>
    public static IReadOnlyList<string> TryCreate(string name, SandboxLimits limits)
    {
        var quota = (long)(limits.MostCpus * PeriodMicroseconds);
        var made = new List<string>();
        try
        {
            if (CgroupMounts.FindUnified() is { } parent)
            {
                var group = Make(parent);
                Write(group, "memory.max", limits.MostMemoryBytes);
                WriteIfThere(group, "memory.low", limits.MemoryBytes);
                WriteIfThere(group, "memory.swap.max", 0);
                Write(group, "pids.max", limits.MostPids);
                WriteIfThere(group, "cpu.max", $"{quota} {PeriodMicroseconds}");
                WriteIfThere(group, "cpu.weight", Weighed(Weight, 10_000));
                WriteIfThere(group, "io.weight", Weighed(Weight, 10_000));
            }
            else if (CgroupMounts.FindController("memory") is { } memory && CgroupMounts.FindController("pids") is { } pids)
            {
                var memoryGroup = Make(memory);
                Write(memoryGroup, "memory.limit_in_bytes", limits.MostMemoryBytes);
                WriteIfThere(memoryGroup, "memory.memsw.limit_in_bytes", limits.MostMemoryBytes);
                WriteIfThere(memoryGroup, "memory.soft_limit_in_bytes", limits.MemoryBytes);
                Write(Make(pids), "pids.max", limits.MostPids);
                if (CgroupMounts.FindController("cpu") is { } cpu)
                {
                    var cpuGroup = Make(cpu);
                    Write(cpuGroup, "cpu.cfs_period_us", PeriodMicroseconds);
                    Write(cpuGroup, "cpu.cfs_quota_us", quota);
                    WriteIfThere(cpuGroup, "cpu.shares", Weighed(OlderWeight, 262_144));
                }

                if (CgroupMounts.FindController("freezer") is { } freezer)
                    Make(freezer);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Remove(made);
            return [];
        }

        return made;

        long Weighed(int weight, long most) => Math.Clamp((long)(weight * limits.Cpus), 2, most);

        string Make(string parent)
        {
            var group = Path.Combine(parent, $"drafthorse-{name}");
            if (!made.Contains(group))
            {
                Directory.CreateDirectory(group);
                made.Add(group);
            }

            return group;
        }
    }

    public static void Freeze(IReadOnlyList<string> groups, bool frozen)
    {
        foreach (var group in groups)
        {
            WriteIfThere(group, "cgroup.freeze", frozen ? "1" : "0");
            WriteIfThere(group, "freezer.state", frozen ? "FROZEN" : "THAWED");
        }
    }

    public static bool IsFrozen(IReadOnlyList<string> groups) =>
        groups.Any(group => Reads(group, "cgroup.freeze", "1") || Reads(group, "freezer.state", "FROZEN") || Reads(group, "freezer.state", "FREEZING"));

    /// <summary>Bytes of memory that only its end gives back: of its processes and of its files in memory, not what is cached of files on
    /// disk. Null when no group counts it.</summary>
    public static long? ReadMemory(IReadOnlyList<string> groups) =>
        groups.Select(group => Path.Combine(group, "memory.stat")).FirstOrDefault(File.Exists) is { } file
            ? (from line in File.ReadLines(file)
               let words = line.Split(' ')
               where words is ["anon" or "rss" or "shmem", _]
               select long.Parse(words[1], CultureInfo.InvariantCulture)).Sum()
            : null;

    /// <summary>Removes groups whose processes have ended; one that is still in use stays.</summary>
    public static void Remove(IReadOnlyList<string> groups)
    {
        foreach (var group in groups.Where(Directory.Exists))
        {
            try
            {
                Directory.Delete(group);
            }
            catch (IOException)
            {
                // Its last process is still on its way out; an empty group costs next to nothing.
            }
        }
    }

    private static bool Reads(string group, string file, string value)
    {
        var path = Path.Combine(group, file);
        return File.Exists(path) && File.ReadAllText(path).Trim() == value;
    }

    private static void WriteIfThere(string group, string file, object value)
    {
        if (File.Exists(Path.Combine(group, file)))
            Write(group, file, value);
    }

    private static void Write(string group, string file, object value)
    {
        using var stream = new FileStream(Path.Combine(group, file), FileMode.Open, FileAccess.Write);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToString(value, CultureInfo.InvariantCulture)!));
    }
}
