using System.Globalization;
using Drafthorse.Harness.Context;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>What was said and seen in a thread, record by record. Searches themselves are left out, and results that are archived whole.</summary>
internal static class SessionTexts
{
    private static readonly string[] Kinds = ["messages.taken", "notice.given", "model.replied", "tool.finished", "verify.finished"];

    public static IEnumerable<(SessionSource Source, string Text)> Of(JournalRecord record, IReadOnlySet<string> archived) => !Kinds.Contains(record.Kind) ? [] : record.Event switch
    {
        MessagesTaken taken => taken.Messages.Select(entry => (new SessionSource(null, $"message from {entry.Message.Sender} at {entry.EnqueuedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC"), MessageRendering.Render(entry).Content[0].Text!)),
        NoticeGiven notice => [(new SessionSource(null, $"notice ({notice.Topic})"), $"{notice.Text}\n{notice.Output}")],
        ModelReplied replied => replied.Content.Where(block => block.Name != SessionSearchTool.ToolName).Select(block => block.Kind switch
        {
            "text" => (new SessionSource(replied.Step, "your reply"), block.Text ?? ""),
            "tool_call" => (new SessionSource(replied.Step, $"your call of {block.Name}"), block.Arguments ?? ""),
            _ => (new SessionSource(replied.Step, ""), ""),
        }),
        ToolFinished finished when finished.Tool != SessionSearchTool.ToolName && !archived.Contains(finished.CallId) =>
            [(SourceOf(finished.CallId, $"result of {finished.Tool}"), string.Join('\n', finished.Content.Where(block => block.Kind == "text").Select(block => block.Text)))],
        VerifyFinished verified => verified.Results.Select(result => (new SessionSource(null, $"verify round {verified.Round}, exit code {result.ExitCode}"), $"{result.Command}\n{result.OutputTail}")),
        _ => [],
    };

    /// <summary>Where a call's result comes from: our call ids are token, step and index.</summary>
    public static SessionSource SourceOf(string callId, string what) =>
        new(callId.Split('-') is [_, var step, _] && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null, $"{what} (call {callId})");
}

/// <summary>Where a passage comes from.</summary>
/// <param name="Step">The step, or null when it belongs to none.</param>
/// <param name="What">What it is, in words.</param>
internal sealed record SessionSource(int? Step, string What);
