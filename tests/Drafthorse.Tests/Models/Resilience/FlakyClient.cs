using System.Runtime.CompilerServices;
using Drafthorse.Harness.Models;
using Microsoft.Extensions.AI;

namespace Drafthorse.Tests.Models.Resilience;

/// <summary>Does what it is told on each call: says words, then ends or fails.</summary>
internal sealed class FlakyClient(params FlakyClient.Act[] acts) : IChatClient
{
    public sealed record Act(string Words, Exception? Failure = null, bool Hangs = false);

    public int Calls { get; private set; }

    public static ModelException Failure(ModelErrorKind kind, TimeSpan? retryAfter = null) => new(kind, kind.ToString()) { RetryAfter = retryAfter };

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var act = acts[Math.Min(Calls++, acts.Length - 1)];
        if (act.Words.Length > 0)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, act.Words);
        }

        if (act.Hangs)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        if (act.Failure is not null)
        {
            throw act.Failure;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
