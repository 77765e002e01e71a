using System.Globalization;
using System.Text;

namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>
/// All processes that a command started: its descendants, the members of its session, and those that carry its mark in their
/// environment, for a child may leave group, session and parents. The command's first process must not be reaped meanwhile, so that
/// its number stays taken. Without <c>/proc</c> (macOS) it is the process group.
/// </summary>
internal sealed class ProcessTree(int root, string mark)
{
    private const int MaxPasses = 8;

    private readonly byte[] _mark = Encoding.UTF8.GetBytes(mark + "\0");
    private readonly ulong _startedAt = Entry.Read(root)?.StartTime ?? 0;

    /// <summary>Processes of whom nobody can say which command they belong to: adopted orphans of this daemon. They are counted in when
    /// this is the only command.</summary>
    public bool CountsStrays { get; init; }

    /// <summary>Other commands' first processes.</summary>
    public IReadOnlyCollection<int> OtherRoots { get; init; } = [];

    /// <summary>Sends a signal to all; how many there were.</summary>
    public int Signal(int signal)
    {
        if (!OperatingSystem.IsLinux())
            return Libc.kill(-root, signal) == 0 ? 1 : 0;

        List<Entry> found = Find();
        foreach (Entry entry in found)
            Send(entry, signal);

        return found.Count;
    }

    /// <summary>Stops all before it kills them, so that a storm of forks cannot outrun it; how many were found.</summary>
    public int FreezeAndKill()
    {
        if (!OperatingSystem.IsLinux())
            return Signal(Libc.SIGKILL);

        var frozen = new Dictionary<int, Entry>();
        for (int pass = 0; pass < MaxPasses; pass++)
        {
            int before = frozen.Count;
            foreach (Entry entry in Find())
            {
                if (frozen.TryAdd(entry.Id, entry))
                    Send(entry, Libc.SIGSTOP);
            }

            if (frozen.Count == before)
                break;
        }

        foreach (Entry entry in frozen.Values)
            Send(entry, Libc.SIGKILL);

        return frozen.Count;
    }

    private List<Entry> Find()
    {
        List<Entry> candidates = Entry.ReadAll();
        candidates.RemoveAll(entry => entry.StartTime < _startedAt || entry.Id == Environment.ProcessId || OtherRoots.Contains(entry.Id));

        var members = new Dictionary<int, Entry>();
        foreach (Entry entry in candidates)
        {
            if (entry.Id == root || entry.Session == root || (CountsStrays && entry.Parent == Environment.ProcessId) || IsMarked(entry))
                members[entry.Id] = entry;
        }

        for (bool grew = true; grew;)
        {
            grew = false;
            foreach (Entry entry in candidates)
                grew |= members.ContainsKey(entry.Parent) && members.TryAdd(entry.Id, entry);
        }

        return [.. members.Values.Where(entry => !entry.IsDead)];
    }

    private bool IsMarked(Entry entry)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{entry.Id}/environ").AsSpan().IndexOf(_mark) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Send(Entry entry, int signal)
    {
        // The number may have been taken over since it was read.
        if (Entry.Read(entry.Id)?.StartTime == entry.StartTime)
            _ = Libc.kill(entry.Id, signal);
    }

    /// <summary>One line of the process table.</summary>
    private sealed record Entry(int Id, int Parent, int Session, ulong StartTime, bool IsDead)
    {
        private const int StateField = 0;
        private const int ParentField = 1;
        private const int SessionField = 3;
        private const int StartTimeField = 19;

        public static List<Entry> ReadAll()
        {
            var entries = new List<Entry>();
            foreach (string directory in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && Read(id) is { } entry)
                    entries.Add(entry);
            }

            return entries;
        }

        public static Entry? Read(int id)
        {
            try
            {
                string line = File.ReadAllText($"/proc/{id}/stat");

                // The name before the fields may hold anything, also parentheses.
                string[] fields = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return new Entry(
                    id,
                    int.Parse(fields[ParentField], CultureInfo.InvariantCulture),
                    int.Parse(fields[SessionField], CultureInfo.InvariantCulture),
                    ulong.Parse(fields[StartTimeField], CultureInfo.InvariantCulture),
                    fields[StateField] is "Z" or "X");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
            {
                return null;
            }
        }
    }
}
