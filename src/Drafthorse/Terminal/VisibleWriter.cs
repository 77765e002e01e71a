using System.Text;
using Drafthorse.Harness.Text;

namespace Drafthorse.Terminal;

/// <summary>A standard stream on which nothing that is written steers the terminal, whoever wrote it: see <see cref="ForeignText"/>.</summary>
internal sealed class VisibleWriter(TextWriter inner) : TextWriter
{
    private readonly Lock _gate = new();
    private readonly ForeignTextPieces _text = new();

    /// <summary>Has all that is written to the console's streams go through here. Only <see cref="TerminalConsole"/> has the terminal itself.</summary>
    public static void Use()
    {
        (TerminalConsole.Terminal, TerminalConsole.ErrorTerminal) = (Console.Out, Console.Error);
        Console.SetOut(new VisibleWriter(Console.Out));
        Console.SetError(new VisibleWriter(Console.Error));
    }

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_gate)
            inner.Write(_text.Next(buffer.ToString()));
    }

    public override void WriteLine(string? value)
    {
        lock (_gate)
            inner.Write($"{_text.Next(value ?? "")}{_text.End()}\n");
    }

    public override void WriteLine(ReadOnlySpan<char> buffer) => WriteLine(buffer.ToString());

    public override void WriteLine() => WriteLine("");

    public override Task WriteAsync(char value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteAsync(char[] buffer, int index, int count)
    {
        Write(buffer, index, count);
        return Task.CompletedTask;
    }

    public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        WriteLine(buffer.Span);
        return Task.CompletedTask;
    }

    public override void Flush()
    {
        lock (_gate)
            inner.Flush();
    }

    public override Task FlushAsync()
    {
        Flush();
        return Task.CompletedTask;
    }
}
