using System.Globalization;
using System.Text;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.DoneGates;

/// <summary>The one message that says what is open, in code's words, with what others wrote apart.</summary>
internal sealed class DoneMessage
{
    private const int MostTodos = 100;
    private const int MostCommands = 10;

    private const string Questions =
        """
        Answer each of these for yourself with yes or no. Where it is no, go on working:
        1. Does the work do all that was asked, and not a part of it?
        2. Did you run it, or a test that fails without it, after your last change?
        3. Is everything in the difference meant: nothing left over, nothing unrelated?
        4. Is what you tell the people true of the work as it is now?
        """;

    private readonly List<string> _open = [];
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _output = new();

    /// <summary>The kinds of what is open.</summary>
    public IReadOnlyList<string> Open => _open;

    public void AddRed(VerifyResult red, bool isCleanCheckout)
    {
        var follows = red.Excerpt is null ? "its output" : "its first failing test";
        Add("verify", $"Code checked your work on {(isCleanCheckout ? "a clean checkout of its commit" : "its work tree")}. `{red.Command}` {HowItEnded(red)}; {follows} is below. Mend it."
            + (isCleanCheckout ? " A file that .gitignore leaves out, or one that is only in your sandbox, is not in the commit." : ""));
        Quote($"output of {red.Command}", red.Excerpt ?? red.OutputTail);
    }

    public void AddMissing() => Add("verify-missing", "No verify command is named, so code checked nothing. Run the tests that there are, after your last change.");

    public void AddWorkTree(Complaint complaint)
    {
        Add("work-tree", complaint.Text);
        Quote("work tree", complaint.Output);
    }

    public void AddTodos(IReadOnlyList<TodoItem> open)
    {
        Add("todos", $"{Count(open.Count, "to-do is", "to-dos are")} not completed, see below. Do what is left, and keep the list true with todo_write; what no longer applies is taken out, and said to the people.");
        var lines = open.Take(MostTodos).Select(todo => $"[{TodoStatusNames.Of(todo.Status)}] {todo.Content}");
        Quote("open to-dos", string.Join('\n', open.Count > MostTodos ? lines.Append($"and {open.Count - MostTodos} more") : lines));
    }

    public void AddBackground(IReadOnlyList<CommandInfo> running)
    {
        Add("background", $"{Count(running.Count, "background command", "background commands")} that you started {(running.Count == 1 ? "is" : "are")} still running, see below, and will be ended with the run. Wait for what you need of it with execute_output, or end it with execute_kill.");
        Quote("background commands", string.Join('\n', running.Take(MostCommands).Select(command => $"{ForeignText.Line(command.CallId)}: {ForeignText.Line(command.Command)}")));
    }

    /// <summary>The text, and what goes with it as data.</summary>
    public Complaint Build(bool asksQuestions)
    {
        var text = new StringBuilder(_open.Count == 0
            ? "Code looked at your work before it is handed in, and found nothing open."
            : "Code looked at your work before it is handed in. This is open:\n").Append(_text);
        if (asksQuestions)
            text.Append(_open.Count == 0 ? "\n" : "\n\n").Append(Questions);
        text.Append("\n\nThen say again what you did: your last reply is what the people read.");
        return new Complaint(text.ToString(), _output.ToString());
    }

    /// <summary>How a verify command ended, in words.</summary>
    public static string HowItEnded(VerifyResult result) => result.ExitCode switch
    {
        0 => "passed",
        { } code => string.Create(CultureInfo.InvariantCulture, $"failed (exit code {code}{(result.Shortage is { } shortage ? $"; {shortage}" : "")})"),
        null => string.Create(CultureInfo.InvariantCulture, $"did not end within {result.DurationMs / 1000:0} s and was stopped"),
    };

    private static string Count(int count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");

    private void Add(string kind, string text)
    {
        _open.Add(kind);
        _text.Append(_text.Length == 0 ? "" : "\n").Append("* ").Append(kind).Append(": ").Append(text);
    }

    private void Quote(string title, string text) => _output.Append(_output.Length == 0 ? "" : "\n\n").Append(title).Append(":\n").Append(text);
}
