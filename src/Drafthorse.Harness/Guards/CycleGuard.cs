using System.Security.Cryptography;
using System.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Harness.Todos;

namespace Drafthorse.Harness.Guards;

/// <summary>Counts how often the last steps repeat the ones before them: the same tools with the same arguments, or nothing but the to-do
/// list, whatever is in it.</summary>
internal sealed class CycleGuard(ModelCallLimit limit)
{
    private readonly List<string> _last = [];
    private readonly int[] _repeated = new int[Math.Max(0, limit.LongestCycle)];

    /// <summary>Steps of the cycle that the last verdict is about.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the steps that were counted wrote the to-do list and did nothing else.</summary>
    public bool IsOnlyTodos => Length == 1 && _last is [.., TodoWriteTool.ToolName];

    /// <summary>Takes note of a reply's calls and says what to do about them.</summary>
    public LoopVerdict Observe(IReadOnlyList<ContentBlock> content)
    {
        var step = KeyOf(content);
        var verdict = LoopVerdict.GoOn;
        for (var length = 1; length <= _repeated.Length; length++)
        {
            ref var repeated = ref _repeated[length - 1];
            repeated = step.Length > 0 && _last.Count >= length && _last[^length] == step ? repeated + 1 : 0;
            var now = VerdictOf(repeated, length);
            if (now > verdict)
                (verdict, Length) = (now, length);
        }

        _last.Add(step);
        if (_last.Count > Math.Max(1, _repeated.Length))
            _last.RemoveAt(0);
        return verdict;
    }

    private LoopVerdict VerdictOf(int repeated, int length) =>
        repeated >= (limit.StopAfterIdenticalCalls - 1L) * length ? LoopVerdict.Stop
        : repeated > 0 && repeated == (limit.WarnAfterIdenticalCalls - 1L) * length ? LoopVerdict.Warn
        : LoopVerdict.GoOn;

    private static string KeyOf(IReadOnlyList<ContentBlock> content)
    {
        List<ContentBlock> calls = [.. content.Where(block => block.Kind == "tool_call")];
        if (calls.Count == 0)
            return "";
        return calls.TrueForAll(call => call.Name == TodoWriteTool.ToolName)
            ? TodoWriteTool.ToolName
            : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', calls.Select(call => $"{call.Name} {call.Arguments}").Distinct(StringComparer.Ordinal)))));
    }
}

/// <summary>What to do about steps that lead nowhere.</summary>
internal enum LoopVerdict
{
    GoOn,
    Warn,
    Stop,
}
