using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Drafthorse.Harness.Models.Families;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Models.Http.Requests;
using Drafthorse.Harness.Models.Replies;
using Drafthorse.Harness.Threads;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models;

/// <summary>Answers from a recorded script. Holds no state: the turn is the number of answers that the conversation already has
/// since the section began, so a resumed thread gets the turn that the killed process was about to get.</summary>
public sealed class ScriptedChatClient(ModelSpec spec, ModelScript script, TimeProvider? time = null) : IChatClient
{
    private const int CharactersPerToken = 4;

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>How the recorded model is told of tools.</summary>
    internal ToolContract Tools { get; init; } = ToolContract.General;

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var reply = new ModelReplyBuilder();
        await foreach (var update in GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            reply.Add(update);
        }

        return reply.ToChatResponse();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var conversation = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var (turn, answered) = Find(conversation, options);
        if (turn.Window is { } window && conversation.Sum(message => SizeOf(message)) / CharactersPerToken > window)
        {
            throw new ModelException(ModelErrorKind.ContextOverflow, $"{spec} takes {window} tokens at most, as its script says, and the request has more.") { Model = spec.ToString() };
        }

        Check(turn, conversation);
        if (turn.DelayMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(turn.DelayMs), _time, cancellationToken).ConfigureAwait(false);
        }

        if (turn.Reasoning is not null)
        {
            yield return Update(new TextReasoningContent(turn.Reasoning)
            {
                AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Vendor] = spec.ToString() },
            });
        }

        if (!string.IsNullOrEmpty(turn.Text))
        {
            yield return Update(new TextContent(turn.Text));
        }

        if (turn.Error is { } kind)
        {
            throw new ModelException(kind, $"{spec} fails here, as its script says: {kind}.") { Model = spec.ToString() };
        }

        for (var index = 0; index < turn.Calls.Count; index++)
        {
            yield return Update(ToCall(turn.Calls[index], answered, index));
        }

        var usage = turn.Usage ?? new TokenUsage();
        var last = Update(new UsageContent(new UsageDetails
        {
            InputTokenCount = usage.Input,
            CachedInputTokenCount = usage.CachedInput,
            OutputTokenCount = usage.Output,
            TotalTokenCount = usage.Input + usage.Output,
            AdditionalCounts = usage.CacheWrite > 0 ? new AdditionalPropertiesDictionary<long> { [ModelProperties.CacheWrite] = usage.CacheWrite } : null,
        }));
        last.FinishReason = turn.FinishReason is { } reason ? new ChatFinishReason(reason) : turn.Calls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;
        last.AdditionalProperties = new AdditionalPropertiesDictionary { [ModelProperties.Model] = spec.ToString() };
        yield return last;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ModelSpec) ? spec
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>The turn to answer with, and how many answers the whole conversation has.</summary>
    private (ScriptTurn Turn, int Answered) Find(IReadOnlyList<ChatMessage> conversation, ChatOptions? options)
    {
        var section = FirstSection(options);
        var inSection = 0;
        var answered = 0;
        foreach (var message in conversation)
        {
            if (message.Role == ChatRole.Assistant)
            {
                inSection++;
                answered++;
            }
            else if (script.Sections.FirstOrDefault(candidate => Begins(candidate[0], message)) is { } found)
            {
                section = found;
                inSection = 0;
            }
        }

        var last = section[^1];
        var turn = inSection < section.Count ? section[inSection] : last.Repeat ? last : null;
        return turn is not null
            ? (turn, answered)
            : throw Failure(string.Create(CultureInfo.InvariantCulture,
                $"has no turn {inSection + 1}{((section[0].When ?? section[0].WhenResult) is { } when ? $" after '{when}'" : "")}: add one, or \"repeat\": true to the last."));
    }

    private void Check(ScriptTurn turn, IReadOnlyList<ChatMessage> conversation)
    {
        if (turn.Expect is not { } expected)
        {
            return;
        }

        for (var index = conversation.Count - 1; index >= 0 && conversation[index].Role != ChatRole.Assistant; index--)
        {
            if (TextOf(conversation[index]).Contains(expected, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw Failure($"expected '{expected}' in the messages since the last answer, which end with: {Tail(TextOf(conversation[^1]))}");
    }

    private ModelException Failure(string what) => new(ModelErrorKind.InvalidRequest, $"{spec} {what}") { Model = spec.ToString() };

    private ChatResponseUpdate Update(AIContent content) => new(ChatRole.Assistant, [content]) { ModelId = spec.Model };

    private static FunctionCallContent ToCall(ScriptCall call, int answered, int index)
    {
        var raw = call.Arguments.ValueKind switch
        {
            JsonValueKind.String => call.Arguments.Text()!,
            JsonValueKind.Undefined or JsonValueKind.Null => "{}",
            _ => call.Arguments.GetRawText(),
        };
        return ToolArguments.ToCall(call.Id ?? string.Create(CultureInfo.InvariantCulture, $"call_{answered + 1}_{index + 1}"), call.Name, raw);
    }

    private static long SizeOf(ChatMessage message) => TextOf(message).Length + message.Contents.OfType<FunctionCallContent>().Sum(call => (long)ToolArguments.RawOf(call).Length);

    private IReadOnlyList<ScriptTurn> FirstSection(ChatOptions? options) =>
        script.Sections.FirstOrDefault(section => section[0].Declared is { } declared && IsDeclared(declared, options)) ?? script.Sections[0];

    private bool IsDeclared(string declared, ChatOptions? options)
    {
        var (tool, argument) = declared.Split('.', 2) is [var name, var member] ? (name, member) : (declared, null);
        return Tools.Declare(options?.Tools ?? []).Any(candidate => candidate.Name == tool
            && (argument is null || candidate.Schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(argument, out _)));
    }

    private static bool Begins(ScriptTurn first, ChatMessage message) =>
        message.Role == ChatRole.User ? first.When is { } when && message.Text.Contains(when, StringComparison.Ordinal)
        : message.Role == ChatRole.Tool && first.WhenResult is { } result && TextOf(message).Contains(result, StringComparison.Ordinal);

    private static string TextOf(ChatMessage message) =>
        string.Join('\n', message.Contents.Select(content => content is FunctionResultContent result ? ToolResults.TextOf(result) : content is TextContent text ? text.Text : ""));

    private static string Tail(string text) => text.Length <= 200 ? text : "..." + text[^200..];
}
