using Drafthorse.Harness.Approvals;
using Drafthorse.Harness.Threads;
using Drafthorse.Terminal;

namespace Drafthorse.Repl;

/// <summary><c>/approve</c> and <c>/reject</c>: the person at the terminal answers what their thread waits for, and it goes on.</summary>
internal static class ReplAnswers
{
    private const int FewestDigits = 8;

    public static async Task GiveAsync(ReplSession session, string line, CancellationToken cancellationToken)
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
