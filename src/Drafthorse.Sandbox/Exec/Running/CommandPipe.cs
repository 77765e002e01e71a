using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>The read end of a pipe that a command writes to.</summary>
internal sealed class CommandPipe
{
    private const int ReadsAtOnce = 4;
    private const int ThrottleMilliseconds = 5;

    private readonly int _fd;
    private readonly bool _isError;

    public CommandPipe(int fd, bool isError)
    {
        Libc.SetNonBlocking(fd);
        (_fd, _isError) = (fd, isError);
    }

    /// <summary>When it is read again, as <see cref="Environment.TickCount64"/>; later than now where too much comes.</summary>
    public long ReadAgainAt { get; private set; }

    public Libc.PollFd Poll => new() { Fd = _fd, Events = Libc.POLLIN };

    /// <summary>Reads what is there; false at the end, when the pipe is closed.</summary>
    /// <param name="buffer">Space to read into.</param>
    /// <param name="command">Who gets it; null = nobody any more.</param>
    public unsafe bool Read(byte[] buffer, RunningCommand? command)
    {
        for (int i = 0; i < ReadsAtOnce; i++)
        {
            nint read;
            fixed (byte* target = buffer)
                read = Libc.read(_fd, target, (nuint)buffer.Length);

            if (read < 0 && (Libc.LastError == Libc.EAGAIN || Libc.LastError == Libc.EINTR))
                return true;

            if (read <= 0)
            {
                Close();
                return false;
            }

            command?.Take(_isError, buffer.AsSpan(0, (int)read));
            if (read < buffer.Length)
                return true;
        }

        // Who prints for ever gets no more of the processor than this.
        if (command is null || (_isError ? command.Error : command.Output).IsFull)
            ReadAgainAt = Environment.TickCount64 + ThrottleMilliseconds;

        return true;
    }

    public void Close() => Libc.Close(_fd);
}
