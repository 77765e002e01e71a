namespace Drafthorse.Harness.Docker;

/// <summary>Which engine and image Docker sandboxes use, and how much of the machine each may take.</summary>
public sealed class DockerSandboxOptions
{
    /// <summary>The image (default <c>drafthorse/sandbox:latest</c>). It needs nothing but a shell; <c>sandboxd</c> is delivered.</summary>
    public string Image { get; set; } = "drafthorse/sandbox:latest";

    /// <summary>The engine's address, such as <c>unix:///var/run/docker.sock</c>; null = <c>DOCKER_HOST</c>, else the active
    /// Docker context, else the default socket.</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>The name of the engine's runtime, such as <c>runsc</c>; null = the engine's default.</summary>
    public string? Runtime { get; set; }

    /// <summary>How much of the engine's machine one sandbox is planned with, and how far it may go. Swap is not added to memory, and there are never
    /// more processors than the engine has.</summary>
    public SandboxLimits Limits { get; set; } = new();

    /// <summary>Most of its memory that <c>/tmp</c> may take, in bytes (default 2 GiB).</summary>
    public long TmpBytes { get; set; } = 2L << 30;

    /// <summary>The static native <c>sandboxd</c> to deliver; null = the one that comes with the program.</summary>
    public string? SandboxdPath { get; set; }

    /// <summary>Keeps the sandboxes of several deployments on one engine apart (default <c>default</c>).</summary>
    public string Deployment { get; set; } = "default";

    /// <summary>How long the engine may take to answer one request before it counts as unreachable (default 30 s).</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
