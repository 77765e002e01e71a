using System.Collections.Concurrent;
using Docker.DotNet;
using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Harness.Docker;

/// <summary>
/// Lets every address of a sandbox's network, which leads nowhere else, lead to its doors: a connection to an address without a name
/// is then refused and recorded by the gate. Nobody waits for it. Where the engine's runtime does not allow it, and in the moments
/// before, the system refuses, and nothing is recorded.
/// </summary>
internal sealed class SandboxRoutes(DockerEngine engine, DockerSandboxOptions options) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Task, bool> _adding = new();

    /// <summary>Begins to add the routes of a container that has just been started: they are gone each time it stops.</summary>
    public void Add(string sandbox, string binary)
    {
        var adding = AddAsync(sandbox, binary);
        _adding.TryAdd(adding, true);
        _ = adding.ContinueWith(added => _adding.TryRemove(added, out _), TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_adding.Keys).ConfigureAwait(false);

    private async Task AddAsync(string sandbox, string binary)
    {
        try
        {
            var archive = await SandboxdArchive.BuildAsync(binary, new Dictionary<string, byte[]>(), CancellationToken.None).ConfigureAwait(false);
            await engine.RunContainerAsync(ContainerPlan.CreateRouter(options, sandbox), archive, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is DockerApiException or SandboxException or IOException)
        {
            // The sandbox itself is well, or is being removed.
        }
    }
}
