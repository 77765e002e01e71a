using System.Text.Json;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Models.Http;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Permissions;

/// <summary>
/// Judges each tool call as it is made, after all that may rewrite it, by the rules of every place: the strictest verdict counts, so that no place
/// lifts what another one says.
/// </summary>
internal sealed class PermissionMiddleware(IReadOnlyList<PermissionRules> rules, bool canAsk) : IAgentMiddleware
{
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        var judgement = Judge(call);
        return judgement.Verdict switch
        {
            PermissionVerdict.Allow => await next(call, cancellationToken).ConfigureAwait(false),
            PermissionVerdict.Deny => Refused($"Not done: it is forbidden by {judgement.Reason}. Do it in another way that is allowed, or leave it and say so."),
            _ => await AskAsync(call, judgement, cancellationToken).ConfigureAwait(false) ?? await next(call, cancellationToken).ConfigureAwait(false),
        };
    }

    private PermissionJudgement Judge(ToolCall call)
    {
        List<PermissionRules> all = [.. rules, .. call.Run.Get<PermissionRules>() is { } own ? [own] : Array.Empty<PermissionRules>()];
        if (all.TrueForAll(place => place.IsEmpty))
            return PermissionJudgement.Allowed;
        var judged = new JudgedCall(call.Tool, call.Effect, call.Arguments, call.Run.WorkingDirectory);
        return all.Aggregate(PermissionJudgement.Allowed, (worst, place) => worst.Or(place.Judge(judged)));
    }

    /// <summary>What the model is told instead of a result; null when a person has approved this very call.</summary>
    private async Task<ToolOutput?> AskAsync(ToolCall call, PermissionJudgement judgement, CancellationToken cancellationToken)
    {
        if (!canAsk)
            return Refused($"Not done: a person would have to agree first, by {judgement.Reason}, and nobody can be asked here. Do it in another way, or leave it and say so. Command lines of simple commands, joined by && || ; |, are understood.");
        var text = Describe(call, judgement);
        if (text.Length > ApprovalRequest.MaxText)
            return Refused($"Not done: a person would have to agree first, by {judgement.Reason}, and the call is too long to be shown whole. Make it shorter.");
        var request = new ApprovalRequest { Kind = ApprovalKinds.Tool, Text = text, Title = $"{call.Tool}: {Brief(call)}" };
        switch (call.Run.Approvals.Find(request))
        {
            case { State: ApprovalState.Approved } approved when approved.UsedBy is null || approved.UsedBy == call.CallId:
                await UseAsync(call, approved, cancellationToken).ConfigureAwait(false);
                return null;
            case { State: ApprovalState.Rejected or ApprovalState.Expired } rejected:
                return Refused($"Not done: {(rejected.State == ApprovalState.Expired ? "nobody agreed in time" : $"{rejected.By} rejected it{(rejected.Reason is { Length: > 0 } why ? $": {why}" : "")}")}. Do not try the same in another form; go on without it, or say why you cannot.");
            default:
                return Refused($"Not done yet: a person has to agree first, by {judgement.Reason}. They are asked now. When they have agreed you are told; make exactly the same call again then.") with { Approval = request };
        }
    }

    /// <summary>An answer holds for one call; asked for again after a crash it is still that one.</summary>
    private static Task UseAsync(ToolCall call, Approval approved, CancellationToken cancellationToken) => approved.UsedBy is not null
        ? Task.CompletedTask
        : call.Run.CommitAsync(new RunCommit { ChangeFacts = facts => ApprovalList.Replace(facts, approved with { UsedBy = call.CallId }) }, cancellationToken);

    /// <summary>All of the call, each value's lines set in, so that none of them looks like one of ours.</summary>
    private static string Describe(ToolCall call, PermissionJudgement judgement)
    {
        var arguments = call.Arguments.OrderBy(argument => argument.Key, StringComparer.Ordinal)
            .Select(argument => $"{ForeignText.Line(argument.Key)}:\n    {ForeignText.Visible(TextOf(argument.Value)).Replace("\n", "\n    ", StringComparison.Ordinal)}");
        return $"The tool {call.Tool}, with\n{string.Join('\n', arguments)}\n\nA person has to agree by {judgement.Reason}.";
    }

    private static string Brief(ToolCall call) => ForeignText.Line(string.Join(", ", call.Arguments.Values.Select(TextOf)));

    private static string TextOf(object? value) => value is JsonElement { ValueKind: JsonValueKind.String } text ? text.Text() ?? "" : value?.ToString() ?? "";

    private static ToolOutput Refused(string text) => ToolOutput.Error(text, ToolErrorClass.Permission);
}
