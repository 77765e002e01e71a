using System.IO.Pipelines;

namespace Drafthorse.Sandbox.Streams;

/// <summary>Two streams in memory; what is written to one is read from the other.</summary>
internal static class DuplexPipe
{
    /// <summary>Makes the two ends. Disposing one ends both.</summary>
    public static (Stream Host, Stream Daemon) Create()
    {
        var toDaemon = new Pipe();
        var toHost = new Pipe();
        return (new End(toHost.Reader, toDaemon.Writer), new End(toDaemon.Reader, toHost.Writer));
    }

    private sealed class End(PipeReader reader, PipeWriter writer) : ForwardStream
    {
        private readonly Stream _input = reader.AsStream();
        private readonly Stream _output = writer.AsStream();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            _output.WriteAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _input.Dispose();
                _output.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
