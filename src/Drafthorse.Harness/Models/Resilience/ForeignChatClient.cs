using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Models.Http.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Resilience;

/// <summary>Lets a chat client from elsewhere behave as our own do: what it throws becomes a <see cref="ModelException"/>, so that
/// retries, fallback and compaction work, and reasoning goes back only to the model that made it.</summary>
internal sealed partial class ForeignChatClient(IChatClient innerClient, string name) : StreamingDecorator(innerClient)
{
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var updates = InnerClient.GetStreamingResponseAsync(messages.Select(WithOwnReasoning), options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (updates.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await updates.MoveNextAsync().ConfigureAwait(false))
                    {
                        yield break;
                    }
                }
                catch (Exception exception) when (Translate(exception, cancellationToken) is { } translated)
                {
                    throw translated;
                }

                foreach (var reasoning in updates.Current.Contents.OfType<TextReasoningContent>())
                {
                    (reasoning.AdditionalProperties ??= []).TryAdd(ModelProperties.Vendor, name);
                }

                yield return updates.Current;
            }
        }
    }

    private ChatMessage WithOwnReasoning(ChatMessage message) => message.Contents.OfType<TextReasoningContent>().All(IsOwn)
        ? message
        : new ChatMessage(message.Role, [.. message.Contents.Where(content => content is not TextReasoningContent reasoning || IsOwn(reasoning))]);

    private bool IsOwn(TextReasoningContent reasoning) =>
        reasoning.AdditionalProperties?.TryGetValue(ModelProperties.Vendor, out var vendor) == true && vendor is string maker && maker == name;

    /// <summary>What an exception of a client says about its model, or null when it says nothing: then it passes as it is.</summary>
    private ModelException? Translate(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        ModelException => null,
        OperationCanceledException => cancellationToken.IsCancellationRequested ? null : Of(ModelErrorKind.Timeout, exception),
        HttpRequestException { StatusCode: { } status } => Of(ProviderErrors.KindOf((int)status, "", exception.Message), exception, (int)status),
        HttpRequestException or IOException => Of(ModelErrorKind.Unavailable, exception),
        TimeoutException => Of(ModelErrorKind.Timeout, exception),
        _ => FromWords(exception),
    };

    /// <summary>Vendors' libraries have exceptions of their own; all of them write the status or the server's words.</summary>
    private ModelException? FromWords(Exception exception)
    {
        var status = StatusInText().Match(exception.Message) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
        var kind = ProviderErrors.KindOf(status, "", exception.Message);
        return status == 0 && kind == ModelErrorKind.Unavailable ? null : Of(kind, exception, status == 0 ? null : status);
    }

    private ModelException Of(ModelErrorKind kind, Exception exception, int? status = null) =>
        new(kind, $"{name} failed: {exception.Message}", exception) { Model = name, Status = status };

    [GeneratedRegex(@"\b(?:HTTP|Status(?:\s?Code)?)\s*[:=(]?\s*([45]\d\d)\b", RegexOptions.IgnoreCase)]
    private static partial Regex StatusInText();
}
