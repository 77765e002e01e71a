using System.Net;
using Docker.DotNet;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Docker;

public sealed partial class DockerBackend
{
    /// <inheritdoc />
    public async Task PauseAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        try
        {
            await _engine.CallAsync((client, token) => client.Containers.PauseContainerAsync(sandbox.Id, token), cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException exception) when (exception.StatusCode == HttpStatusCode.Conflict)
        {
            // It is paused already, or does not run: still either way.
        }
        catch (DockerApiException exception)
        {
            throw DockerEngine.Refused("pause the sandbox", exception);
        }
    }

    /// <inheritdoc />
    public async Task StopAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        try
        {
            await _engine.StopContainerAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException exception)
        {
            throw DockerEngine.Refused("stop the sandbox", exception);
        }
    }

    /// <inheritdoc />
    public async Task<SandboxUse> MeasureAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        try
        {
            return new SandboxUse(
                await _engine.HasChildrenAsync(sandbox.Id, cancellationToken).ConfigureAwait(false),
                await _engine.ReadMemoryAsync(sandbox.Id, cancellationToken).ConfigureAwait(false));
        }
        catch (DockerApiException exception)
        {
            throw DockerEngine.Refused("measure the sandbox", exception);
        }
    }

    /// <inheritdoc />
    public async Task RemoveAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        await ThrowIfElsewhereAsync(sandbox, cancellationToken).ConfigureAwait(false);
        try
        {
            await _engine.RemoveContainerAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
            await _engine.RemoveQuietlyAsync(ContainerPlan.RouterOf(sandbox.Id)).ConfigureAwait(false);
        }
        catch (SandboxException exception) when (exception.Problem is SandboxProblem.Gone)
        {
            // Somebody else was faster.
        }
        catch (DockerApiException exception) when (exception.StatusCode == HttpStatusCode.Conflict)
        {
            // Somebody else removes it right now.
        }
        catch (DockerApiException exception)
        {
            throw DockerEngine.Refused("remove the sandbox", exception);
        }
    }
}
