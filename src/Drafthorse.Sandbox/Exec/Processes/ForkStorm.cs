namespace Drafthorse.Sandbox.Exec.Processes;

/// <summary>
/// Tells whether a command that has ended left a storm of forks behind: it made many processes, a moment after its end new ones
/// still come, and many of its own live. A daemon, a build server or a build in the background that it left is none. Only for a
/// command that runs alone. The system's process numbers are a cheap first look; they may be shared with others.
/// </summary>
internal sealed class ForkStorm
{
    private const int ManyProcesses = 100;
    private const int NewOnes = 5;
    private const int ManyAlive = 60;
    private const int LookMilliseconds = 20;
    private int _firstId;
    private int _lastId;
    private bool _over;

    /// <summary>When to look again, as <see cref="Environment.TickCount64"/>; null = no look is due.</summary>
    public long? LookAt { get; private set; }

    /// <summary>The command begins.</summary>
    public void Begin() => _firstId = ProcessTable.ReadLastId();

    /// <summary>True = it goes on, false = not sure yet, null = there is none.</summary>
    /// <param name="now">The time, as <see cref="Environment.TickCount64"/>.</param>
    /// <param name="countAlive">Counts the living processes that the command has started.</param>
    public bool? Look(long now, Func<int> countAlive)
    {
        if (_over)
            return null;
        if (now < LookAt)
            return false;

        int lastId = ProcessTable.ReadLastId();
        bool isSecond = LookAt is not null;
        bool mayBe = lastId - (isSecond ? _lastId : _firstId) >= (isSecond ? NewOnes : ManyProcesses);
        _over = isSecond || !mayBe;
        _lastId = lastId;
        LookAt = _over ? null : now + LookMilliseconds;
        if (!mayBe)
            return null;

        return isSecond ? (countAlive() >= ManyAlive ? true : null) : false;
    }
}
