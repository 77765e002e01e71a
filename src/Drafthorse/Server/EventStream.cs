using System.Globalization;
using System.Text;
using Drafthorse.Events;

namespace Drafthorse.Server;

/// <summary>Events as server-sent events. A comment now and then keeps proxies from ending a stream in which nothing happens.</summary>
internal static class EventStream
{
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Writes the events as they come, until the reader leaves. Only the last line of an event has its id: who was cut off
    /// before gets all of the event again.</summary>
    public static async Task WriteAsync(HttpResponse response, IAsyncEnumerable<EventLine> events, TimeProvider time, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        await response.Body.FlushAsync(cancellationToken);
        try
        {
            await using var lines = events.GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                var next = lines.MoveNextAsync().AsTask();
                while (await Task.WhenAny(next, Task.Delay(KeepAlive, time, cancellationToken)) != next && !cancellationToken.IsCancellationRequested)
                    await WriteAsync(response, ": keep-alive\n\n", cancellationToken);
                if (!await next)
                    return;
                var line = lines.Current;
                await WriteAsync(response, $"{(line.IsLast ? string.Create(CultureInfo.InvariantCulture, $"id: {line.Position}\n") : "")}data: {Encoding.UTF8.GetString(line.Json.Span)}\n\n", cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left.
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken cancellationToken)
    {
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
