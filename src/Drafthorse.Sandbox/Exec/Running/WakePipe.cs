using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>Wakes a thread that polls.</summary>
internal sealed class WakePipe : IDisposable
{
    private readonly Lock _gate = new();
    private readonly (int Read, int Write) _pipe = Libc.Pipe();
    private int _woken;
    private bool _isClosed;

    public WakePipe()
    {
        Libc.SetNonBlocking(_pipe.Read);
        Libc.SetNonBlocking(_pipe.Write);
    }

    /// <summary>What to poll.</summary>
    public int Fd => _pipe.Read;

    /// <summary>From any thread.</summary>
    public unsafe void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) != 0)
            return;

        lock (_gate)
        {
            byte one = 1;
            if (!_isClosed)
                _ = Libc.write(_pipe.Write, &one, 1);
        }
    }

    /// <summary>The thread is awake: the next call of <see cref="Wake"/> counts again.</summary>
    public unsafe void Take()
    {
        byte* buffer = stackalloc byte[16];
        while (Libc.read(_pipe.Read, buffer, 16) > 0)
        {
        }

        // Last: who posts before this writes no byte, but is seen when the queue is looked at next; who posts after it does. The other
        // way round its byte could be read away while it counts as written, and nothing would wake the thread any more.
        Interlocked.Exchange(ref _woken, 0);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Libc.Close(_pipe.Read, _pipe.Write);
        }
    }
}
