namespace Drafthorse.Harness.Sandboxes;

/// <summary>How long sandboxes are waited for, and kept after a run.</summary>
public sealed class SandboxPoolOptions
{
    /// <summary>How long a sandbox runs on after its thread's last run, so that the next one finds it warm (default 10 min); then
    /// it is paused.</summary>
    public TimeSpan KeepWarm { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the sandbox of a thread that ended well is kept (default 2 h): its work is on the code host.</summary>
    public TimeSpan KeepDone { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How long the sandbox of a thread that has not ended well is kept (default 7 days): its work is nowhere else.</summary>
    public TimeSpan KeepUnfinished { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Most sandboxes that are kept started, running or paused, while no run uses them (default 32). Beyond it those used
    /// least recently are stopped: their files stay, and the next run starts them again.</summary>
    public int MaxKept { get; set; } = 32;

    /// <summary>Most memory that such sandboxes hold together, files in their <c>/tmp</c> included, in bytes (default 4 GiB). Beyond it
    /// those used least recently are stopped.</summary>
    public long MaxKeptMemoryBytes { get; set; } = 4L << 30;

    /// <summary>How old a sandbox that no thread refers to must be before it is removed (default 15 min), as a run that has just
    /// started it has yet to commit its record.</summary>
    public TimeSpan OrphanAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a sandbox may take to end what a run has left in it before it is stopped (default 30 s).</summary>
    public TimeSpan EndTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a started sandbox may take to answer (default 20 s).</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a sandbox in use is asked whether it is still there (default 10 s).</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it may take to answer that before its stream counts as lost (default 30 s).</summary>
    public TimeSpan HeartbeatTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
