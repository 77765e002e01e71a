using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drafthorse.Harness.Channels;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Channels.GitHub.Commenting;

/// <summary>The words of comments.</summary>
internal static partial class CommentWords
{
    private const int MostTodos = 5;

    /// <summary>The status comment: how it stands now.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="status">How it stands.</param>
    /// <param name="publicUrl">Where people reach the server; null = there is nothing to link to.</param>
    public static string Status(ThreadRecord thread, StatusEffect status, Uri? publicUrl = null)
    {
        var text = new StringBuilder($"**{Word(status.State)}**");
        if (status.Step > 0)
            text.Append(CultureInfo.InvariantCulture, $" · step {status.Step}");
        text.Append(CultureInfo.InvariantCulture, $" · {Cost(status.CostUsd, status.UnpricedTokens)}");
        if (publicUrl is not null)
            text.Append(CultureInfo.InvariantCulture, $" · [thread {thread.Id.Prefix}]({publicUrl.AbsoluteUri.TrimEnd('/')}/threads/{thread.Id})");
        return Append(Append(Append(text, Draft(thread)), SafeMarkdown.Line(status.Activity, 300)), Todos(status.Todos)).ToString();
    }

    /// <summary>The reply at the end of a run: a new comment, as edits notify nobody. What code says comes first, the model's words last, so
    /// that nothing stands behind them that they could hide.</summary>
    public static string Reply(ThreadRecord thread, ReplyEffect reply, IReadOnlyList<string> notes)
    {
        var text = new StringBuilder();
        if (Requester(thread) is { } login)
            text.Append('@').Append(login).Append(' ');
        text.Append("**").Append(Word(reply.Outcome)).Append(".**");
        if (reply.Reason.Length > 0 && reply.Outcome != ThreadStatus.Cancelled && reply.Asked.Count == 0)
            text.Append(' ').Append(SafeMarkdown.Line(Sentence(reply.Reason), 1_000));
        foreach (var note in reply.Notes.Select(note => SafeMarkdown.Line(note, 1_000)).Concat(notes).Where(note => note.Length > 0))
            text.Append("\n\n").Append(note);
        ApprovalWords.Append(text, reply.Asked);
        Append(text, Draft(thread)).Append("\n\n<sub>").Append(Cost(reply.CostUsd, reply.UnpricedTokens)).Append("</sub>");
        if (reply.Text != reply.Reason && SafeMarkdown.Of(reply.Text, SafeMarkdown.MaxLength - Math.Min(text.Length, SafeMarkdown.MaxLength - 2_000)) is { Length: > 0 } words)
            text.Append("\n\n---\n\n").Append(words);
        return text.ToString();
    }

    /// <summary>The page where a branch can be looked at and a pull request be opened by hand.</summary>
    public static string CompareLink(Uri server, RepositoryRef repository, string baseBranch, string branch) =>
        $"{server.AbsoluteUri.TrimEnd('/')}/{repository.Owner}/{repository.Name}/compare/{EscapeBranch(baseBranch)}...{EscapeBranch(branch)}";

    /// <summary>The login of the person whose task this is, when it is one that GitHub could have given.</summary>
    public static string? Requester(ThreadRecord thread) =>
        thread.Origin.User.Split(':', 2) is ["github", var login] && Login().IsMatch(login) ? login : null;

    /// <summary>What was spent: unknown where a model without a price was used.</summary>
    public static string Cost(decimal usd, long unpricedTokens) => unpricedTokens == 0 ? Cost(usd)
        : string.Create(CultureInfo.InvariantCulture, $"{(usd == 0 ? "cost unknown" : $"{Cost(usd)} and an unknown cost")} ({unpricedTokens:N0} tokens of a model without a known price)");

    /// <summary>An amount of money, with cents, and more where cents say nothing.</summary>
    private static string Cost(decimal usd) => string.Create(CultureInfo.InvariantCulture, $"${(usd is > 0 and < 0.1m ? usd.ToString("0.0000", CultureInfo.InvariantCulture) : usd.ToString("0.00", CultureInfo.InvariantCulture))}");

    /// <summary>A thread's state in a word for people.</summary>
    public static string Word(ThreadStatus state) => state switch
    {
        ThreadStatus.Queued => "Queued",
        ThreadStatus.Running => "Working",
        ThreadStatus.Waiting => "Waiting for an answer",
        ThreadStatus.Done => "Done",
        ThreadStatus.Failed => "Failed",
        ThreadStatus.Stopped => "Stopped by a limit",
        ThreadStatus.Cancelled => "Cancelled",
        ThreadStatus.Parked => "Parked after repeated crashes",
        _ => state.ToString(),
    };

    private static string Sentence(string reason)
    {
        var text = reason.Trim();
        var begins = text.Split(' ', 2)[0];

        // A name, such as a model's, stays as it is.
        var first = begins.All(char.IsAsciiLetterLower) ? char.ToUpperInvariant(text.FirstOrDefault()) : text.FirstOrDefault();
        return text.Length == 0 ? "" : $"{first}{text[1..]}{(text[^1] is '.' or '!' or '?' ? "" : ".")}";
    }

    private static string Draft(ThreadRecord thread) => thread.PullRequest is { } pullRequest ? $"Draft: {pullRequest.Url}" : "";

    /// <summary>How much of the to-do list is done, and what is next.</summary>
    private static string Todos(IReadOnlyList<TodoItem> todos)
    {
        if (todos.Count == 0)
            return "";
        List<TodoItem> open = [.. todos.Where(todo => todo.Status != TodoStatus.Completed).OrderByDescending(todo => todo.Status == TodoStatus.InProgress)];
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"To-dos: {todos.Count - open.Count} of {todos.Count} done");
        foreach (var todo in open.Take(MostTodos))
            text.Append(todo.Status == TodoStatus.InProgress ? "\n- ▶ " : "\n- ○ ").Append(SafeMarkdown.Line(todo.Content, 120));
        if (open.Count > MostTodos)
            text.Append(CultureInfo.InvariantCulture, $"\n- and {open.Count - MostTodos} more");
        return text.ToString();
    }

    private static StringBuilder Append(StringBuilder text, string paragraph) =>
        paragraph.Length == 0 ? text : text.Append("\n\n").Append(paragraph);

    private static string EscapeBranch(string branch) => string.Join('/', branch.Split('/').Select(Uri.EscapeDataString));

    [GeneratedRegex("^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}|[A-Za-z0-9_-]{0,99})$", RegexOptions.CultureInvariant)]
    private static partial Regex Login();
}
