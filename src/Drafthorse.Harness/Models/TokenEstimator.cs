using System.Text;
using Drafthorse.Harness.Models.Http.Requests;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.Models;

/// <summary>Estimates tokens without a tokenizer, rather too many than too few, and learns from what the provider reports. One
/// estimator belongs to one thread and model.</summary>
internal sealed class TokenEstimator
{
    private const double BytesPerToken = 3.3;
    private const int PerMessage = 8;

    /// <summary>The most that vendors count for one picture of the size they scale to.</summary>
    private const int PerImage = 1_600;

    /// <summary>The messages that were estimated last, each with the sum up to it: a request begins with the one before it.</summary>
    private readonly List<(ChatMessage Message, double Sum)> _sums = [];

    /// <summary>What an estimate is multiplied with, learnt from reports; between 1 and 2, as one
    /// that is too low would let a budget be overshot.</summary>
    private double _factor = 1;

    /// <summary>Tokens of a message.</summary>
    public int Estimate(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Scale(Raw(message));
    }

    /// <summary>Tokens of a request: its instructions, tools and messages. What it has in common with the last one is not looked at again.</summary>
    public int Estimate(IReadOnlyList<ChatMessage> messages, ChatOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Scale(Sum(messages) + Raw(options));
    }

    /// <summary>Tokens of what was received.</summary>
    public int EstimateBytes(long bytes) => Scale(bytes / BytesPerToken);

    /// <summary>Learns from a report: what was estimated by <see cref="Estimate(IReadOnlyList{ChatMessage}, ChatOptions?)"/> for the
    /// request, and what the provider counted for it.</summary>
    public void Calibrate(int estimated, long reported)
    {
        // Small requests say little, as what vendors add to each weighs most there.
        if (estimated < 500 || reported < 500)
        {
            return;
        }

        _factor = Math.Clamp(_factor * reported / estimated, 1, 2);
    }

    private double Sum(IReadOnlyList<ChatMessage> messages)
    {
        // The system prompt stands before some lists and not before others.
        var first = messages is [{ } system, ..] && system.Role == ChatRole.System ? 1 : 0;
        var known = 0;
        while (known < _sums.Count && first + known < messages.Count && ReferenceEquals(_sums[known].Message, messages[first + known]))
        {
            known++;
        }

        _sums.RemoveRange(known, _sums.Count - known);
        var sum = known == 0 ? 0 : _sums[^1].Sum;
        foreach (var message in messages.Skip(first + known))
        {
            sum += Raw(message);
            _sums.Add((message, sum));
        }

        return sum + (first == 0 ? 0 : Raw(messages[0]));
    }

    private int Scale(double tokens) => (int)Math.Ceiling(tokens * _factor);

    private static double Raw(ChatMessage message) => PerMessage + message.Contents.Sum(Raw);

    private static double Raw(AIContent content) => content switch
    {
        TextContent text => Raw(text.Text),
        TextReasoningContent reasoning => Raw(reasoning.Text) + ((reasoning.ProtectedData?.Length ?? 0) / BytesPerToken),
        FunctionCallContent call => PerMessage + Raw(call.Name) + Raw(ToolArguments.RawOf(call)) + Raw(call.AdditionalProperties?.GetValueOrDefault(ModelProperties.Extra) as string),
        FunctionResultContent result => PerMessage + Raw(ToolResults.TextOf(result)) + (PerImage * ToolResults.ImagesOf(result).Count()),
        DataContent or UriContent => PerImage,
        _ => 0,
    };

    private static double Raw(ChatOptions? options) => options is null ? 0
        : Raw(options.Instructions) + (options.Tools?.OfType<AIFunctionDeclaration>().Sum(tool => PerMessage + Raw(tool.Description) + Raw(tool.JsonSchema.GetRawText())) ?? 0);

    private static double Raw(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text) / BytesPerToken;
}
