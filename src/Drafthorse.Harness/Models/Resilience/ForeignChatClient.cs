using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Models.Http.Errors;
using Drafthorse.Harness.Models.Replies;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Resilience;

/// <summary>Lets a chat client from elsewhere behave as our own do: what it throws becomes a <see cref="ModelException"/>, so that
/// retries, fallback and compaction work, and reasoning goes back only to the model that made it.</summary>
/// <param name="innerClient">The client.</param>
/// <param name="name">The specification of its model.</param>
/// <param name="silence">The longest time between two updates.</param>
/// <param name="time">The clock.</param>
internal sealed partial class ForeignChatClient(IChatClient innerClient, string name, TimeSpan silence, TimeProvider time) : StreamingDecorator(innerClient)
{
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var tags = new ThinkingTags();
        using var silent = new CancellationTokenSource(silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silent.Token);
        var updates = InnerClient.GetStreamingResponseAsync(messages.Select(WithOwnReasoning), options, either.Token).GetAsyncEnumerator(either.Token);
        await using (updates.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    silent.CancelAfter(silence);
                    if (!await updates.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }

                    silent.CancelAfter(Timeout.InfiniteTimeSpan);
                }
                catch (Exception exception) when (Translate(exception, cancellationToken) is { } translated)
                {
                    throw translated;
                }

                updates.Current.Contents = Read(updates.Current.Contents, tags);
                yield return updates.Current;
            }
        }

        if (ToContents(tags.End()) is { Count: > 0 } rest)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, rest);
        }
    }

    /// <summary>Says whose reasoning it is, and parts thinking from text.</summary>
    private List<AIContent> Read(IList<AIContent> contents, ThinkingTags tags)
    {
        var read = new List<AIContent>();
        foreach (var content in contents)
        {
            switch (content)
            {
                case TextContent text:
                    read.AddRange(ToContents(tags.Take(text.Text)));
                    break;
                case FunctionCallContent call:
                    read.AddRange(ToContents(tags.End()));
                    read.Add(call);
                    break;
                default:
                    if (content is TextReasoningContent reasoning)
                    {
                        (reasoning.AdditionalProperties ??= []).TryAdd(ModelProperties.Vendor, name);
                    }

                    read.Add(content);
                    break;
            }
        }

        return read;
    }

    private List<AIContent> ToContents(IEnumerable<(bool IsThinking, string Text)> pieces) =>
        [.. pieces.Select(piece => piece.IsThinking
            ? new TextReasoningContent(piece.Text) { AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Vendor] = name } }
            : (AIContent)new TextContent(piece.Text))];

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
        HttpRequestException { StatusCode: { } status } => Of(KindOf((int)status, exception), exception, (int)status),
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
        var kind = KindOf(status, exception);
        return status == 0 && kind == ModelErrorKind.Unavailable ? null : Of(kind, exception, status == 0 ? null : status);
    }

    private ModelException Of(ModelErrorKind kind, Exception exception, int? status = null) =>
        new(kind, $"{name} failed: {ReasonReader.Read(exception.Message).Message}", exception) { Model = name, Status = status, RetryAfter = ReasonReader.Read(exception.Message).RetryAfter };

    private static ModelErrorKind KindOf(int status, Exception exception) =>
        ReasonReader.Read(exception.Message) is var reason ? ProviderErrors.KindOf(status, reason, reason.RetryAfter) : default;

    [GeneratedRegex(@"\b(?:HTTP|Status(?:\s?Code)?)\s*[:=(]?\s*([45]\d\d)\b", RegexOptions.IgnoreCase)]
    private static partial Regex StatusInText();
}
