using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Docker;

/// <summary>
/// Sandboxes as containers of a Docker engine, local or remote: no network, no host mounts, few capabilities, limited
/// processes, memory and processors. <c>sandboxd</c> is delivered by archive upload; the byte stream is a
/// <c>docker exec</c> that stays open.
/// </summary>
public sealed partial class DockerBackend : ISandboxBackend
{
    private static readonly string[] Attach = [ContainerPlan.DaemonPath, "attach", "--socket", ContainerPlan.SocketPath];

    private readonly DockerSandboxOptions _options;
    private readonly DockerEngine _engine;
    private readonly SandboxRoutes _routes;

    /// <summary>A backend on the engine that the options name; nothing is contacted yet.</summary>
    public DockerBackend(DockerSandboxOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _engine = new DockerEngine(options);
        _routes = new SandboxRoutes(_engine, options);
    }

    /// <inheritdoc />
    public string Kind => "docker";

    /// <inheritdoc />
    public bool IsIsolated => true;

    /// <inheritdoc />
    public async Task<SandboxAvailability> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var info = await _engine.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            var binary = FindBinary(info.Architecture);
            await _engine.CallAsync((client, token) => client.Images.InspectImageAsync(_options.Image, token), cancellationToken).ConfigureAwait(false);
            if (_options.Runtime is { } runtime && !info.Runtimes.ContainsKey(runtime))
                return new SandboxAvailability(false, $"docker: the engine has no runtime {runtime}, only {string.Join(", ", info.Runtimes.Keys)}");
            return new SandboxAvailability(true, $"docker: engine {info.ServerVersion} at {_engine.Endpoint}, image {_options.Image}, {binary}");
        }
        catch (SandboxException exception)
        {
            return new SandboxAvailability(false, exception.Message);
        }
        catch (DockerApiException exception)
        {
            return new SandboxAvailability(false, DockerEngine.Refused("describe itself", exception).Message);
        }
    }

    /// <inheritdoc />
    public async Task<SandboxRecord> StartAsync(SandboxStart start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        var info = await _engine.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        var binary = FindBinary(info.Architecture);
        var archive = await SandboxdArchive.BuildAsync(binary, start.Etc, cancellationToken).ConfigureAwait(false);

        try
        {
            var id = await _engine.RunContainerAsync(ContainerPlan.Create(_options, start, (start.Limits ?? _options.Limits).Check().On(info.MemTotal), info.NCPU), archive, cancellationToken).ConfigureAwait(false);
            _routes.Add(id, binary);
            return new SandboxRecord(Kind, info.ID, id);
        }
        catch (DockerApiException exception)
        {
            throw DockerEngine.Refused("start a sandbox", exception);
        }
    }

    /// <inheritdoc />
    public async Task<Stream> AttachAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        await ThrowIfElsewhereAsync(sandbox, cancellationToken).ConfigureAwait(false);
        try
        {
            try
            {
                return await _engine.ExecAsync(sandbox.Id, Attach, cancellationToken).ConfigureAwait(false);
            }
            catch (DockerApiException exception) when (exception.StatusCode == HttpStatusCode.Conflict)
            {
                await BringBackAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
                return await _engine.ExecAsync(sandbox.Id, Attach, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (DockerApiException exception)
        {
            throw DockerEngine.Refused("attach to the sandbox", exception);
        }
    }

    /// <inheritdoc />
    public async Task<SandboxStatus> InspectAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        try
        {
            await ThrowIfElsewhereAsync(sandbox, cancellationToken).ConfigureAwait(false);
            var container = await _engine.CallAsync((client, token) => client.Containers.InspectContainerAsync(sandbox.Id, token), cancellationToken).ConfigureAwait(false);
            return ReadStatus(container.State?.Status ?? "");
        }
        catch (SandboxException exception) when (exception.Problem is SandboxProblem.Gone)
        {
            return SandboxStatus.Gone;
        }
        catch (SandboxException exception) when (exception.Problem is SandboxProblem.Unreachable)
        {
            return SandboxStatus.Unreachable;
        }
        catch (DockerApiException exception)
        {
            throw DockerEngine.Refused("inspect the sandbox", exception);
        }
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<SandboxListing>> ListAsync(CancellationToken cancellationToken)
    {
        var info = await _engine.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        var ours = new ContainersListParameters
        {
            All = true,
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["label"] = new Dictionary<string, bool> { [$"{ContainerPlan.DeploymentLabel}={_options.Deployment}"] = true },
            },
        };
        try
        {
            var containers = await _engine.CallAsync((client, token) => client.Containers.ListContainersAsync(ours, token), cancellationToken).ConfigureAwait(false);
            return [.. from container in containers
                       let thread = container.Labels.TryGetValue(ContainerPlan.ThreadLabel, out var label) && ThreadId.TryParse(label, null, out var parsed) ? parsed : default
                       select new SandboxListing(
                           new SandboxRecord(Kind, info.ID, container.ID),
                           thread,
                           new DateTimeOffset(DateTime.SpecifyKind(container.Created, DateTimeKind.Utc)),
                           ReadStatus(container.State))];
        }
        catch (DockerApiException exception)
        {
            throw DockerEngine.Refused("list the sandboxes", exception);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _routes.DisposeAsync().ConfigureAwait(false);
        _engine.Dispose();
    }

    private async Task BringBackAsync(string id, CancellationToken cancellationToken)
    {
        var container = await _engine.CallAsync((client, token) => client.Containers.InspectContainerAsync(id, token), cancellationToken).ConfigureAwait(false);
        switch (ReadStatus(container.State?.Status ?? ""))
        {
            case SandboxStatus.Paused:
                await _engine.CallAsync((client, token) => client.Containers.UnpauseContainerAsync(id, token), cancellationToken).ConfigureAwait(false);
                break;
            case SandboxStatus.Stopped:
                await _engine.CallAsync((client, token) => client.Containers.StartContainerAsync(id, new ContainerStartParameters(), token), cancellationToken).ConfigureAwait(false);
                var info = await _engine.GetInfoAsync(cancellationToken).ConfigureAwait(false);
                _routes.Add(id, FindBinary(info.Architecture));
                break;
            case SandboxStatus.Gone:
                throw new SandboxException(SandboxProblem.Gone, "docker: the sandbox's container is being removed");
        }
    }

    private string FindBinary(string engineArchitecture)
    {
        var architecture = engineArchitecture is "aarch64" or "arm64" ? "arm64" : "x64";
        if (_options.SandboxdPath is { } path)
            return File.Exists(path) ? path : throw new SandboxException(SandboxProblem.NotReady, $"docker: there is no sandboxd at {path}");
        return SandboxdPrograms.FindNative(architecture)
            ?? throw new SandboxException(SandboxProblem.NotReady, $"docker: the native sandboxd (linux-{architecture}) is missing; build it with: {SandboxdPrograms.BuildCommand(architecture)}");
    }

    private async Task ThrowIfElsewhereAsync(SandboxRecord sandbox, CancellationToken cancellationToken)
    {
        var info = await _engine.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        if (sandbox.Machine != info.ID)
        {
            throw new SandboxException(
                SandboxProblem.Unreachable,
                $"docker: the sandbox is on another engine ({sandbox.Machine}) than the one at {_engine.Endpoint}; start a server that uses that engine");
        }
    }

    private static SandboxStatus ReadStatus(string state) => state switch
    {
        "running" or "restarting" => SandboxStatus.Running,
        "paused" => SandboxStatus.Paused,
        "dead" or "removing" => SandboxStatus.Gone,
        _ => SandboxStatus.Stopped,
    };
}
