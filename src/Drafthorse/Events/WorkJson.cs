using System.Text.Json;
using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Events;

/// <summary>The members of events that tell how far the work is.</summary>
internal static class WorkJson
{
    public static void WriteTodos(Utf8JsonWriter writer, TodosWritten todos)
    {
        writer.WriteStartArray("todos");
        foreach (var todo in todos.Items)
        {
            writer.WriteStartObject();
            writer.WriteString("content", todo.Content);
            writer.WriteString("status", TodoStatusNames.Of(todo.Status));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteAsked(Utf8JsonWriter writer, ApprovalAsked asked)
    {
        writer.WriteString("id", asked.Id);
        writer.WriteString("kind", asked.Kind);
        writer.WriteString("hash", asked.Hash);
        writer.WriteString("title", asked.Title);
        writer.WriteString("text", asked.Text);
        writer.WriteString("repository", asked.Repository);
        writer.WriteString("baseCommit", asked.BaseCommit);
        writer.WriteString("whoMay", asked.WhoMay);
        writer.WriteString("expiresAt", asked.ExpiresAt);
    }

    public static void WriteClosed(Utf8JsonWriter writer, ApprovalClosed closed)
    {
        writer.WriteString("id", closed.Id);
        writer.WriteString("kind", closed.Kind);
        writer.WriteString("hash", closed.Hash);
        writer.WriteString("state", closed.State.ToString().ToLowerInvariant());
        writer.WriteString("by", closed.By);
        writer.WriteString("via", closed.Via);
        writer.WriteString("reason", closed.Reason);
    }

    /// <summary>What is waited for, and how to answer it.</summary>
    public static void WriteWaitsFor(Utf8JsonWriter writer, IReadOnlyList<Approval> open)
    {
        writer.WriteStartArray("waitsFor");
        foreach (var approval in open)
        {
            writer.WriteStartObject();
            writer.WriteString("id", approval.Id);
            writer.WriteString("kind", approval.Kind);
            writer.WriteString("hash", approval.Hash);
            writer.WriteString("title", approval.Title);
            writer.WriteString("expiresAt", approval.ExpiresAt);
            writer.WriteString("howTo", ApprovalDesk.HowTo([approval]));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteVerify(Utf8JsonWriter writer, VerifyFinished verify)
    {
        writer.WriteNumber("round", verify.Round);
        writer.WriteString("commit", verify.Commit);
        writer.WriteBoolean("passed", verify.Passed);
        writer.WriteStartArray("commands");
        foreach (var result in verify.Results)
        {
            writer.WriteStartObject();
            writer.WriteString("command", result.Command);
            if (result.ExitCode is { } code)
            {
                writer.WriteNumber("exitCode", code);
            }

            writer.WriteNumber("durationMs", Math.Round(result.DurationMs, 3));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteJudged(Utf8JsonWriter writer, DoneJudged judged)
    {
        writer.WriteString("result", judged.Result);
        writer.WriteString("reason", judged.Reason);
        writer.WriteStartArray("open");
        foreach (var kind in judged.Open)
        {
            writer.WriteStringValue(kind);
        }

        writer.WriteEndArray();
        writer.WriteNumber("step", judged.Step);
    }
}
