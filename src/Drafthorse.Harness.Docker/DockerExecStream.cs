using System.Text;
using Docker.DotNet;
using Drafthorse.Sandbox.Streams;

namespace Drafthorse.Harness.Docker;

/// <summary>
/// The standard input and output of one <c>docker exec</c> as a duplex stream. What the process writes to its standard error
/// ends the stream with that text as the reason.
/// </summary>
internal sealed class DockerExecStream(MultiplexedStream exec) : ForwardStream
{
    private const int MostErrorBytes = 4096;

    private readonly MemoryStream _errors = new();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray<byte>(buffer, out var segment))
            segment = new ArraySegment<byte>(new byte[Math.Min(buffer.Length, 64 * 1024)]);

        while (true)
        {
            var result = await exec.ReadOutputAsync(segment.Array!, segment.Offset, segment.Count, cancellationToken).ConfigureAwait(false);
            if (result.EOF)
                return EndOfStream();
            if (result.Target == MultiplexedStream.TargetStream.StandardOut)
            {
                var read = segment.AsMemory(0, result.Count);
                if (!read.Span.Overlaps(buffer.Span))
                    read.CopyTo(buffer);
                return result.Count;
            }

            _errors.Write(segment.Array!, segment.Offset, (int)Math.Min(result.Count, MostErrorBytes - _errors.Length));
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray(buffer, out var segment))
            segment = buffer.ToArray();
        await exec.WriteAsync(segment.Array!, segment.Offset, segment.Count, cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            exec.Dispose();
        base.Dispose(disposing);
    }

    private int EndOfStream() => _errors.Length == 0
        ? 0
        : throw new IOException($"The sandbox's stream ended: {Encoding.UTF8.GetString(_errors.GetBuffer(), 0, (int)_errors.Length).Trim()}");
}
