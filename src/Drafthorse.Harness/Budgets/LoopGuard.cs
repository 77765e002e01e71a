using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Counts identical steps in a row: the same tools with the same arguments.</summary>
internal sealed class LoopGuard(ModelCallLimit limit)
{
    private string _last = "";
    private int _count;

    /// <summary>Takes note of a reply's calls and says what to do about them.</summary>
    public LoopVerdict Observe(IReadOnlyList<ContentBlock> content)
    {
        var calls = string.Join('\n', content.Where(block => block.Kind == "tool_call").Select(block => $"{block.Name} {block.Arguments}"));
        _count = calls.Length > 0 && calls == _last ? _count + 1 : 1;
        _last = calls;
        return calls.Length == 0 ? LoopVerdict.GoOn
            : _count >= limit.StopAfterIdenticalCalls ? LoopVerdict.Stop
            : _count == limit.WarnAfterIdenticalCalls ? LoopVerdict.Warn
            : LoopVerdict.GoOn;
    }
}

internal enum LoopVerdict
{
    GoOn,
    Warn,
    Stop,
}
