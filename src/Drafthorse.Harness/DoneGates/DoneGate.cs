using System.Globalization;
using Drafthorse.Harness.Diagnostics;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.DoneGates;

/// <summary>
/// Judges the end of a model's work by what code sees, and tells the model what is open. What it told so far is read from the journal, so
/// that a successor neither repeats a message nor leaves one out.
/// </summary>
internal sealed class DoneGate(DoneGateOptions options)
{
    private const string Topic = "done";
    private const string Told = "told";

    /// <summary>Whether the model could be told something: it says that it is done, messages are left, and the budget pays for an answer.</summary>
    public async Task<bool> MayTellAsync(RunContext run, RunOutcome outcome, int maxFixRounds, CancellationToken cancellationToken) =>
        outcome.Status == ThreadStatus.Done && HasMessages(run, maxFixRounds) && await run.CanGoOnAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Judges. When the verdict is that the model was told something, the run goes on; else it ends, with the verdict's notes for people.</summary>
    public async Task<DoneVerdict> JudgeAsync(RunContext run, RunOutcome outcome, DoneEvidence evidence, CancellationToken cancellationToken)
    {
        if (outcome.Status != ThreadStatus.Done)
            return DoneVerdict.Ends;
        var before = run.Conversation.Judged;
        if (before is not null && before.Result != Told && before.Step == run.Conversation.Step && before.Commit == evidence.Commit)
            return Ended(run, before);
        if (evidence.WorkTree is null && Exemption(run, outcome, evidence) is { } exemption)
            return await EndAsync(run, evidence, "exempt", exemption, [], cancellationToken).ConfigureAwait(false);

        var isFirst = before is null or { Messages: 0 };
        var isSmall = evidence.ChangedLines < options.SmallChange;
        var message = await ListOpenAsync(run, evidence, isFirst && !isSmall, cancellationToken).ConfigureAwait(false);
        var isFreshRed = evidence.Red is not null && (before?.FixRounds ?? 0) < evidence.MaxFixRounds && !WasTold(before, evidence, "verify");
        var isDue = isFreshRed || evidence.WorkTree is not null
            || (isFirst && (message.Open.Any(kind => kind != "verify") || (options.Checklist && !isSmall && evidence.Red is null)));
        if (!isDue)
        {
            return message.Open.Count > 0
                ? await EndAsync(run, evidence, "left", isFirst ? "fix-rounds" : "told-before", message.Open, cancellationToken).ConfigureAwait(false)
                : await EndAsync(run, evidence, isFirst ? "exempt" : "passed", isFirst ? "small-change" : "", [], cancellationToken).ConfigureAwait(false);
        }

        if (!HasMessages(run, evidence.MaxFixRounds))
            return await EndAsync(run, evidence, "left", "messages", message.Open, cancellationToken).ConfigureAwait(false);
        if (!await run.CanGoOnAsync(cancellationToken).ConfigureAwait(false))
            return await EndAsync(run, evidence, "unchecked", "budget", message.Open, cancellationToken).ConfigureAwait(false);

        var judged = Next(run, evidence.Commit) with { Result = Told, Open = message.Open };
        await TellAsync(
            run,
            judged with { Messages = judged.Messages + 1, FixRounds = judged.FixRounds + (isFreshRed ? 1 : 0) },
            message.Build(asksQuestions: isFirst && options.Checklist),
            cancellationToken).ConfigureAwait(false);
        return DoneVerdict.GoesOn;
    }

