namespace Drafthorse.Harness.Sandboxes;

/// <summary>Whether a backend can start sandboxes on this machine.</summary>
/// <param name="Ready">Whether it can.</param>
/// <param name="Detail">One line: what will be used, or the cause and the cure.</param>
public sealed record SandboxAvailability(bool Ready, string Detail);
