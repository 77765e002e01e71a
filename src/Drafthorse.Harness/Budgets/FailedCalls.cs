using System.Collections.Concurrent;
using System.Globalization;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Tools.Failures;

namespace Drafthorse.Harness;

/// <summary>Counts, for each tool, the failed calls in a row that the model itself could have made right, and tells it how many are left.</summary>
internal sealed class FailedCalls(ModelCallLimit limit, Action<ToolOutput> observe)
{
    private const string Unknown = "unknown";

    private readonly ConcurrentDictionary<string, int> _inARow = new(StringComparer.Ordinal);

    /// <summary>Why the run must stop; null while it may go on.</summary>
    public string? Excess => _inARow.FirstOrDefault(tool => tool.Value >= limit.StopAfterFailedCalls) is { Key: { } tool }
        ? tool == Unknown ? string.Create(CultureInfo.InvariantCulture, $"the model called tools that do not exist {limit.StopAfterFailedCalls} times in a row")
        : string.Create(CultureInfo.InvariantCulture, $"the model's calls of {tool} were wrong {limit.StopAfterFailedCalls} times in a row")
        : null;

    /// <summary>Takes note of a call's outcome; that of a wrong call says how many more are borne.</summary>
    public ToolOutput Count(string tool, ToolOutput output)
    {
        observe(output);
        var key = output.ErrorClass == ToolErrorClass.UnknownTool ? Unknown : tool;
        if (!output.IsError)
        {
            _inARow.TryRemove(key, out _);
            _inARow.TryRemove(Unknown, out _);
            return output;
        }

        if (!ToolErrorClasses.IsOfTheModel(output.ErrorClass))
        {
            return output;
        }

        var left = limit.StopAfterFailedCalls - _inARow.AddOrUpdate(key, 1, (_, count) => count + 1);
        return left == limit.StopAfterFailedCalls - 1 ? output : output with
        {
            Content = [.. output.Content, ContentBlock.OfText(left > 0 ? $"[{left} {(left == 1 ? "attempt" : "attempts")} left before the run is stopped: look at the state of things first, or try another way]" : "[no attempt left: the run is stopped]")],
        };
    }
}
