using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Terminal;

/// <summary>Standard output that says when nobody reads it any more. The console's own stream swallows a broken pipe, and a run
/// would go on, and cost, for nobody.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;

    /// <summary>Makes <see cref="Console.Out"/> one that fails with an <see cref="OutputClosedException"/> when its pipe is broken.</summary>
    public static void Use()
    {
        if (Console.IsOutputRedirected)
            Console.SetOut(new StreamWriter(Open()) { AutoFlush = true });
    }

    public static Stream Open()
    {
        if (Console.IsOutputRedirected && !OperatingSystem.IsWindows())
        {
            try
            {
                return new PipeOutput(new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(Descriptor, ownsHandle: false)));
            }
            catch (IOException)
            {
                // It is a file: that cannot break.
            }
        }

        return Console.OpenStandardOutput();
    }

    private sealed class PipeOutput(AnonymousPipeClientStream pipe) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                pipe.Write(buffer);
            }
            catch (IOException exception)
            {
                throw new OutputClosedException(exception);
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await pipe.WriteAsync(buffer, cancellationToken);
            }
            catch (IOException exception)
            {
                throw new OutputClosedException(exception);
            }
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
