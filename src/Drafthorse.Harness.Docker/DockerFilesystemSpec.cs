using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Harness.Docker;

/// <summary>Each thread has a container on a Docker engine, local or remote.</summary>
public sealed class DockerFilesystemSpec : FilesystemSpec
{
    /// <summary>The image (default <c>drafthorse/sandbox:latest</c>). It needs nothing but a shell; <c>sandboxd</c> is delivered.</summary>
    public string Image { get; init; } = "drafthorse/sandbox:latest";

    /// <summary>The engine's address, such as <c>unix:///var/run/docker.sock</c>; null = <c>DOCKER_HOST</c>, else the active
    /// Docker context, else the default socket.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The name of the engine's runtime, such as <c>runsc</c>; null = the engine's default.</summary>
    public string? Runtime { get; init; }

    /// <summary>How much of the machine one sandbox is planned with, and how far it may go.</summary>
    public SandboxLimits Limits { get; init; } = new();

    /// <summary>Keeps the sandboxes of several deployments on one engine apart (default <c>default</c>).</summary>
    public string Deployment { get; init; } = "default";

    /// <inheritdoc />
    public override ISandboxBackend CreateBackend(TimeProvider timeProvider) => new DockerBackend(new DockerSandboxOptions
    {
        Image = Image,
        Endpoint = Endpoint,
        Runtime = Runtime,
        Limits = Limits,
        Deployment = Deployment,
    });
}
