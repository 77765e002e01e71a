using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drafthorse.Harness;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Events;

/// <summary>
/// The one JSON shape of events: lines of <c>run --json</c>, server-sent events, and <c>threads export</c>. Every object has
/// <c>type</c>, <c>thread</c>, <c>seq</c> (the journal position; deltas repeat the last one) and <c>at</c>.
/// </summary>
internal static class EventJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The event as lines of UTF-8 JSON without line ends.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Write(AgentEvent agentEvent, long lastPosition, DateTimeOffset now) => agentEvent switch
    {
        JournalAppended appended => Write(agentEvent.ThreadId, appended.Position, appended.At, appended.Event, null),
        TextDelta delta => [WriteObject("text.delta", agentEvent.ThreadId, lastPosition, now, writer => writer.WriteString("text", delta.Text))],
        TextRestarted restarted => [WriteObject("text.restarted", agentEvent.ThreadId, lastPosition, now, writer => WriteRestart(writer, restarted))],
        ToolOutputDelta delta =>
        [
            WriteObject("tool.output", agentEvent.ThreadId, lastPosition, now, writer =>
            {
                writer.WriteString("callId", delta.CallId);
                writer.WriteString("text", delta.Text);
            }),
        ],
        _ => [],
    };

    private static void WriteRestart(Utf8JsonWriter writer, TextRestarted restarted)
    {
        writer.WriteString("reason", restarted.Reason);
        if (restarted.Attempt == 0)
            return;
        writer.WriteNumber("attempt", restarted.Attempt);
        writer.WriteNumber("maxAttempts", restarted.MaxAttempts);
        writer.WriteNumber("waitSeconds", restarted.Wait.TotalSeconds);
    }

    /// <summary>The end of a command that ends before a run began, or in a way that no journal says.</summary>
    public static ReadOnlyMemory<byte> WriteEnd(ThreadId? thread, long position, DateTimeOffset at, RunFinished end) =>
        WriteObject("run.finished", thread, position, at, writer => WriteEnd(writer, end, null));

    /// <summary>The end of a run that another one of the same command follows: the last line alone is <c>run.finished</c>.</summary>
    public static ReadOnlyMemory<byte> WriteEarlierEnd(ThreadId thread, long position, DateTimeOffset at, RunFinished end) =>
        WriteObject("run.ended", thread, position, at, writer => WriteEnd(writer, end, null));

    /// <summary>A journaled event. A model's reply is followed by its usage, as a line of its own.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Write(ThreadId thread, long position, DateTimeOffset at, JournalEvent journalEvent, PullRequestRef? pullRequest)
    {
        yield return WriteOne(thread, position, at, journalEvent, pullRequest);
        if (journalEvent is ModelReplied replied)
        {
            yield return WriteObject("usage", thread, position, at, writer =>
            {
                writer.WriteString("model", replied.Model);
                WriteUsage(writer, replied.Usage, replied.CostUsd);
            });
        }
    }

    private static ReadOnlyMemory<byte> WriteOne(ThreadId thread, long position, DateTimeOffset at, JournalEvent journalEvent, PullRequestRef? pullRequest) => journalEvent switch
    {
        RunStarted started => WriteObject("run.started", thread, position, at, writer =>
        {
            writer.WriteNumber("run", started.Token);
            writer.WriteBoolean("takenOver", started.TakenOver);
        }),
        PromptSet prompt => WriteObject("prompt.set", thread, position, at, writer => writer.WriteNumber("characters", prompt.System.Length)),
        MessagesTaken taken => WriteObject("messages.taken", thread, position, at, writer => WriteMessages(writer, taken)),
        NoticeGiven notice => WriteObject("notice", thread, position, at, writer =>
        {
            writer.WriteString("topic", notice.Topic);
            writer.WriteString("text", notice.Text);
        }),
        InstructionsGiven given => WriteObject("instructions.given", thread, position, at, writer =>
        {
            writer.WriteStartArray("paths");
            foreach (var file in given.Files)
                writer.WriteStringValue(file.Path);
            writer.WriteEndArray();
        }),
        WorkspaceChanged changed => WriteObject("workspace.changed", thread, position, at, writer => writer.WriteString("text", changed.Text)),
        EnvironmentDescribed described => WriteObject("environment.described", thread, position, at, writer =>
        {
            writer.WriteString("part", described.Part);
            writer.WriteString("text", described.Text);
            writer.WriteString("data", described.Data);
        }),
        ModelReplied replied => WriteObject("message", thread, position, at, writer => WriteReply(writer, replied)),
        ToolStarted started => WriteObject("tool.started", thread, position, at, writer =>
        {
            writer.WriteString("callId", started.CallId);
            writer.WriteString("tool", started.Tool);
            writer.WriteString("arguments", started.Arguments);
        }),
        ToolFinished finished => WriteObject("tool.finished", thread, position, at, writer =>
        {
            writer.WriteString("callId", finished.CallId);
            writer.WriteString("tool", finished.Tool);
            writer.WriteBoolean("error", finished.IsError);
            if (finished.ErrorClass is { } errorClass)
            {
                writer.WriteString("errorClass", errorClass);
            }

            writer.WriteNumber("durationMs", Math.Round(finished.DurationMs, 3));
            writer.WriteString("text", TextOf(finished.Content));
        }),
        TodosWritten todos => WriteObject("todos.written", thread, position, at, writer => WorkJson.WriteTodos(writer, todos)),
        ContextCompacted compacted => WriteObject("context.compacted", thread, position, at, writer =>
        {
            writer.WriteNumber("tokensBefore", compacted.TokensBefore);
            writer.WriteNumber("tokensAfter", compacted.TokensAfter);
            writer.WriteNumber("masked", compacted.Masked);
            writer.WriteNumber("summarized", compacted.Summarized);
            writer.WriteNumber("kept", compacted.Kept);
        }),
        PlanWritten plan => WriteObject("plan.written", thread, position, at, writer =>
        {
            writer.WriteNumber("version", plan.Version);
            writer.WriteString("content", plan.Content);
        }),
        ApprovalAsked asked => WriteObject("approval.asked", thread, position, at, writer => WorkJson.WriteAsked(writer, asked)),
        ApprovalClosed closed => WriteObject("approval.closed", thread, position, at, writer => WorkJson.WriteClosed(writer, closed)),
        VerifyFinished verify => WriteObject("verify.finished", thread, position, at, writer => WorkJson.WriteVerify(writer, verify)),
        DoneJudged judged => WriteObject("done.judged", thread, position, at, writer => WorkJson.WriteJudged(writer, judged)),
        BranchPushed pushed => WriteObject("branch.pushed", thread, position, at, writer =>
        {
            writer.WriteString("repository", pushed.Repository);
            writer.WriteString("branch", pushed.Branch);
            writer.WriteString("commit", pushed.Commit);
        }),
        EffectFinished effect => WriteObject("effect.finished", thread, position, at, writer =>
        {
            writer.WriteString("effect", effect.Effect);
            writer.WriteBoolean("succeeded", effect.Succeeded);
            writer.WriteString("result", effect.Result);
        }),
        RunFinished finished => WriteObject("run.finished", thread, position, at, writer => WriteEnd(writer, finished, pullRequest)),
        _ => WriteObject("event", thread, position, at, _ => { }),
    };

    private static void WriteMessages(Utf8JsonWriter writer, MessagesTaken taken)
    {
        writer.WriteStartArray("messages");
        foreach (var entry in taken.Messages)
        {
            writer.WriteStartObject();
            writer.WriteString("sender", entry.Message.Sender);
            writer.WriteString("text", entry.Message.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteReply(Utf8JsonWriter writer, ModelReplied replied)
    {
        writer.WriteNumber("step", replied.Step);
        writer.WriteString("model", replied.Model);
        writer.WriteString("text", TextOf(replied.Content));
        writer.WriteString("finishReason", replied.FinishReason);
    }

    private static void WriteEnd(Utf8JsonWriter writer, RunFinished finished, PullRequestRef? pullRequest)
    {
        writer.WriteString("outcome", finished.Outcome);
        writer.WriteString("reason", finished.Reason);
        writer.WriteString("text", finished.FinalText);
        writer.WriteStartArray("notes");
        foreach (var note in finished.Notes)
        {
            writer.WriteStringValue(note);
        }

        writer.WriteEndArray();
        if (finished.WaitsFor is { } open)
            WorkJson.WriteWaitsFor(writer, open);
        writer.WriteNumber("steps", finished.Steps);
        WriteUsage(writer, finished.Usage, finished.CostUsd);
        if (pullRequest is null)
        {
            writer.WriteNull("pullRequest");
        }
        else
        {
            writer.WriteString("pullRequest", pullRequest.Url);
        }
    }

    private static void WriteUsage(Utf8JsonWriter writer, TokenUsage usage, decimal costUsd)
    {
        writer.WriteStartObject("usage");
        writer.WriteNumber("input", usage.Input);
        writer.WriteNumber("cachedInput", usage.CachedInput);
        writer.WriteNumber("cacheWrite", usage.CacheWrite);
        writer.WriteNumber("output", usage.Output);
        writer.WriteEndObject();
        if (usage.Unpriced > 0)
            writer.WriteNull("costUsd");
        else
            writer.WriteNumber("costUsd", costUsd);
    }

    private static string TextOf(IReadOnlyList<ContentBlock> content) =>
        string.Concat(content.Where(block => block.Kind == "text").Select(block => block.Text));

    private static ReadOnlyMemory<byte> WriteObject(string type, ThreadId? thread, long seq, DateTimeOffset at, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            if (thread is { } known)
                writer.WriteString("thread", known.Value);
            else
                writer.WriteNull("thread");
            writer.WriteNumber("seq", seq);
            writer.WriteString("at", at);
            members(writer);
            writer.WriteEndObject();
        }

        return JsonText.Visible(buffer.WrittenMemory);
    }
}
