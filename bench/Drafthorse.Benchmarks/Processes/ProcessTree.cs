using System.Globalization;

namespace Drafthorse.Benchmarks.Processes;

/// <summary>Memory of a process and of those that it started, from <c>/proc</c>.</summary>
internal sealed class ProcessTree(int root)
{
    private readonly Dictionary<int, long> _peaks = [];
    private readonly Lock _gate = new();

    /// <summary>The most resident memory that one process of the tree had, in bytes (VmHWM as of the last look).</summary>
    public long Peak
    {
        get
        {
            lock (_gate)
                return _peaks.Count == 0 ? 0 : _peaks.Values.Max();
        }
    }

    public void Look()
    {
        lock (_gate)
        {
            foreach (var process in Members())
            {
                if (Field($"/proc/{process}/status", "VmHWM:") is { } peak)
                    _peaks[process] = Math.Max(peak, _peaks.GetValueOrDefault(process));
            }
        }
    }

    /// <summary>The memory of all processes of the tree now, in bytes; what they share is counted by its part.</summary>
    public long Proportional() => Members().Sum(process => Field($"/proc/{process}/smaps_rollup", "Pss:") ?? 0);

    private List<int> Members()
    {
        List<int> members = [root];
        for (var i = 0; i < members.Count; i++)
        {
            try
            {
                foreach (var task in Directory.GetDirectories($"/proc/{members[i]}/task"))
                {
                    members.AddRange(File.ReadAllText($"{task}/children")
                        .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)));
                }
            }
            catch (IOException)
            {
                // It ended.
            }
        }

        return members;
    }

    private static long? Field(string file, string name)
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is null ? null : long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
