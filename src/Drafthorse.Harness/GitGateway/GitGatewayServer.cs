using System.IO.Compression;
using Drafthorse.Harness.GitGateway.Git;
using Drafthorse.Harness.GitGateway.Http;
using Drafthorse.Harness.GitGateway.Mirrors;
using Drafthorse.Harness.GitGateway.Push;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drafthorse.Harness.GitGateway;

/// <summary>
/// The only way from a sandbox to a code host: git's smart HTTP for one thread's one repository, over any duplex stream.
/// It stores and forwards: clones come from the host's mirror, pushes are received apart, judged by their objects, and
/// only then sent on by the host, with the host's credential.
/// </summary>
internal sealed class GitGatewayServer
{
    private const long MaxFetchRequestBytes = 16 * 1024 * 1024;
    private readonly RepositoryMirrors _mirrors;
    private readonly GitGatewayOptions _options;
    private readonly ProcessSlots _slots;
    private readonly PushReceiver _receiver;
    private readonly ILogger _logger;

    /// <summary>Serves from these mirrors, with their options.</summary>
    public GitGatewayServer(RepositoryMirrors mirrors, ILogger<GitGatewayServer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(mirrors);
        _mirrors = mirrors;
        _options = mirrors.Options;
        _slots = new ProcessSlots(_options.MaxProcesses);
        _logger = logger ?? NullLogger<GitGatewayServer>.Instance;
        _receiver = new PushReceiver(mirrors, _slots, _logger);
    }

    internal RepositoryMirrors Mirrors => _mirrors;

    /// <summary>Serves one connection of the thread's sandbox until its peer or <paramref name="cancellationToken"/> ends it.
    /// The stream is the caller's to dispose. Never throws for what the peer does.</summary>
    public Task ServeAsync(GitGatewayThread thread, Stream connection, CancellationToken cancellationToken) =>
        ServeAsync(thread, connection, "/", cancellationToken);

    /// <summary>Listens on a free port of the loopback address for a thread whose sandbox shares the host's network (local mode).
    /// The listener's address has an unguessable part. Where it can, it listens at the address of an earlier one.</summary>
    public GitGatewayListener Listen(GitGatewayThread thread, Uri? address = null) => GitGatewayListener.Start(this, thread, address);

