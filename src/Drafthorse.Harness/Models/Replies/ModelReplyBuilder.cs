using System.Text;
using Drafthorse.Harness.Threads.Journal;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Replies;

/// <summary>Gathers the updates of one streamed answer and forgets what a restart made void.</summary>
internal sealed class ModelReplyBuilder
{
    private readonly List<AIContent> _contents = [];
    private readonly StringBuilder _text = new();
    private TextReasoningContent? _reasoning;
    private TokenUsage _usage = new();
    private UsageDetails? _details;
    private string _model = "";
    private string? _modelId;
    private string? _responseId;
    private ChatFinishReason? _finishReason;

    /// <summary>Takes the next update.</summary>
    public void Add(ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (update.AdditionalProperties is { } properties)
        {
            if (properties.ContainsKey(ModelProperties.Restart))
            {
                _contents.Clear();
                _text.Clear();
                _reasoning = null;
                _finishReason = null;
            }

            if (properties.TryGetValue(ModelProperties.Model, out var model) && model is string name)
            {
                _model = name;
            }
        }

        _modelId = update.ModelId ?? _modelId;
        _responseId = update.ResponseId ?? _responseId;
        _finishReason = update.FinishReason ?? _finishReason;
        foreach (var content in update.Contents)
        {
            Add(content);
        }
    }

    /// <summary>The answer so far.</summary>
    public ModelReply Build()
    {
        Flush();
        return new ModelReply { Contents = [.. _contents], Usage = _usage, Model = _model, FinishReason = _finishReason };
    }

    /// <summary>The answer as Microsoft.Extensions.AI's clients return it.</summary>
    public ChatResponse ToChatResponse()
    {
        Flush();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. _contents]) { MessageId = _responseId })
        {
            ResponseId = _responseId,
            ModelId = _modelId,
            FinishReason = _finishReason,
            Usage = _details,
            AdditionalProperties = _model.Length == 0 ? null : new AdditionalPropertiesDictionary { [ModelProperties.Model] = _model },
        };
    }

    private void Add(AIContent content)
    {
        switch (content)
        {
            case UsageContent usage:
                _usage += ToTokens(usage.Details);
                if (_details is null)
                {
                    _details = usage.Details;
                }
                else
                {
                    _details.Add(usage.Details);
                }

                break;
            case TextContent text:
                EndReasoning();
                _text.Append(text.Text);
                break;
            case TextReasoningContent reasoning:
                EndText();
                Add(reasoning);
                break;
            default:
                Flush();
                _contents.Add(content);
                break;
        }
    }

    /// <summary>Pieces of one block of reasoning follow each other; its last one carries what only the vendor understands.</summary>
    private void Add(TextReasoningContent piece)
    {
        if (_reasoning is null)
        {
            _reasoning = new TextReasoningContent("") { AdditionalProperties = piece.AdditionalProperties };
        }

        _text.Append(piece.Text);
        if (piece.ProtectedData is { } data)
        {
            _reasoning.ProtectedData = data;
            EndReasoning();
        }
    }

    private void Flush()
    {
        EndReasoning();
        EndText();
    }

    private void EndReasoning()
    {
        if (_reasoning is { } reasoning)
        {
            reasoning.Text = _text.ToString();
            _text.Clear();
            _contents.Add(reasoning);
            _reasoning = null;
        }
    }

    private void EndText()
    {
        if (_reasoning is null && _text.Length > 0)
        {
            _contents.Add(new TextContent(_text.ToString()));
            _text.Clear();
        }
    }

    internal static TokenUsage ToTokens(UsageDetails details) => new()
    {
        Input = details.InputTokenCount ?? 0,
        CachedInput = details.CachedInputTokenCount ?? 0,
        CacheWrite = details.AdditionalCounts?.TryGetValue(ModelProperties.CacheWrite, out var written) == true ? written : 0,
        Output = details.OutputTokenCount ?? 0,
    };
}
