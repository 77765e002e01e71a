namespace Drafthorse.Harness.Sandboxes;

/// <summary>What has become of a sandbox.</summary>
public enum SandboxStatus
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is frozen; attaching thaws it.</summary>
    Paused,

    /// <summary>It exists and does not run; attaching starts it.</summary>
    Stopped,

    /// <summary>It does not exist any more.</summary>
    Gone,

    /// <summary>Nobody can tell: its engine or machine does not answer.</summary>
    Unreachable,
}