    internal async Task ServeAsync(GitGatewayThread thread, Stream stream, string prefix, CancellationToken cancellationToken)
    {
        var http = new HttpConnection(stream, new Pace(_options.IdleTimeout, _options.MinBytesPerSecond, _mirrors.Time));
        var mayServe = Interlocked.Increment(ref thread.Connections) <= _options.MaxConnectionsPerThread;
        try
        {
            while (await ServeRequestAsync(thread, http, prefix, mayServe, cancellationToken).ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            GitGatewayLog.ConnectionLost(_logger, thread.ThreadId, exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run ended.
        }
        finally
        {
            Interlocked.Decrement(ref thread.Connections);
        }
    }

    private async Task<bool> ServeRequestAsync(
        GitGatewayThread thread, HttpConnection http, string prefix, bool mayServe, CancellationToken cancellationToken)
    {
        HttpRequestHead? head = null;
        HttpBody? body = null;
        HttpResponseBody? response = null;
        try
        {
            head = await http.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
            if (head is null)
                return false;
            if (!mayServe)
                throw new HttpException(429, "too many connections of this thread");
            body = new HttpBody(http, head.ContentLength);
            var endpoint = GatewayRoute.Find(head, prefix, thread.Repository);
            response = new HttpResponseBody(http, ContentTypeOf(endpoint), head.KeepAlive);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(_options.RequestTimeout);
            await AnswerAsync(thread, endpoint, head, http, body, response, deadline.Token).ConfigureAwait(false);
            if (!body.IsRead)
                await body.TryDrainAsync(MaxFetchRequestBytes, deadline.Token).ConfigureAwait(false);
            await response.CompleteAsync(cancellationToken).ConfigureAwait(false);
            Audit(thread, head, prefix, 200, "");
            return head.KeepAlive && body.IsRead;
        }
        catch (Exception exception) when (exception is HttpException or GitException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var status = exception switch { HttpException http4 => http4.Status, GitException => 502, _ => 408 };
            Audit(thread, head, prefix, status, exception.Message);
            if (response is not { Started: true })
                await RefuseAsync(http, body, status, exception.Message, cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    private async Task AnswerAsync(
        GitGatewayThread thread, GatewayEndpoint endpoint, HttpRequestHead head, HttpConnection http, HttpBody body,
        HttpResponseBody response, CancellationToken cancellationToken)
    {
        if (head.ExpectsContinue)
            await http.WriteContinueAsync(cancellationToken).ConfigureAwait(false);
        if (endpoint is GatewayEndpoint.UploadPack or GatewayEndpoint.ReceivePack && head.ContentType != RequestTypeOf(endpoint))
            throw new HttpException(415, $"the content type must be {RequestTypeOf(endpoint)}");
        await (endpoint switch
        {
            GatewayEndpoint.UploadPackRefs => AdvertiseAsync(thread, head, response, cancellationToken),
            GatewayEndpoint.UploadPack => UploadPackAsync(thread, head, body, response, cancellationToken),
            GatewayEndpoint.ReceivePackRefs => AdvertiseForPushAsync(thread, response, cancellationToken),
            _ => ReceivePackAsync(thread, head, body, response, cancellationToken),
        }).ConfigureAwait(false);
    }

    private async Task AdvertiseAsync(GitGatewayThread thread, HttpRequestHead head, HttpResponseBody response, CancellationToken cancellationToken)
    {
        var mirror = _mirrors.Get(thread.Repository);
        await mirror.RefreshAsync(_options.MirrorFreshness, cancellationToken).ConfigureAwait(false);
        if (ProtocolOf(head) != "version=2")
        {
            await response.WriteAsync(PktLine.Write("# service=git-upload-pack\n"), cancellationToken).ConfigureAwait(false);
            await response.WriteAsync(PktLine.Flush, cancellationToken).ConfigureAwait(false);
        }

        await RunUploadPackAsync(
            thread, mirror, new GitCommand("upload-pack", "--stateless-rpc", "--http-backend-info-refs", "--strict", mirror.Directory) { Output = response },
            head, cancellationToken).ConfigureAwait(false);
    }

    private async Task UploadPackAsync(
        GitGatewayThread thread, HttpRequestHead head, HttpBody body, HttpResponseBody response, CancellationToken cancellationToken)
    {
        var mirror = _mirrors.Get(thread.Repository);
        if (!Directory.Exists(mirror.Directory))
            await mirror.RefreshAsync(_options.MirrorFreshness, cancellationToken).ConfigureAwait(false);
        using var unpacked = head.IsGzip ? new GZipStream(body, CompressionMode.Decompress, leaveOpen: true) : (Stream)body;
        using var limited = new LimitedStream(unpacked, MaxFetchRequestBytes, "the request");
        using var request = await SpooledBody.ReadAsync(limited, Path.Combine(_mirrors.Root, "spool"), MaxFetchRequestBytes, cancellationToken).ConfigureAwait(false);
        await RunUploadPackAsync(
            thread, mirror, new GitCommand("upload-pack", "--stateless-rpc", "--strict", mirror.Directory) { Input = request, Output = response },
            head, cancellationToken).ConfigureAwait(false);
    }

    private async Task RunUploadPackAsync(
        GitGatewayThread thread, RepositoryMirror mirror, GitCommand command, HttpRequestHead head, CancellationToken cancellationToken)
    {
        using var slot = await _slots.TakeAsync(thread, cancellationToken).ConfigureAwait(false);
        var result = await _mirrors.Git.RunAsync(
            command with
            {
                GitDirectory = mirror.Directory,
                Environment = ProtocolOf(head) is { } protocol ? [("GIT_PROTOCOL", protocol)] : [],
                Config =
                [
                    ("uploadpack.allowFilter", "true"), ("uploadpack.allowAnySHA1InWant", "false"), ("uploadpack.allowRefInWant", "false"),
                    ("uploadpack.keepAlive", "5"), ("pack.threads", "2"),
                ],
                MaxMemoryBytes = _options.MaxProcessMemoryBytes,
                Timeout = _options.RequestTimeout,
            },
            cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new HttpException(400, $"git upload-pack: {Printable.Line(result.Error, 300)}");
    }

    private async Task AdvertiseForPushAsync(GitGatewayThread thread, HttpResponseBody response, CancellationToken cancellationToken)
    {
        var mirror = _mirrors.Get(thread.Repository);
        await mirror.RefreshAsync(_options.MirrorFreshness, cancellationToken).ConfigureAwait(false);
        using var slot = await _slots.TakeAsync(thread, cancellationToken).ConfigureAwait(false);
        await PushAdvertisement.WriteAsync(mirror, thread, response, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReceivePackAsync(
        GitGatewayThread thread, HttpRequestHead head, HttpBody body, HttpResponseBody response, CancellationToken cancellationToken)
    {
        if (head.IsGzip)
            throw new HttpException(415, "a push must not be gzip encoded");
        var push = await PushCommands.ReadAsync(body, cancellationToken).ConfigureAwait(false);
        if (push.Commands.Count == 0 && !push.HasCertificate)
            return;
        var report = new PushReport(response, push);
        var decision = await _receiver.ReceiveAsync(thread, push, body, report, cancellationToken).ConfigureAwait(false);
        var refusal = decision.Pushed ? null : decision.Reason;
        if (!body.IsRead && !await body.TryDrainAsync(_options.MaxPushBytes, cancellationToken).ConfigureAwait(false))
            throw new HttpException(413, $"the push is larger than {_options.MaxPushBytes} bytes");
        await report.SayAsync(
            refusal is null ? $"pushed {push.Commands[0].New[..12]} to {thread.Branch}" : $"push refused: {refusal}", cancellationToken)
            .ConfigureAwait(false);
        await report.FinishAsync(refusal, cancellationToken).ConfigureAwait(false);
    }

    private static async Task RefuseAsync(HttpConnection http, HttpBody? body, int status, string reason, CancellationToken cancellationToken)
    {
        if (body is { IsRead: false } && status is not (400 or 408))
        {
            try
            {
                await body.TryDrainAsync(MaxFetchRequestBytes, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpException)
            {
                // The answer is an error already.
            }
        }

        await http.WriteTextAsync(status, $"drafthorse: {reason}\n", keepAlive: false, cancellationToken).ConfigureAwait(false);
    }

    private void Audit(GitGatewayThread thread, HttpRequestHead? head, string prefix, int status, string reason)
    {
        var path = head is not null && head.Path.StartsWith(prefix, StringComparison.Ordinal) ? head.Path[(prefix.Length - 1)..] : head?.Path;
        var request = head is null ? "(unreadable)" : $"{head.Method} {path}{(head.Query.Length > 0 ? "?" : "")}{head.Query}";
        var audit = new GitGatewayAudit(_mirrors.Time.GetUtcNow(), thread.ThreadId, Printable.Line(request, 300), status, Printable.Line(reason, 600));
        if (reason.Length > 0)
            GitGatewayLog.Refused(_logger, audit.ThreadId, audit.Request, status, audit.Reason);
        thread.OnRequest?.Invoke(audit);
    }

    private static string? ProtocolOf(HttpRequestHead head) => head.GitProtocol is "version=1" or "version=2" ? head.GitProtocol : null;

    private static string RequestTypeOf(GatewayEndpoint endpoint) => endpoint is GatewayEndpoint.UploadPack
        ? "application/x-git-upload-pack-request"
        : "application/x-git-receive-pack-request";

    private static string ContentTypeOf(GatewayEndpoint endpoint) => endpoint switch
    {
        GatewayEndpoint.UploadPackRefs => "application/x-git-upload-pack-advertisement",
        GatewayEndpoint.UploadPack => "application/x-git-upload-pack-result",
        GatewayEndpoint.ReceivePackRefs => "application/x-git-receive-pack-advertisement",
        _ => "application/x-git-receive-pack-result",
    };
}
