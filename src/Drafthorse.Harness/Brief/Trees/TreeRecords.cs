using Drafthorse.Sandbox.Files;

namespace Drafthorse.Harness.Brief.Trees;

/// <summary>Reads what <c>git ls-tree -r -t -z</c> prints while it prints it, so that no listing is held as a whole.</summary>
internal sealed class TreeRecords(Action<TreeEntry> see, int most) : Stream
{
    private const int MaxRecord = 64 * 1024;

    private byte[] _open = new byte[512];
    private int _length;
    private int _seen;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        for (var end = buffer.IndexOf((byte)0); end >= 0; end = buffer.IndexOf((byte)0))
        {
            Take(buffer[..end]);
            buffer = buffer[(end + 1)..];
        }

        Keep(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Take(ReadOnlySpan<byte> rest)
    {
        if (_length > 0)
        {
            Keep(rest);
            rest = _open.AsSpan(0, _length);
            _length = 0;
        }

        // <mode> <type> <id> TAB <path>
        var tab = rest.IndexOf((byte)'\t');
        if (tab < 0)
            return;
        var head = rest[..tab];
        if (++_seen > most)
            throw new TreeTooLargeException();
        see(new TreeEntry(FileName.Decode(rest[(tab + 1)..]), KindOf(head), System.Text.Encoding.ASCII.GetString(head[(head.LastIndexOf((byte)' ') + 1)..])));
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (_length + rest.Length > MaxRecord)
            throw new TreeTooLargeException();
        if (_length + rest.Length > _open.Length)
            Array.Resize(ref _open, Math.Max(_open.Length * 2, _length + rest.Length));
        rest.CopyTo(_open.AsSpan(_length));
        _length += rest.Length;
    }

    private static TreeEntryKind KindOf(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'0', (byte)'4', ..] => TreeEntryKind.Folder,
        [(byte)'1', (byte)'2', ..] => TreeEntryKind.Link,
        [(byte)'1', (byte)'6', ..] => TreeEntryKind.Repository,
        _ => TreeEntryKind.File,
    };
}

/// <summary>A tree has more names, or a longer one, than are looked at.</summary>
internal sealed class TreeTooLargeException : Exception;