    /// <summary>Tells the model, if it may be told, that its work could not be committed.</summary>
    public async Task<bool> TryTellCommitAsync(RunContext run, RunOutcome outcome, Complaint complaint, int maxFixRounds, CancellationToken cancellationToken)
    {
        if (!await MayTellAsync(run, outcome, maxFixRounds, cancellationToken).ConfigureAwait(false))
            return false;
        var next = Next(run, null);
        await TellAsync(run, next with { Result = Told, Open = ["work-tree"], Messages = next.Messages + 1 }, complaint, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Tells the model, if it may be told, that its work could not be pushed: what is refused would be lost, so this has rounds of its own.</summary>
    public static async Task<bool> TryTellPushAsync(RunContext run, RunOutcome outcome, string commit, Complaint complaint, int maxFixRounds, CancellationToken cancellationToken)
    {
        var next = Next(run, commit);
        if (outcome.Status != ThreadStatus.Done || next.PushRounds >= maxFixRounds || !await run.CanGoOnAsync(cancellationToken).ConfigureAwait(false))
            return false;
        await TellAsync(run, next with { Result = Told, Open = ["push"], PushRounds = next.PushRounds + 1 }, complaint, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static string? Exemption(RunContext run, RunOutcome outcome, DoneEvidence evidence) =>
        !evidence.IsChanged ? "nothing-changed"
        : run.Conversation.AnswerSchema is not null ? "answer-schema"
        : ReplyKind.IsQuestion(outcome.Text) ? "question"
        : null;

    private bool HasMessages(RunContext run, int maxFixRounds) => (run.Conversation.Judged?.Messages ?? 0) < Math.Max(options.MaxMessages, maxFixRounds);

    private static bool WasTold(DoneJudged? before, DoneEvidence evidence, string kind) =>
        before is not null && before.Commit == evidence.Commit && before.Open.Contains(kind);

    private async Task<DoneMessage> ListOpenAsync(RunContext run, DoneEvidence evidence, bool saysMissing, CancellationToken cancellationToken)
    {
        var message = new DoneMessage();
        if (evidence.Red is { } red)
            message.AddRed(red, evidence.IsCleanCheckout);
        if (evidence.WorkTree is { } complaint)
            message.AddWorkTree(complaint);
        if (options.Todos && run.Todos.Where(todo => todo.Status != TodoStatus.Completed).ToList() is { Count: > 0 } todos)
            message.AddTodos(todos);
        if (options.BackgroundCommands && await RunningAsync(run, cancellationToken).ConfigureAwait(false) is { Count: > 0 } running)
            message.AddBackground(running);
        if (options.Checklist && saysMissing && !evidence.HasVerify)
            message.AddMissing();
        return message;
    }

    private static async Task<IReadOnlyList<CommandInfo>> RunningAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Facts.Sandbox is null)
            return [];
        var client = await run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
        return [.. (await client.Commands.ListAsync(cancellationToken).ConfigureAwait(false)).Where(command => command is { IsBackground: true, End: null } && !CodeCommands.IsService(command))];
    }

    private async Task<DoneVerdict> EndAsync(RunContext run, DoneEvidence evidence, string result, string reason, IReadOnlyList<string> open, CancellationToken cancellationToken)
    {
        var judged = Next(run, evidence.Commit) with { Result = result, Reason = reason, Open = open };
        await run.CommitAsync(new RunCommit { Events = [judged] }, cancellationToken).ConfigureAwait(false);
        AgentTelemetry.CountDone(result);
        return Ended(run, judged);
    }

    private static async Task TellAsync(RunContext run, DoneJudged judged, Complaint complaint, CancellationToken cancellationToken)
    {
        var notice = new NoticeGiven { Topic = Topic, Text = complaint.Text, Output = complaint.Output.Length == 0 ? null : complaint.Output };
        await run.CommitAsync(new RunCommit { Events = [judged, notice] }, cancellationToken).ConfigureAwait(false);
        AgentTelemetry.CountDone(judged.Result);
    }

    /// <summary>The counts go on from the last judgement of the run.</summary>
    private static DoneJudged Next(RunContext run, string? commit) =>
        (run.Conversation.Judged ?? new DoneJudged()) with { Step = run.Conversation.Step, Result = "", Reason = "", Open = [], Commit = commit };

    private DoneVerdict Ended(RunContext run, DoneJudged judged)
    {
        var notes = new List<string>();
        if (judged.Result == "unchecked")
            notes.Add("Not checked: the budget does not pay for another look at the work.");
        var todos = run.Todos.Count(todo => todo.Status != TodoStatus.Completed);
        if (options.Todos && judged.Result is "left" or "unchecked" && todos > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{todos} of {run.Todos.Count} to-dos were left open."));
        return new DoneVerdict(false, notes);
    }
}

/// <summary>What became of a model's "done".</summary>
/// <param name="IsTold">Whether the model was told something, so that the run goes on.</param>
/// <param name="Notes">What people are told, when it ends.</param>
internal sealed record DoneVerdict(bool IsTold, IReadOnlyList<string> Notes)
{
    public static DoneVerdict Ends { get; } = new(false, []);

    public static DoneVerdict GoesOn { get; } = new(true, []);
}
