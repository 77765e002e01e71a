namespace Drafthorse.Harness;

/// <summary>Who shares a sandbox.</summary>
public enum IsolationScope
{
    /// <summary>Nobody: each thread has its own (default).</summary>
    Session,

    /// <summary>All threads of one person. Not supported yet.</summary>
    User,

    /// <summary>All threads of one agent. Not supported yet.</summary>
    Agent,

    /// <summary>Everybody. Not supported yet.</summary>
    Global,
}
