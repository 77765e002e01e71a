using Drafthorse.Harness.Threads;

namespace Drafthorse.Terminal.Output;

/// <summary>A journal record in one short line.</summary>
internal static class Summary
{
    private const int MaxLength = 120;

    public static string Of(JournalRecord record) => ToolLine.Cut(record.Event switch
    {
        RunStarted started => $"run {started.Token}{(started.TakenOver ? ", taken over" : "")}",
        MessagesTaken taken => string.Join(" | ", taken.Messages.Select(entry => $"{entry.Message.Sender}: {entry.Message.Text}")),
        NoticeGiven notice => $"{notice.Topic}: {notice.Text}",
        InstructionsGiven given => $"instructions: {string.Join(", ", given.Files.Select(file => file.Path))}",
        WorkspaceChanged changed => changed.Text,
        EnvironmentDescribed described => $"{described.Part}: {described.Data}",
        ModelReplied replied => string.Join(" ", replied.Content.Select(block => block.Kind == "tool_call" ? $"[{block.Name}]" : block.Text)),
        ToolStarted started => $"{started.Tool} {started.Arguments}",
        ToolFinished finished => $"{finished.Tool}{(finished.IsError ? " failed" : "")}: {string.Concat(finished.Content.Select(block => block.Text))}",
        TodosWritten todos => TodoLines.Progress(todos.Items),
        ContextCompacted compacted => $"{compacted.TokensBefore} to {compacted.TokensAfter} tokens",
        PlanWritten plan => $"version {plan.Version}: {plan.Content}",
        ApprovalAsked asked => $"{asked.Kind} {asked.Hash[..8]}: {asked.Title}",
        ApprovalClosed closed => $"{closed.Kind} {closed.Hash[..8]} {closed.State.ToString().ToLowerInvariant()} {closed.By} {closed.Reason}",
        VerifyFinished verify => verify.Passed ? "passed" : "failed",
        DoneJudged judged => $"{judged.Result} {judged.Reason} {string.Join(", ", judged.Open)}",
        BranchPushed pushed => $"{pushed.Branch} {pushed.Commit}",
        EffectFinished effect => $"{effect.Effect} {(effect.Succeeded ? "done" : "given up")}: {effect.Result}",
        RunFinished finished => $"{finished.Outcome} {finished.Reason} {finished.FinalText}",
        _ => "",
    }, MaxLength);
}
