using System.Globalization;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Guards;

/// <summary>Notices a run that goes nowhere: steps that repeat themselves, and steps that bring nothing. Each is warned about before it stops
/// the run.</summary>
internal sealed class StepGuards
{
    private readonly RunContext _run;
    private readonly ModelCallLimit _limit;
    private readonly Func<string, ToolEffect> _effectOf;
    private readonly CycleGuard _cycles;
    private readonly ProgressGuard _progress;
    private TreeState? _tree;

    public StepGuards(RunContext run, ModelCallLimit limit, Func<string, ToolEffect> effectOf)
    {
        (_run, _limit, _effectOf) = (run, limit, effectOf);
        _cycles = new CycleGuard(limit);
        _progress = new ProgressGuard(limit, ReadTreeAsync);
    }

    /// <summary>Looks at a reply's calls before they run.</summary>
    public GuardFinding? BeforeTools(IReadOnlyList<ContentBlock> content)
    {
        var verdict = _cycles.Observe(content);
        var times = verdict == LoopVerdict.Stop ? _limit.StopAfterIdenticalCalls : _limit.WarnAfterIdenticalCalls;
        return (verdict, _cycles) switch
        {
            (LoopVerdict.GoOn, _) => null,
            (LoopVerdict.Warn, { IsOnlyTodos: true }) => Warning($"You have written the to-do list {times} times in a row and done nothing else. Work on what it says, or say what stops you."),
            (LoopVerdict.Warn, { Length: 1 }) => Warning($"You have made the same call {times} times in a row with the same arguments. Its outcome will not change: try another way, or say what stops you."),
            (LoopVerdict.Warn, { Length: var length }) => Warning($"You have made the same {length} steps {times} times over, with the same arguments. That leads nowhere new: try another way, or say what stops you."),
            (_, { IsOnlyTodos: true }) => Stop($"the model wrote its to-do list {times} times in a row and did nothing else"),
            (_, { Length: 1 }) => Stop($"the model made the same call {times} times in a row"),
            (_, { Length: var length }) => Stop($"the model made the same {length} steps {times} times over"),
        };
    }

    /// <summary>Looks at what a reply's calls brought.</summary>
    public async Task<GuardFinding?> AfterToolsAsync(IReadOnlyList<ContentBlock> content, CancellationToken cancellationToken)
    {
        var results = _run.Conversation.Messages.Reverse().TakeWhile(message => message.Role != "assistant").Where(message => message.Role == "tool")
            .ToLookup(message => message.CallId ?? "", StringComparer.Ordinal);
        List<StepCall> calls = [.. content.Where(block => block.Kind == "tool_call").SelectMany(call => results[call.CallId ?? ""].Take(1).Select(result =>
            new StepCall(call.Name ?? "", _effectOf(call.Name ?? ""), string.Concat(result.Content.Select(block => block.Text)), result.IsError)))];
        return await _progress.ObserveAsync(calls, cancellationToken).ConfigureAwait(false) switch
        {
            LoopVerdict.Warn => Warning(
                $"For {_limit.WarnAfterStepsWithoutProgress} steps nothing new came: no file that you had not read, no change, no other test result. Try another way, ask a person, or say what stops you."),
            LoopVerdict.Stop => Stop($"for {_limit.StopAfterStepsWithoutProgress} steps nothing new came: no file that was not read before, no change, no other test result"),
            _ => null,
        };
    }

    private static GuardFinding Warning(FormattableString text) => new(IsStop: false, text.ToString(CultureInfo.InvariantCulture));

    private static GuardFinding Stop(FormattableString text) => new(IsStop: true, text.ToString(CultureInfo.InvariantCulture));

    private async Task<string?> ReadTreeAsync(CancellationToken cancellationToken)
    {
        if (_run.Facts.Sandbox is null)
            return null;
        var now = await TreeState.ReadAsync(_run, _tree?.Base, cancellationToken).ConfigureAwait(false);
        _tree ??= now;
        return now?.Hash;
    }
}

/// <summary>What a guard has to say.</summary>
/// <param name="IsStop">Whether the run is stopped; else the model is warned.</param>
/// <param name="Text">The warning, or why the run is stopped.</param>
internal sealed record GuardFinding(bool IsStop, string Text);
