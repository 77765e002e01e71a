using System.Buffers;
using System.Text;
using Drafthorse.Harness.Models.Http.Errors;

namespace Drafthorse.Harness.Models.Http.Streams;

/// <summary>Reads server-sent events as servers really send them: any line ends, comments, a byte order mark, no blank line at the end. The
/// runtime's parser has no bound for one event, and forgets the lines outside of events in which servers say why they failed.</summary>
internal sealed class EventReader(Stream stream, ModelSpec spec)
{
    /// <summary>The longest event, in bytes. The largest real ones repeat a whole answer.</summary>
    public const int MostEventBytes = 4 * 1024 * 1024;

    private const int MostStrayBytes = 16 * 1024;

    private readonly ArrayBufferWriter<byte> _data = new(4096);
    private readonly ArrayBufferWriter<byte> _stray = new(256);
    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;
    private bool _isEnded;
    private bool _afterReturn;
    private bool _hasData;

    /// <summary>The event's type; empty when it has none.</summary>
    public string Type { get; private set; } = "";

    /// <summary>The event's data, its lines joined by line feeds; valid until the next one is read.</summary>
    public ReadOnlyMemory<byte> Data => _data.WrittenMemory;

    /// <summary>Lines that belong to no event.</summary>
    public string Stray => Encoding.UTF8.GetString(_stray.WrittenSpan);

    /// <summary>Whether the body is made of events: by its first characters, as servers name the wrong type.</summary>
    public async ValueTask<bool> BeginsWithEventsAsync(string? mediaType, CancellationToken cancellationToken)
    {
        const int LongestField = 6;
        while (true)
        {
            SkipBlank();
            var line = _buffer.AsSpan(_start.._end);
            if (!line.IsEmpty && (line.Length >= LongestField || _isEnded || line.IndexOfAny((byte)'\n', (byte)'\r', (byte)':') >= 0))
            {
                return line[0] is not ((byte)'{' or (byte)'[' or (byte)'<') && (mediaType is null or "text/event-stream" || FieldOf(line) is "" or "data" or "event" or "id" or "retry");
            }

            if (_isEnded)
            {
                return mediaType is null or "text/event-stream";
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The rest of the body, when it is not made of events; null when it is longer than an event may be.</summary>
    public async ValueTask<string?> ReadBodyAsync(CancellationToken cancellationToken)
    {
        while (!_isEnded && _end - _start <= MostEventBytes)
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        return _end - _start > MostEventBytes ? null : Encoding.UTF8.GetString(_buffer, _start, _end - _start);
    }

    /// <summary>Reads the next event that has data. Returns false at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        _data.ResetWrittenCount();
        Type = "";
        _hasData = false;
        while (await NextLineAsync(cancellationToken).ConfigureAwait(false) is (var from, var length))
        {
            if (length == 0 && _hasData)
            {
                return true;
            }

            if (length == 0)
            {
                Type = "";
                continue;
            }

            Take(_buffer.AsSpan(from, length));
        }

        return _hasData;
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        var field = FieldOf(line);
        var value = field is null || field.Length == line.Length ? default : line[(field.Length + 1)..];
        value = value.StartsWith(" "u8) ? value[1..] : value;
        switch (field)
        {
            case "data":
                if (_hasData)
                {
                    _data.Write("\n"u8);
                }

                _data.Write(value);
                _hasData = true;
                break;
            case "event":
                Type = Encoding.UTF8.GetString(value.Length > 100 ? value[..100] : value).Trim();
                break;
            case "" or "id" or "retry":
                break;
            default:
                var kept = line[..Math.Min(line.Length, Math.Max(0, MostStrayBytes - _stray.WrittenCount))];
                _stray.Write(kept);
                _stray.Write("\n"u8);
                break;
        }

        if (_data.WrittenCount > MostEventBytes)
        {
            throw TooLong();
        }
    }

    /// <summary>The field that a line begins with: empty for a comment, null for a line that is none.</summary>
    private static string? FieldOf(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        return name.IsEmpty ? "" : name.SequenceEqual("data"u8) ? "data" : name.SequenceEqual("event"u8) ? "event" : name.SequenceEqual("id"u8) ? "id" : name.SequenceEqual("retry"u8) ? "retry" : null;
    }

    private async ValueTask<(int From, int Length)?> NextLineAsync(CancellationToken cancellationToken)
    {
        var scanned = 0;
        while (true)
        {
            if (_afterReturn && _start < _end)
            {
                _start += _buffer[_start] == (byte)'\n' ? 1 : 0;
                _afterReturn = false;
            }

            var unread = _buffer.AsSpan(_start.._end);
            var at = unread[scanned..].IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0)
            {
                var line = (_start, scanned + at);
                _afterReturn = unread[scanned + at] == (byte)'\r';
                _start += scanned + at + 1;
                return line;
            }

            scanned = unread.Length;
            if (_isEnded)
            {
                var last = (_start, unread.Length);
                _start = _end;
                return unread.IsEmpty ? null : last;
            }

            if (scanned > MostEventBytes)
            {
                throw TooLong();
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _isEnded = read == 0;
        _end += read;
    }

    private void SkipBlank()
    {
        while (_start < _end && _buffer[_start] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or 0xEF or 0xBB or 0xBF)
        {
            _start++;
        }
    }

    private ModelException TooLong() => ProviderErrors.Cut(spec, $"one event is longer than {MostEventBytes / (1024 * 1024)} MiB");
}
