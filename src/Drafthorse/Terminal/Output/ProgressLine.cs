using System.Diagnostics;
using Spectre.Console;

namespace Drafthorse.Terminal.Output;

/// <summary>What is going on and for how long, on a terminal's last line, until something is printed. Elsewhere it shows nothing.</summary>
internal sealed class ProgressLine : IDisposable
{
    private const string Frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private readonly IAnsiConsole _console;
    private readonly Lock _gate;
    private readonly Timer? _timer;
    private long _since;
    private string? _what;
    private string _detail = "";
    private bool _drawn;
    private int _frame;

    /// <summary>Draws under a lock that whoever else prints holds too.</summary>
    public ProgressLine(IAnsiConsole console, Lock gate)
    {
        _console = console;
        _gate = gate;
        if (console.IsLive())
            _timer = new Timer(_ => Draw(), null, Interval, Interval);
    }

    /// <summary>Something goes on now; null = nothing.</summary>
    public void Set(string? what)
    {
        Erase();
        (_what, _detail, _since) = (what, "", Stopwatch.GetTimestamp());
    }

    /// <summary>The last thing that it printed.</summary>
    public void Detail(string text)
    {
        var line = text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries).LastOrDefault(part => !string.IsNullOrWhiteSpace(part));
        _detail = line is null ? _detail : $" · {line.Trim()}";
    }

    /// <summary>Makes room for something to be printed.</summary>
    public void Erase()
    {
        if (_drawn)
            _console.Profile.Out.Writer.Write("\r\e[2K");
        _drawn = false;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_gate)
            Erase();
    }

    private void Draw()
    {
        lock (_gate)
        {
            var elapsed = Stopwatch.GetElapsedTime(_since);
            if (_what is null || elapsed < Patience)
                return;
            var text = ToolLine.Cut($"{Frames[_frame++ % Frames.Length]} {_what} {elapsed.TotalSeconds:0} s{_detail}", _console.Profile.Width - 1);
            _console.Profile.Out.Writer.Write($"\r\e[2K\e[2m{text}\e[0m");
            _console.Profile.Out.Writer.Flush();
            _drawn = true;
        }
    }
}
