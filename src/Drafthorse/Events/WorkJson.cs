using System.Text.Json;
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
