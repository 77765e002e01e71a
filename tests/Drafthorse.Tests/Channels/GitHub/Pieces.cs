using System.Buffers;

namespace Drafthorse.Tests.Channels.GitHub;

/// <summary>Bytes as they come from a connection: in pieces.</summary>
internal sealed class Pieces : ReadOnlySequenceSegment<byte>
{
    private Pieces(byte[] bytes, long start) => (Memory, RunningIndex) = (bytes, start);

    public static ReadOnlySequence<byte> Of(byte[] bytes, int size)
    {
        var chunks = bytes.Chunk(size).ToList();
        var first = new Pieces(chunks[0], 0);
        var last = first;
        foreach (var chunk in chunks.Skip(1))
        {
            var next = new Pieces(chunk, last.RunningIndex + last.Memory.Length);
            (last.Next, last) = (next, next);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
