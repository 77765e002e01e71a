using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>The write end of a pipe that a command reads its input from. Closed when all is written.</summary>
internal sealed class InputPipe
{
    private readonly byte[] _bytes;
    private int _written;

    public InputPipe(int fd, byte[] bytes)
    {
        Libc.SetNonBlocking(fd);
        (Fd, _bytes) = (fd, bytes);
    }

    /// <summary>The descriptor, -1 once it is closed.</summary>
    public int Fd { get; private set; }

    /// <summary>Writes what the pipe takes. A command that reads no more gets no more.</summary>
    public unsafe void Write()
    {
        nint written;
        fixed (byte* bytes = _bytes)
            written = Libc.write(Fd, bytes + _written, (nuint)(_bytes.Length - _written));

        if (written < 0 && (Libc.LastError == Libc.EAGAIN || Libc.LastError == Libc.EINTR))
            return;

        _written += (int)Math.Max(0, written);
        if (written < 0 || _written == _bytes.Length)
            Close();
    }

    public void Close()
    {
        Libc.Close(Fd);
        Fd = -1;
    }
}
