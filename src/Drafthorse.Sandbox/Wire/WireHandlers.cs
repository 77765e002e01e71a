using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drafthorse.Sandbox.Wire;

/// <summary>Answers one stream that the other end opened. The stream is completed when the task ends, and aborted when it fails:
/// with the code of a <see cref="SandboxCallException"/>, else as <see cref="CallCodes.Internal"/>. The token is cancelled when the
/// other end aborts the stream or the connection ends.</summary>
internal delegate Task WireHandler(WireStream call, ReadOnlyMemory<byte> head, CancellationToken cancellationToken);

/// <summary>The methods that one end answers.</summary>
internal sealed class WireHandlers
{
    private readonly Dictionary<string, WireHandler> _handlers = new(StringComparer.Ordinal);

    /// <summary>Answers <paramref name="method"/> (1 to <see cref="WireLimits.MaxMethod"/> ASCII characters) with a handler.</summary>
    public WireHandlers Add(string method, WireHandler handler)
    {
        WireStream.CheckMethod(method);
        _handlers.Add(method, handler);
        return this;
    }

    /// <summary>Answers <paramref name="method"/> with one answer to one request, both JSON.</summary>
    public WireHandlers Unary<TRequest, TResponse>(
        string method,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TResponse> responseType,
        Func<TRequest, CancellationToken, Task<TResponse>> answer) => Add(method, async (call, head, cancellationToken) =>
    {
        TRequest request = await call.ReadRequestAsync(head, requestType, cancellationToken).ConfigureAwait(false);
        TResponse response = await answer(request, cancellationToken).ConfigureAwait(false);
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(response, responseType);
        if (bytes.Length > WireLimits.MaxMessage)
            throw new SandboxCallException(CallCodes.TooLarge, $"The answer has {bytes.Length} bytes; a call carries {WireLimits.MaxMessage}.");

        await call.WriteLastAsync(bytes, cancellationToken).ConfigureAwait(false);
    });

    internal WireHandler? Find(string method) => _handlers.GetValueOrDefault(method);
}
