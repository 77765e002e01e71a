namespace Drafthorse.Cli;

/// <summary>Ctrl-C: stops a run; twice, or at the prompt, it leaves.</summary>
internal sealed class InterruptKey : IDisposable
{
    private CancellationTokenSource _current = new();
    private bool _running;

    public InterruptKey() => Console.CancelKeyPress += OnPressed;

    public bool WantsToLeave { get; private set; }

    /// <summary>A token for the time at the prompt.</summary>
    public CancellationToken Idle() => Renew(running: false);

    /// <summary>A token for a run.</summary>
    public CancellationToken Running() => Renew(running: true);

    public void Dispose()
    {
        Console.CancelKeyPress -= OnPressed;
        _current.Dispose();
    }

    private CancellationToken Renew(bool running)
    {
        _running = running;
        _current = new CancellationTokenSource();
        return _current.Token;
    }

    private void OnPressed(object? sender, ConsoleCancelEventArgs pressed)
    {
        WantsToLeave = !_running || _current.IsCancellationRequested;
        pressed.Cancel = !WantsToLeave;
        _current.Cancel();
    }
}
