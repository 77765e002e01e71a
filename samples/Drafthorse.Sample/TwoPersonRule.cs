using System.Text.Json;
using Drafthorse.Harness;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Sample;

/// <summary>Middleware around tool calls: one tool is called only when somebody else than who asked for the work has agreed to exactly this call.</summary>
public sealed class TwoPersonRule(string tool) : IAgentMiddleware
{
    /// <inheritdoc />
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        if (call.Tool != tool)
            return await next(call, cancellationToken);
        var request = new ApprovalRequest { Kind = ApprovalKinds.Tool, Text = $"{tool} {JsonSerializer.Serialize(call.Arguments)}" };
        return call.Run.Approvals.Find(request) switch
        {
            { State: ApprovalState.Approved } approved when approved.By != approved.AskedFor => await next(call, cancellationToken),
            { State: ApprovalState.Approved } => ToolOutput.Error("Not done: who asked for the work agreed to it alone. Say that a second person has to ask for it."),
            { State: ApprovalState.Rejected or ApprovalState.Expired } no => ToolOutput.Error($"Not done: {no.Reason ?? "it was rejected"}."),
            _ => ToolOutput.Error("Not done yet: a second person is asked. Make exactly the same call again when they agreed.") with { Approval = request },
        };
    }
}
