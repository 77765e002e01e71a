using System.Text;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models.Replies;

/// <summary>Gathers the updates of one streamed answer and forgets what a restart made void, but for what it cost.</summary>
/// <param name="maxOutputTokens">The longest answer that was asked for, in tokens; null = not said.</param>
internal sealed class ModelReplyBuilder(int? maxOutputTokens = null)
{
    private readonly List<AIContent> _contents = [];
    private readonly StringBuilder _text = new();
    private TextReasoningContent? _reasoning;
    private readonly List<ModelAttempt> _broken = [];
    private AnswerBounds _bounds = new(maxOutputTokens);
    private UsageDetails? _details;
    private UsageDetails? _total;
    private long _received;
    private bool _hasBegun;
    private string _model = "";
    private string? _modelId;
    private string? _responseId;
    private ChatFinishReason? _finishReason;

    /// <summary>Takes the next update.</summary>
    public void Add(ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        var model = update.AdditionalProperties?.GetValueOrDefault(ModelProperties.Model) as string;
        if (update.AdditionalProperties?.ContainsKey(ModelProperties.Restart) == true)
        {
            Restart(model ?? "");
            return;
        }

        _hasBegun = true;
        _model = model ?? _model;
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
        return new ModelReply { Contents = [.. _contents], Attempts = Attempts(_model), Model = _model, FinishReason = _finishReason };
    }

    /// <summary>What has been tried so far, as far as anything of it came.</summary>
    /// <param name="model">The model of the attempt that goes on or has just broken off.</param>
    public IReadOnlyList<ModelAttempt> Attempts(string model) => _hasBegun ? [.. _broken, new ModelAttempt(model, _details, _received)] : [.. _broken];

    /// <summary>The answer as Microsoft.Extensions.AI's clients return it.</summary>
    public ChatResponse ToChatResponse()
    {
        Flush();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. _contents]) { MessageId = _responseId })
        {
            ResponseId = _responseId,
            ModelId = _modelId,
            FinishReason = _finishReason,
            Usage = _total,
            AdditionalProperties = _model.Length == 0 ? null : new AdditionalPropertiesDictionary { [ModelProperties.Model] = _model },
        };
    }

    private void Restart(string model)
    {
        _broken.AddRange(_hasBegun ? [new ModelAttempt(model, _details, _received)] : []);
        (_hasBegun, _details, _received, _bounds) = (false, null, 0, new AnswerBounds(maxOutputTokens));
        _contents.Clear();
        _text.Clear();
        _reasoning = null;
        _finishReason = null;
    }

    /// <summary>Clients from elsewhere have no bounds of their own.</summary>
    private void Count(AIContent content)
    {
        var text = content switch
        {
            TextContent piece => piece.Text,
            TextReasoningContent reasoning => reasoning.Text + reasoning.ProtectedData,
            FunctionCallContent call => call.Name + ToolArguments.RawOf(call),
            _ => "",
        };
        _received += Encoding.UTF8.GetByteCount(text);
        if ((_bounds.Count(text.Length) ?? (content is FunctionCallContent ? _bounds.CountCall() : null)) is { } tooMuch)
        {
            throw new ModelException(ModelErrorKind.Unavailable, $"The model's answer is not taken: {tooMuch}.") { Model = _model };
        }
    }

    private void Add(AIContent content)
    {
        Count(content);
        switch (content)
        {
            case UsageContent usage:
                Sum(ref _details, usage.Details);
                Sum(ref _total, usage.Details);
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

    private static void Sum(ref UsageDetails? sum, UsageDetails details) => (sum ??= new UsageDetails()).Add(details);
}
