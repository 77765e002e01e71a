using Docker.DotNet;
using Docker.DotNet.Models;
using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Harness.Docker;

/// <summary>
/// Lets every address of a sandbox's network, which leads nowhere else, lead to its doors: a connection to an address without a name
/// is then refused and recorded by the gate. Where the engine's runtime does not allow it, the system refuses, and nothing is recorded.
/// </summary>
internal sealed class SandboxRoutes(DockerEngine engine, DockerSandboxOptions options)
{
    /// <summary>Adds the routes to a container that has just been started: they are gone each time it stops.</summary>
    public async Task AddAsync(string sandbox, IDictionary<string, string> labels, string binary, CancellationToken cancellationToken)
    {
        string? router = null;
        try
        {
            var plan = ContainerPlan.CreateRouter(options, sandbox, labels);
            router = (await engine.CallAsync((client, token) => client.Containers.CreateContainerAsync(plan, token), cancellationToken).ConfigureAwait(false)).ID;
            var archive = await SandboxdArchive.BuildAsync(binary, new Dictionary<string, byte[]>(), cancellationToken).ConfigureAwait(false);
            await engine.CallAsync(
                (client, token) => client.Containers.ExtractArchiveToContainerAsync(router, new CopyToContainerParameters { Path = "/" }, archive, token),
                cancellationToken).ConfigureAwait(false);
            await engine.CallAsync((client, token) => client.Containers.StartContainerAsync(router, new ContainerStartParameters(), token), cancellationToken).ConfigureAwait(false);
            await engine.CallAsync((client, token) => client.Containers.WaitContainerAsync(router, token), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DockerApiException or SandboxException)
        {
            // Refused either way; the sandbox itself is well.
        }
        finally
        {
            if (router is not null)
                await engine.RemoveQuietlyAsync(router).ConfigureAwait(false);
        }
    }
}
