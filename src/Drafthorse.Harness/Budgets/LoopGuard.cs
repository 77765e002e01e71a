using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Todos;

namespace Drafthorse.Harness;

/// <summary>Counts identical steps in a row: the same tools with the same arguments, or nothing but the to-do list, whatever is in it.</summary>
internal sealed class LoopGuard(ModelCallLimit limit)
{
    private string _last = "";
    private int _count;

    /// <summary>Whether the steps that were counted wrote the to-do list and did nothing else.</summary>
    public bool IsOnlyTodos => _last == TodoWriteTool.ToolName;

    /// <summary>Takes note of a reply's calls and says what to do about them.</summary>
    public LoopVerdict Observe(IReadOnlyList<ContentBlock> content)
    {
        List<ContentBlock> all = [.. content.Where(block => block.Kind == "tool_call")];
        var calls = all.Count > 0 && all.TrueForAll(call => call.Name == TodoWriteTool.ToolName)
            ? TodoWriteTool.ToolName
            : string.Join('\n', all.Select(block => $"{block.Name} {block.Arguments}"));
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
