using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Planning;
using Drafthorse.Harness.Threads;
using Drafthorse.Terminal;

namespace Drafthorse.Repl;

/// <summary><c>/plan</c>, <c>/approve</c> and <c>/reject</c>: the person at the terminal answers what their thread waits for, and it goes on.</summary>
internal static class ReplAnswers
{
    private const int FewestDigits = 8;

    /// <summary>The thread's plan, and how it stands.</summary>
    private static async Task ShowPlanAsync(ReplSession session, CancellationToken cancellationToken)
    {
        var store = session.Platform.Store;
        var thread = await store.GetThreadAsync(ThreadId.FromKey(session.ThreadKey), cancellationToken);
        if (thread is null || await store.ReadPlanAsync(thread, cancellationToken) is not { } plan)
        {
            session.Console.Say($"[dim]There is no plan in this thread. /plan TASK makes one before anything is changed.[/]");
            return;
        }

        session.Console.Say($"{PlanLines.Numbered(plan.Content):lines}");
        session.Console.Say($"[dim]version {plan.Version}, {thread.Facts.Plan!.Stage switch { PlanStage.Planning => "not approved yet", PlanStage.Approved => $"approved by {thread.Facts.Plan.ApprovedBy}", _ => "its work has ended" }}[/]");
    }

    public static Task RunAsync(ReplSession session, string line, CancellationToken cancellationToken) => line.Split(' ', 2, StringSplitOptions.TrimEntries) switch
    {
        ["/plan", { Length: > 0 } task] => session.SendAsync(task, plan: true),
        ["/plan", ..] => ShowPlanAsync(session, cancellationToken),
        _ => GiveAsync(session, line, cancellationToken),
    };

    private static async Task GiveAsync(ReplSession session, string line, CancellationToken cancellationToken)
    {
        var (approves, words) = (line.StartsWith("/approve", StringComparison.Ordinal), line.Split(' ', 2, StringSplitOptions.TrimEntries) is [_, var rest] ? rest : "");
        var first = words.Split(' ', 2, StringSplitOptions.TrimEntries)[0];
        var hash = first.Length >= FewestDigits && first.All(char.IsAsciiHexDigit) ? first : null;
        var reason = hash is null ? words : words[hash.Length..].Trim();
        if (approves && reason.Length > 0)
        {
            session.Console.Say($"[yellow]Words behind /approve are no condition that code could hold, so nothing was approved.[/] /reject WHY says what to change.");
            return;
        }

        var thread = ThreadId.FromKey(session.ThreadKey);
        var result = await session.Platform.Desk.AnswerAsync(thread, new GivenAnswer { Approves = approves, Names = hash, Reason = reason }, LocalPerson.Answerer, cancellationToken);
        session.Console.Say(result.Outcome == AnswerOutcome.Taken ? (FormattableString)$"[green]{result.Words}[/]" : $"[yellow]{result.Words}[/]");
        if (result.Outcome == AnswerOutcome.Taken)
            await session.RunAsync(thread, token => session.Platform.Agent.ResumeAsync(thread, token));
    }
}
