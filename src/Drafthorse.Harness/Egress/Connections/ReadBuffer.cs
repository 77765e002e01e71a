namespace Drafthorse.Harness.Egress.Connections;

/// <summary>A stream's bytes that can be looked at before they are taken.</summary>
internal sealed class ReadBuffer(Stream stream)
{
    private byte[] _bytes = new byte[4096];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Buffered => _bytes.AsSpan(_start.._end);

    /// <summary>Reads more; false at the end of the stream.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _bytes.Length)
        {
            var target = _start > _bytes.Length / 2 ? _bytes : new byte[_bytes.Length * 2];
            Buffered.CopyTo(target);
            (_bytes, _end, _start) = (target, _end - _start, 0);
        }

        var read = await stream.ReadAsync(_bytes.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    public void Consume(int count) => _start += count;

    /// <summary>Takes what is there, else what the stream gives next; 0 at its end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_start == _end)
            return stream.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(buffer.Length, _end - _start);
        _bytes.AsMemory(_start, count).CopyTo(buffer);
        Consume(count);
        return ValueTask.FromResult(count);
    }

    /// <summary>Takes everything up to and with <paramref name="delimiter"/>; null when the stream ends before its first byte.
    /// Throws <see cref="EgressException"/> when it does not come within <paramref name="max"/> bytes.</summary>
    public async ValueTask<byte[]?> ReadToAsync(ReadOnlyMemory<byte> delimiter, int max, CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            var at = Buffered[searched..].IndexOf(delimiter.Span);
            if (at >= 0 && searched + at + delimiter.Length <= max)
            {
                var taken = Buffered[..(searched + at + delimiter.Length)].ToArray();
                Consume(taken.Length);
                return taken;
            }

            if (at >= 0 || Buffered.Length > max)
                throw EgressException.Refused($"malformed request: more than {max} bytes without an end");
            searched = Math.Max(0, Buffered.Length - delimiter.Length + 1);
            if (await FillAsync(cancellationToken).ConfigureAwait(false))
                continue;
            return Buffered.IsEmpty ? null : throw EgressException.Refused("malformed request: it was cut");
        }
    }
}
