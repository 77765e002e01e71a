namespace Drafthorse.Sandbox.Exec.Running;

/// <summary>Keeps the head and the tail of one output; all of it goes to a file once there is more, or from the start.</summary>
internal sealed class OutputBuffer(int limit, Func<SpillFile?> openSpill, bool spillsAlways) : IDisposable
{
    private byte[] _kept = [];
    private int _keptLength;
    private byte[]? _ring;
    private int _ringNext;
    private SpillFile? _spill;
    private bool _spillOpened;

    public long Total { get; private set; }

    /// <summary>The start of the output, as far as it is kept.</summary>
    public ReadOnlySpan<byte> Head => _kept.AsSpan(0, _keptLength);

    public bool SpillsAlways => spillsAlways;

    public string? SpillPath => _spill?.Path;

    /// <summary>Bytes of it that can be read with <see cref="ReadSpilled"/>; from any thread.</summary>
    public long Spilled => _spill?.Length ?? 0;

    /// <summary>Whether no more of the output is written anywhere: the writer need not be served at full speed.</summary>
    public bool IsFull => Total > limit && _spill is null or { IsFull: true };

    public void Append(ReadOnlySpan<byte> data)
    {
        if (spillsAlways || Total + data.Length > limit)
            Spill(data);

        Total += data.Length;
        if (_ring is not null)
        {
            AppendToRing(data);
            return;
        }

        int fits = Math.Min(data.Length, limit - _keptLength);
        Reserve(fits);
        data[..fits].CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += fits;
        if (fits < data.Length)
        {
            int head = limit / 2;
            _ring = new byte[limit - head];
            AppendToRing(_kept.AsSpan(head, _keptLength - head));
            _keptLength = head;
            AppendToRing(data[fits..]);
        }
    }

    /// <summary>Reads from the file, from any thread; 0 bytes where there is none.</summary>
    public int ReadSpilled(Span<byte> target, long offset) => _spill?.Read(target, offset) ?? 0;

    /// <summary>Hands out what is kept: head and tail, not cut inside a character. The buffer is empty after it.</summary>
    public (byte[] Head, byte[] Tail, KeptOutput Description) Keep()
    {
        ReadOnlySpan<byte> head = _kept.AsSpan(0, _keptLength);
        byte[] tail = [];
        if (_ring is not null)
        {
            head = Utf8Cut.End(head);
            byte[] ordered = new byte[_ring.Length];
            _ring.AsSpan(_ringNext).CopyTo(ordered);
            _ring.AsSpan(0, _ringNext).CopyTo(ordered.AsSpan(_ring.Length - _ringNext));
            tail = Utf8Cut.Start(ordered).ToArray();
        }

        var description = new KeptOutput
        {
            Head = head.Length, Tail = tail.Length, Total = Total, SpillPath = SpillPath, Spilled = Spilled,
        };
        (byte[], byte[], KeptOutput) result = (head.ToArray(), tail, description);
        _kept = [];
        _keptLength = 0;
        _ring = null;
        return result;
    }

    public void Dispose() => _spill?.Dispose();

    private void Spill(ReadOnlySpan<byte> data)
    {
        if (!_spillOpened)
        {
            _spillOpened = true;
            _spill = openSpill();
            _spill?.Append(_kept.AsSpan(0, _keptLength));
        }

        _spill?.Append(data);
    }

    private void AppendToRing(ReadOnlySpan<byte> data)
    {
        byte[] ring = _ring!;
        if (data.Length >= ring.Length)
        {
            data[^ring.Length..].CopyTo(ring);
            _ringNext = 0;
            return;
        }

        int first = Math.Min(data.Length, ring.Length - _ringNext);
        data[..first].CopyTo(ring.AsSpan(_ringNext));
        data[first..].CopyTo(ring);
        _ringNext = (_ringNext + data.Length) % ring.Length;
    }

    private void Reserve(int more)
    {
        if (_kept.Length - _keptLength < more)
            Array.Resize(ref _kept, Math.Min(limit, Math.Max(Math.Max(512, _kept.Length * 2), _keptLength + more)));
    }
}
