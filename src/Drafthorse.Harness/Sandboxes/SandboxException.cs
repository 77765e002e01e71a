namespace Drafthorse.Harness.Sandboxes;

/// <summary>A sandbox could not do its part. The message names the cause and the cure.</summary>
public sealed class SandboxException(SandboxProblem problem, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>An operation that failed for a reason of its own.</summary>
    public SandboxException(string message, Exception? innerException = null)
        : this(SandboxProblem.Failed, message, innerException)
    {
    }

    /// <summary>What kind of failure it is; decides whether the sandbox may be replaced.</summary>
    public SandboxProblem Problem { get; } = problem;
}

/// <summary>Why a sandbox could not do its part.</summary>
public enum SandboxProblem
{
    /// <summary>The operation failed.</summary>
    Failed,

    /// <summary>Something that must be there first is missing: an image, a program, a permission.</summary>
    NotReady,

    /// <summary>The sandbox does not exist any more; a new one may take its place.</summary>
    Gone,

    /// <summary>Its engine or machine does not answer; it may still be at work, so nothing takes its place.</summary>
    Unreachable,

    /// <summary>A newer owner has attached to it: this one must stop.</summary>
    Superseded,

    /// <summary>The sandbox is not as closed as it must be, and was not used.</summary>
    NotIsolated,
}
