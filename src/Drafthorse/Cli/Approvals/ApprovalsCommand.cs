using System.CommandLine;
using Drafthorse.Cli.Threads;
using Drafthorse.Server.Approvals;
using Drafthorse.Settings;
using Drafthorse.Terminal;
using Spectre.Console;

namespace Drafthorse.Cli.Approvals;

/// <summary><c>drafthorse approvals</c>: what people are asked to decide, in the local store or on a server.</summary>
internal static class ApprovalsCommand
{
    private const int FewestDigits = 8;

    private static readonly Argument<string> Name = new("approval") { Description = "An approval's id, or the first eight digits of its hash." };
    private static readonly Argument<string> Answer = new("answer") { Description = "approve or reject." };
    private static readonly Argument<string[]> Why = new("why") { Description = "Why, for the agent.", Arity = ArgumentArity.ZeroOrMore };

    public static Command Create()
    {
        Answer.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value: "approve" or "reject" }])
                result.AddError("The answer must be approve or reject.");
        });
        var approvals = new Command("approvals", "Lists, shows and answers what people are asked to decide.") { ThreadsCommand.Server };
        Add(approvals, new Command("list", "What nobody has answered yet."), ListAsync);
        Add(approvals, new Command("show", "One approval, with exactly what is to be decided.") { Name }, ShowAsync);
        Add(approvals, new Command("answer", "Answers one, once: approve, or reject and why.") { Name, Answer, Why }, AnswerAsync);
        return approvals;
    }

    private static void Add(Command approvals, Command command, Func<ThreadSource, ParseResult, CancellationToken, Task> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var source = await ThreadsCommand.OpenAsync(parsed, cancellationToken);
            await action(source, parsed, cancellationToken);
            return ExitCodes.Done;
        });
        approvals.Add(command);
    }

    private static async Task ListAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var console = TerminalConsole.Create();
        var open = await source.ListApprovalsAsync(cancellationToken);
        foreach (var approval in open)
            console.Say($"{approval.Hash[..FewestDigits]} [dim]{approval.Kind,-8} until {approval.ExpiresAt.LocalDateTime:yyyy-MM-dd HH:mm}, {approval.Repo ?? "no repository"}, {approval.Id}[/] {approval.Title}");
        if (open.Count == 0)
            console.WriteLine("Nothing waits for an answer.");
    }

    private static async Task ShowAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var approval = await FindAsync(source, parsed, cancellationToken);
        var console = TerminalConsole.Create();
        console.Say($"[bold]{approval.Kind} {approval.Hash[..FewestDigits]}[/] · {approval.State}{(approval.By is null ? "" : $" by {approval.By}")}{(approval.Reason is null ? "" : $": {approval.Reason}")}");
        console.Say($"[dim]{approval.Id} · hash {approval.Hash} · {approval.Repo ?? "no repository"}{(approval.BaseCommit is null ? "" : $" at {approval.BaseCommit}")} · for {approval.WhoMay} · until {approval.ExpiresAt.LocalDateTime:yyyy-MM-dd HH:mm}[/]");
        console.Say($"{approval.Text ?? "":lines}");
    }

    private static async Task AnswerAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var (approves, why) = (parsed.GetRequiredValue(Answer) == "approve", string.Join(' ', parsed.GetValue(Why) ?? []));
        if (approves && why.Length > 0)
            throw new SettingsException("Words behind approve are no condition that code could hold, so nothing was approved. Use reject and say what to change.");
        var approval = await FindAsync(source, parsed, cancellationToken);
        Console.WriteLine(await source.AnswerAsync(approval, approves, why, cancellationToken));
    }

    private static async Task<ApprovalView> FindAsync(ThreadSource source, ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = parsed.GetRequiredValue(Name);
        if (name.Contains('.', StringComparison.Ordinal))
            return await source.GetApprovalAsync(name, cancellationToken);
        var fits = (await source.ListApprovalsAsync(cancellationToken)).Where(approval => name.Length >= FewestDigits && approval.Hash.StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return fits switch
        {
            [var only] => await source.GetApprovalAsync(only.Id, cancellationToken),
            [] => throw new SettingsException($"Nothing that is open has a hash that begins with '{name}' ({FewestDigits} digits at least). See: drafthorse approvals list"),
            _ => throw new SettingsException($"'{name}' fits {fits.Count} approvals: name one by its id. See: drafthorse approvals list"),
        };
    }
}
