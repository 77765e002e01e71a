using System.Text;

namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>
/// All processes that a command started: its descendants, the members of its session, and those that carry its mark in their
/// environment, for a child may leave group, session and parents. The command's first process must not be reaped meanwhile, so that
/// its number stays taken. Without <c>/proc</c> (macOS) it is the process group.
/// </summary>
internal sealed class ProcessTree
{
    private const int MaxPasses = 20;

    /// <summary>A process that is just starting a program shows no environment; so often nothing must be seen in a row.</summary>
    private const int LooksToBeSure = 3;

    private readonly int? _root;
    private readonly byte[] _mark;
    private readonly ulong _startedAt;

    public ProcessTree(int root, string mark)
    {
        _root = root;
        _mark = Encoding.UTF8.GetBytes(mark + "\0");
        _startedAt = OperatingSystem.IsLinux() ? ProcessTable.Read(root)?.StartTime ?? 0 : 0;
    }

    private ProcessTree(string mark) => _mark = Encoding.UTF8.GetBytes(mark + "\0");

    /// <summary>All processes of all commands whose marks end alike, and where the daemon adopts orphans also those that carry none. Without
    /// <c>/proc</c> there are none: a command that has ended has no group any more.</summary>
    public static ProcessTree OfAll(string mark, bool countsStrays) => new(mark) { CountsStrays = countsStrays };

    /// <summary>Whether adopted orphans of this daemon that carry no mark are counted in: they are when this is the only command.</summary>
    public bool CountsStrays { get; init; }

    /// <summary>Other commands' first processes.</summary>
    public IReadOnlyCollection<int> OtherRoots { get; init; } = [];

    /// <summary>Whether nothing of it runs any more.</summary>
    public bool IsGone()
    {
        if (!OperatingSystem.IsLinux())
            return _root is not { } group || Libc.kill(-group, 0) != 0;

        for (int look = 0; look < LooksToBeSure; look++)
        {
            if (Find().Count > 0)
                return false;
        }

        return true;
    }

    /// <summary>How many of its processes live.</summary>
    public int CountAlive() => OperatingSystem.IsLinux() ? Find().Count : 0;

    /// <summary>Asks all to end.</summary>
    public void Terminate()
    {
        if (!OperatingSystem.IsLinux())
        {
            SendToGroup(Libc.SIGTERM);
            return;
        }

        // What was stopped must run to hear the signal.
        foreach (ProcessEntry entry in Find())
        {
            Send(entry, Libc.SIGTERM);
            Send(entry, Libc.SIGCONT);
        }
    }

    /// <summary>Stops all before it kills them, so that a storm of forks cannot outrun it.</summary>
    public void FreezeAndKill()
    {
        if (!OperatingSystem.IsLinux())
        {
            SendToGroup(Libc.SIGKILL);
            return;
        }

        var frozen = new Dictionary<int, ProcessEntry>();
        for (int pass = 0, quiet = 0; pass < MaxPasses && quiet < LooksToBeSure; pass++)
        {
            quiet++;
            foreach (ProcessEntry entry in Find())
            {
                if (frozen.TryGetValue(entry.Id, out ProcessEntry known) && known.StartTime == entry.StartTime)
                    continue;

                frozen[entry.Id] = entry;
                Send(entry, Libc.SIGSTOP);
                quiet = 0;
            }
        }

        foreach (ProcessEntry entry in frozen.Values)
            Send(entry, Libc.SIGKILL);
    }

    private List<ProcessEntry> Find()
    {
        List<ProcessEntry> candidates = ProcessTable.ReadAll();
        candidates.RemoveAll(entry => entry.StartTime < _startedAt || entry.Id == Environment.ProcessId || OtherRoots.Contains(entry.Id));

        var members = new Dictionary<int, ProcessEntry>();
        foreach (ProcessEntry entry in candidates)
        {
            bool isMember = entry.Id == _root || entry.Session == _root || (CountsStrays && entry.Parent == Environment.ProcessId)
                || (!entry.IsDead && ProcessTable.HasInEnvironment(entry.Id, _mark));
            if (isMember)
                members[entry.Id] = entry;
        }

        for (bool grew = true; grew;)
        {
            grew = false;
            foreach (ProcessEntry entry in candidates)
                grew |= members.ContainsKey(entry.Parent) && members.TryAdd(entry.Id, entry);
        }

        return [.. members.Values.Where(entry => !entry.IsDead)];
    }

    private void SendToGroup(int signal)
    {
        if (_root is { } group)
            _ = Libc.kill(-group, signal);
    }

    private static void Send(ProcessEntry entry, int signal)
    {
        // The number may have been taken over since it was read.
        if (ProcessTable.Read(entry.Id)?.StartTime == entry.StartTime)
            _ = Libc.kill(entry.Id, signal);
    }
}
