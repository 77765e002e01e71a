using System.Runtime.InteropServices;
using Drafthorse.Sandbox.Exec.Processes;

namespace Drafthorse.Sandboxd;

/// <summary>Standard input and output without buffers.</summary>
internal static unsafe class StandardStreams
{
    /// <summary>Waits for bytes; 0 at the end.</summary>
    public static int Read(Span<byte> target)
    {
        while (true)
        {
            nint read;
            fixed (byte* bytes = target)
                read = Libc.read(0, bytes, (nuint)target.Length);

            if (read >= 0)
                return (int)read;

            if (!MustTryAgain(0, Libc.POLLIN))
                return 0;
        }
    }

    /// <summary>Throws <see cref="IOException"/> when nobody reads.</summary>
    public static void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
                written = Libc.write(1, start, (nuint)bytes.Length);

            if (written >= 0)
                bytes = bytes[(int)written..];
            else if (!MustTryAgain(1, Libc.POLLOUT))
                throw new IOException(Marshal.GetPInvokeErrorMessage(Libc.LastError));
        }
    }

    private static bool MustTryAgain(int fd, short events)
    {
        int error = Libc.LastError;
        if (error == Libc.EINTR)
            return true;

        if (error != Libc.EAGAIN)
            return false;

        var poll = new Libc.PollFd { Fd = fd, Events = events };
        _ = Libc.poll(&poll, 1, -1);
        return true;
    }
}
