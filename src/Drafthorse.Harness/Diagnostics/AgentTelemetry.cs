using System.Diagnostics;
using System.Diagnostics.Metrics;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Diagnostics;

/// <summary>What runs and tool calls report, by OpenTelemetry's conventions for generative AI and in names of our own. No prompt, no
/// argument and no result is recorded.</summary>
internal static class AgentTelemetry
{
    private static readonly ActivitySource Source = new(DrafthorseTelemetry.ActivitySource);
    private static readonly Meter Meter = new(DrafthorseTelemetry.Meter);

    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("drafthorse_runs_total", null, "Runs that ended, by outcome and channel.");
    private static readonly Counter<long> ToolCalls = Meter.CreateCounter<long>("drafthorse_tool_calls_total", null, "Tool calls, by tool and result.");
    private static readonly Counter<long> ToolErrors = Meter.CreateCounter<long>("drafthorse_tool_errors_total", null, "Tool calls that failed, by tool, class of error and model.");
    private static readonly Counter<long> BudgetStops = Meter.CreateCounter<long>("drafthorse_budget_stops_total", null, "Model calls that a budget refused, by its scope.");

    private static readonly Counter<long> DoneGate = Meter.CreateCounter<long>("drafthorse_done_gate_total", null, "Replies that ended work and were judged, by result.");

    private static readonly Histogram<double> RunDuration = Meter.CreateHistogram(
        "drafthorse_run_duration_seconds", "s", "How long runs take, from claim to end.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400] });

    private const string UnknownTool = "unknown";

    public static Activity? StartRun(string agent, ThreadId threadId)
    {
        var activity = Source.StartActivity($"invoke_agent {agent}");
        activity?.SetTag("gen_ai.operation.name", "invoke_agent");
        activity?.SetTag("gen_ai.agent.name", agent);
        activity?.SetTag("gen_ai.conversation.id", threadId.ToString());
        return activity;
    }

    public static void FinishRun(Activity? activity, ThreadStatus outcome, string failure, string channel, TimeSpan took)
    {
        var name = ThreadStatusNames.Of(outcome);
        activity?.SetTag("drafthorse.outcome", name);
        if (outcome == ThreadStatus.Failed)
        {
            activity?.SetTag("error.type", failure);
            activity?.SetStatus(ActivityStatusCode.Error);
        }

        Runs.Add(1, new("outcome", name), new("channel", channel));
        RunDuration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", name));
    }

    /// <summary>A tool's span. The names of tools that do not exist are the model's own and stay out.</summary>
    public static Activity? StartTool(string? tool, string callId)
    {
        var activity = Source.StartActivity($"execute_tool {tool ?? UnknownTool}");
        activity?.SetTag("gen_ai.operation.name", "execute_tool");
        activity?.SetTag("gen_ai.tool.name", tool ?? UnknownTool);
        activity?.SetTag("gen_ai.tool.call.id", callId);
        return activity;
    }

    public static void FinishTool(Activity? activity, string? tool, string? errorClass, string model)
    {
        if (errorClass is not null)
        {
            activity?.SetTag("error.type", errorClass);
            activity?.SetStatus(ActivityStatusCode.Error);
            ToolErrors.Add(1, new("tool", tool ?? UnknownTool), new("class", errorClass), new("model", model));
        }

        ToolCalls.Add(1, new("tool", tool ?? UnknownTool), new("result", errorClass is null ? "ok" : "error"));
    }

    public static void CountDone(string result) => DoneGate.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>A budget refused a call; the kind of its scope only, as the whole name would have a thread or user in it.</summary>
    public static void CountBudgetStop(string scope) =>
        BudgetStops.Add(1, new KeyValuePair<string, object?>("scope", scope.Split(':') is ["tokens", var kind, ..] ? $"{kind}_tokens" : scope.Split(':')[0]));
}
