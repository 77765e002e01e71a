using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Docker.DotNet;
using Docker.DotNet.Models;
using Drafthorse.Harness.Sandboxes;

namespace Drafthorse.Harness.Docker;

/// <summary>The engine's client: each request is bounded in time, and each failure says whether the engine, the container or
/// the image is what is missing.</summary>
internal sealed class DockerEngine : IDisposable
{
    private readonly DockerSandboxOptions _options;
    private readonly DockerClient _client;
    private SystemInfoResponse? _info;

    public DockerEngine(DockerSandboxOptions options)
    {
        _options = options;
        var builder = new DockerClientBuilder();
        _client = (options.Endpoint is null ? builder : builder.WithEndpoint(options.Endpoint)).Build();
    }

    public Uri Endpoint => _client.Options.Endpoint;

    /// <summary>The exact command that makes the image that is missing.</summary>
    public string BuildCommand => $"docker build -t {_options.Image} -f deploy/sandbox/minimal.Dockerfile deploy/sandbox";

    public async Task<SystemInfoResponse> GetInfoAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _info ??= await CallAsync((client, token) => client.System.GetSystemInfoAsync(token), cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException exception)
        {
            throw Refused("describe itself", exception);
        }
    }

    public Task CallAsync(Func<DockerClient, CancellationToken, Task> call, CancellationToken cancellationToken) =>
        CallAsync(
            async (client, token) =>
            {
                await call(client, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    public async Task<T> CallAsync<T>(Func<DockerClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_options.RequestTimeout);
        try
        {
            return await call(_client, timeout.Token).ConfigureAwait(false);
        }
        catch (DockerContainerNotFoundException exception)
        {
            throw new SandboxException(SandboxProblem.Gone, "docker: the sandbox's container does not exist any more", exception);
        }
        catch (DockerImageNotFoundException exception)
        {
            throw new SandboxException(
                SandboxProblem.NotReady, $"docker: the engine has no image {_options.Image}; build it with: {BuildCommand}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SandboxException(
                SandboxProblem.Unreachable,
                $"docker: the engine at {Endpoint} did not answer within {_options.RequestTimeout.TotalSeconds:0} s; see whether it runs: docker info",
                exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException or TimeoutException)
        {
            throw new SandboxException(
                SandboxProblem.Unreachable,
                $"docker: no engine answers at {Endpoint} ({exception.GetBaseException().Message}); start it, or set DOCKER_HOST",
                exception);
        }
    }

    /// <summary>Runs a command in a container, as its root, and returns its standard input and output.</summary>
    public async Task<Stream> ExecAsync(string id, IList<string> command, CancellationToken cancellationToken)
    {
        var plan = new ContainerExecCreateParameters { AttachStdin = true, AttachStdout = true, AttachStderr = true, User = "0:0", Cmd = command };
        var exec = await CallAsync((client, token) => client.Exec.CreateContainerExecAsync(id, plan, token), cancellationToken).ConfigureAwait(false);
        var stream = await CallAsync((client, token) => client.Exec.StartContainerExecAsync(exec.ID, new ContainerExecStartParameters(), token), cancellationToken).ConfigureAwait(false);
        return new DockerExecStream(stream);
    }

    /// <summary>Makes a container with the files of an archive at its root, and starts it. Returns its id; after a failure nothing is left of it.</summary>
    public async Task<string> RunContainerAsync(CreateContainerParameters plan, Stream archive, CancellationToken cancellationToken)
    {
        var id = (await CallAsync((client, token) => client.Containers.CreateContainerAsync(plan, token), cancellationToken).ConfigureAwait(false)).ID;
        try
        {
            await CallAsync(
                (client, token) => client.Containers.ExtractArchiveToContainerAsync(id, new CopyToContainerParameters { Path = "/" }, archive, token),
                cancellationToken).ConfigureAwait(false);
            await CallAsync((client, token) => client.Containers.StartContainerAsync(id, new ContainerStartParameters(), token), cancellationToken).ConfigureAwait(false);
            return id;
        }
        catch
        {
            await RemoveQuietlyAsync(id).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends all processes of a container at once, also of a paused one.</summary>
    public async Task StopContainerAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync((client, token) => client.Containers.UnpauseContainerAsync(id, token), cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException exception) when (exception.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.InternalServerError)
        {
            // It is not paused.
        }

        await CallAsync(
            (client, token) => client.Containers.StopContainerAsync(id, new ContainerStopParameters { WaitBeforeKillSeconds = 0 }, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a container's first process has children, as it has when anything was left: it adopts what has no parent. What
    /// came by <c>docker exec</c> is no child of it.</summary>
    public async Task<bool> HasChildrenAsync(string id, CancellationToken cancellationToken)
    {
        var container = await CallAsync((client, token) => client.Containers.InspectContainerAsync(id, token), cancellationToken).ConfigureAwait(false);
        var processes = await CallAsync((client, token) => client.Containers.ListProcessesAsync(id, new ContainerListProcessesParameters { PsArgs = "-eo pid,ppid,stat" }, token), cancellationToken).ConfigureAwait(false);
        var (parent, state) = (processes.Titles?.IndexOf("PPID") ?? -1, processes.Titles?.IndexOf("STAT") ?? -1);
        var first = container.State?.Pid.ToString(CultureInfo.InvariantCulture);
        return parent >= 0 && state >= 0 && processes.Processes?.Any(process => process[parent] == first && !process[state].StartsWith('Z')) == true;
    }

    /// <summary>Bytes of memory of a container's processes and of its files in memory, not what is cached of files on disk.</summary>
    public async Task<long> ReadMemoryAsync(string id, CancellationToken cancellationToken)
    {
        var read = new TaskCompletionSource<ContainerStatsResponse>();
        await CallAsync(
            (client, token) => client.Containers.GetContainerStatsAsync(
                id, new ContainerStatsParameters { Stream = false, OneShot = true }, new Progress(read), token),
            cancellationToken).ConfigureAwait(false);
        return read.Task is { IsCompletedSuccessfully: true, Result.MemoryStats: { Stats: { } stats, Usage: { } usage } }
            ? Math.Max(0, (long)usage - stats.Where(fact => fact.Key is "active_file" or "inactive_file").Sum(fact => (long)fact.Value))
            : 0;
    }

    public Task RemoveContainerAsync(string id, CancellationToken cancellationToken) => CallAsync(
        (client, token) => client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, token),
        cancellationToken);

    /// <summary>Removes what is not wanted any more, if it is there.</summary>
    public async Task RemoveQuietlyAsync(string id)
    {
        try
        {
            await RemoveContainerAsync(id, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SandboxException or DockerApiException)
        {
            // It is gone, or the sweep finds it by its label.
        }
    }

    /// <summary>An answer of the engine that no caller expected, in its own words.</summary>
    public static SandboxException Refused(string what, DockerApiException exception) =>
        new($"docker: the engine could not {what}: {ReadMessage(exception)}", exception);

    private static string ReadMessage(DockerApiException exception)
    {
        try
        {
            using var body = JsonDocument.Parse(exception.ResponseBody ?? "");
            return body.RootElement.GetProperty("message").GetString() ?? exception.Message;
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return exception.Message;
        }
    }

    public void Dispose() => _client.Dispose();

    private sealed class Progress(TaskCompletionSource<ContainerStatsResponse> read) : IProgress<ContainerStatsResponse>
    {
        public void Report(ContainerStatsResponse value) => read.TrySetResult(value);
    }
}
