using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness.Context;

/// <summary>Keeps a thread's frame up to date as events are committed. Bounded, whatever people and models write.</summary>
internal sealed class WorkFrame
{
    private const int MostSaid = 40;
    private const int MostSaidLength = 6_000;
    private const int MostMaterials = 4;
    private const int MostMaterialLength = 3_000;
    private const int MostFiles = 60;
    private const int MostPath = 300;
    private const int MostCommands = 5;
    private const int MostCommandLength = 300;

    private readonly Dictionary<string, ToolStarted> _running = new(StringComparer.Ordinal);
    private int _step;

    /// <summary>The frame as of the last event.</summary>
    public ContextFrame Now { get; private set; } = new();

    public void Apply(JournalEvent journalEvent)
    {
        switch (journalEvent)
        {
            case ModelReplied replied:
                _step = replied.Step;
                _running.Clear();
                break;
            case ToolStarted { Effect: "write" } started:
                _running[started.CallId] = started;
                break;
            case ToolFinished finished:
                if (_running.Remove(finished.CallId, out var run))
                    Add(run, finished);
                break;
            case MessagesTaken taken:
                Add(taken.Messages);
                break;
            case VerifyFinished verified:
                Now = Now with { Verify = verified };
                break;
            case BranchPushed pushed:
                Now = Now with { PushedCommit = pushed.Commit };
                break;
            case ContextCompacted compacted:
                _step = compacted.Step;
                Now = compacted.Frame ?? Now;
                break;
        }
    }

    private void Add(IReadOnlyList<InboxEntry> messages)
    {
        List<InboxEntry> said = [.. Now.Said, .. messages.Select(Bounded)];
        var over = Math.Max(0, said.Count - MostSaid);
        said.RemoveRange(Math.Min(1, said.Count), over);
        Now = Now with { Said = said, SaidLeftOut = Now.SaidLeftOut + over };
    }

    private void Add(ToolStarted started, ToolFinished finished)
    {
        if (CallArguments.Command(started) is { } command)
        {
            var text = string.Concat(finished.Content.Where(block => block.Kind == "text").Select(block => block.Text)).TrimEnd();
            var run = new CommandRun
            {
                Step = _step,
                Command = CutText.ToLength(command, MostCommandLength),
                Result = text.Length <= MostCommandLength ? text : CutText.Between(text, 0, MostCommandLength, _ => "...").TrimStart(),
            };
            Now = Now with { Commands = [.. Now.Commands.TakeLast(MostCommands - 1), run] };
            return;
        }

        if (finished.IsError)
            return;
        var paths = CallArguments.Paths(started).Where(path => path.Length is > 0 and <= MostPath).Distinct(StringComparer.Ordinal).Take(MostFiles).ToList();
        if (paths.Count == 0)
            return;
        List<ChangedFile> files = [.. Now.Files.Where(file => !paths.Contains(file.Path)), .. paths.Select(path => new ChangedFile { Path = path, Tool = started.Tool, Step = _step })];
        var over = Math.Max(0, files.Count - MostFiles);
        Now = Now with { Files = files[over..], FilesLeftOut = Now.FilesLeftOut + over };
    }

    private static InboxEntry Bounded(InboxEntry entry) => entry with
    {
        Message = entry.Message with
        {
            Text = CutText.ToLength(entry.Message.Text, MostSaidLength),
            Material = entry.Message.Material is { } material ? [.. material.Take(MostMaterials).Select(piece => piece with { Text = CutText.ToLength(piece.Text, MostMaterialLength) })] : null,
            Images = null,
            AnswerSchema = null,
        },
    };
}
