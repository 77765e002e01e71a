using System.Runtime.InteropServices;

namespace Drafthorse.Terminal;

/// <summary>Ctrl-C and the signals that end a process. Ctrl-C stops the run when there is one; a second one leaves, and one more
/// ends the process at once.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _leave = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly Lock _gate = new();
    private CancellationTokenSource? _scope;

    public Interrupts()
    {
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt));
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerminate));
        if (!OperatingSystem.IsWindows())
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnTerminate));
    }

    /// <summary>Cancelled when the process is to end.</summary>
    public CancellationToken Leave => _leave.Token;

    /// <summary>A scope that the next Ctrl-C stops instead of the process. Dispose it when it is over.</summary>
    public CancellationTokenSource Begin()
    {
        lock (_gate)
            return _scope = new CancellationTokenSource();
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _leave.Dispose();
    }

    private void OnInterrupt(PosixSignalContext signal)
    {
        signal.Cancel = true;
        lock (_gate)
        {
            if (_scope is { IsCancellationRequested: false } scope && TryCancel(scope))
                return;
        }

        LeaveNow();
    }

    private void OnTerminate(PosixSignalContext signal)
    {
        signal.Cancel = true;
        LeaveNow();
    }

    private void LeaveNow()
    {
        if (_leave.IsCancellationRequested)
            Environment.Exit(ExitCodes.Cancelled);
        _leave.Cancel();
    }

    private static bool TryCancel(CancellationTokenSource scope)
    {
        try
        {
            scope.Cancel();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
