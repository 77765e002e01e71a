using Drafthorse.Terminal;
using Spectre.Console;

namespace Drafthorse.Repl;

/// <summary>Where messages come from: an editor on a terminal, lines elsewhere.</summary>
internal sealed class MessageInput(RawTerminal? terminal, IAnsiConsole console, string historyPath, Completion completion)
{
    private readonly InputHistory _history = new(historyPath);
    private readonly KeyReader? _keys = terminal is null ? null : new KeyReader(terminal.Input);

    /// <summary>The next message, or null when there is none any more.</summary>
    public async Task<string?> ReadAsync(CancellationToken leave)
    {
        if (terminal is null)
            return await ReadLineAsync(leave);

        terminal.Begin();
        try
        {
            var editor = new LineEditor(console.Profile.Out.Writer, () => console.Profile.Width, _history, completion);

            // A read of a terminal cannot be cancelled: when the process is to end, it is left behind.
            var reading = Task.Factory.StartNew(() => editor.Read(_keys!), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            var message = await reading.WaitAsync(leave);
            if (!string.IsNullOrWhiteSpace(message))
                _history.Add(message);
            return message;
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            terminal.End();
        }
    }

    private async Task<string?> ReadLineAsync(CancellationToken leave)
    {
        // What comes by a pipe is not on the screen: the message stands where a person would have written it.
        var piped = Console.IsInputRedirected;
        if (!piped)
            console.Markup("[green]You>[/] ");
        try
        {
            var line = await Console.In.ReadLineAsync(leave);
            if (piped && !string.IsNullOrWhiteSpace(line))
                console.Say($"[green]You>[/] {line}");
            return line;
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return null;
        }
    }
}
