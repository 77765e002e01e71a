using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drafthorse.Sandbox.Wire;

/// <summary>Calls with one JSON request and one JSON answer.</summary>
internal static class WireCalls
{
    /// <summary>Calls a unary method at the other end. Throws <see cref="SandboxCallException"/> when the call fails there and
    /// <see cref="WireException"/> when the connection ends or the answer takes five minutes; cancelling cancels the call there.</summary>
    public static Task<TResponse> InvokeAsync<TRequest, TResponse>(
        this WireConnection connection,
        string method,
        TRequest request,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TResponse> responseType,
        CancellationToken cancellationToken,
        int maxAnswer = WireLimits.MaxMessage) => connection.WithinAsync(
        WireLimits.AnswerTime,
        async token =>
        {
            WireStream call = await connection.OpenCallAsync(method, request, requestType, token).ConfigureAwait(false);
            await using (call.ConfigureAwait(false))
            {
                return await call.ReadMessageAsync(responseType, maxAnswer, token).ConfigureAwait(false)
                    ?? throw new SandboxCallException(CallCodes.Internal, $"The answer to {method} is null.");
            }
        },
        cancellationToken);

    /// <summary>Closes the connection when a call takes longer than it may, and throws <see cref="WireException"/>.</summary>
    internal static async Task<T> WithinAsync<T>(
        this WireConnection connection, TimeSpan limit, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(limit);
        try
        {
            return await call(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            string message = $"The sandbox gave no answer within {limit.TotalSeconds:0} s.";
            await connection.CloseAsync("silent", message).ConfigureAwait(false);
            throw new WireException(WireEnd.Closed, message, "silent", e);
        }
    }

    /// <summary>Opens a stream whose request is JSON, of any size up to <see cref="WireLimits.MaxMessage"/>, and ends the writing
    /// side; the handler reads it with <see cref="ReadRequestAsync"/>.</summary>
    public static async Task<WireStream> OpenCallAsync<TRequest>(
        this WireConnection connection,
        string method,
        TRequest request,
        JsonTypeInfo<TRequest> requestType,
        CancellationToken cancellationToken)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(request, requestType);
        if (bytes.Length <= WireLimits.MaxHead)
            return await connection.OpenAsync(method, bytes, endsWrites: true, cancellationToken).ConfigureAwait(false);

        if (bytes.Length > WireLimits.MaxMessage)
            throw new SandboxCallException(CallCodes.TooLarge, $"The request has {bytes.Length} bytes; a call carries {WireLimits.MaxMessage}.");

        WireStream call = await connection.OpenAsync(method, ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        try
        {
            await call.WriteLastAsync(bytes, cancellationToken).ConfigureAwait(false);
            return call;
        }
        catch
        {
            await call.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The JSON request of a stream opened by <see cref="OpenCallAsync"/>.</summary>
    public static async Task<TRequest> ReadRequestAsync<TRequest>(
        this WireStream call, ReadOnlyMemory<byte> head, JsonTypeInfo<TRequest> requestType, CancellationToken cancellationToken)
    {
        TRequest? request = head.IsEmpty
            ? await call.ReadMessageAsync(requestType, WireLimits.MaxMessage, cancellationToken).ConfigureAwait(false)
            : Parse(head.Span, requestType);

        return request ?? throw new SandboxCallException(CallCodes.BadRequest, "The request is null.");
    }

    private static async Task<T?> ReadMessageAsync<T>(this WireStream call, JsonTypeInfo<T> type, int max, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            int length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                int read = await call.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return Parse(buffer.AsSpan(0, length), type);

                length += read;
                if (length > max)
                    throw new SandboxCallException(CallCodes.TooLarge, $"The message is larger than {max} bytes.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static T? Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new SandboxCallException(CallCodes.BadRequest, $"The message cannot be read: {e.Message}");
        }
    }
}
