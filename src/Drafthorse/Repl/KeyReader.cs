using System.Text;

namespace Drafthorse.Repl;

/// <summary>Reads keys from the bytes of a terminal: UTF-8, control characters, the usual escape sequences, and pastes as a whole.</summary>
internal sealed class KeyReader(Stream input)
{
    private const byte Escape = 0x1b;
    private const int MaxPaste = 4 << 20;
    private static readonly byte[] PasteEnd = "\e[201~"u8.ToArray();
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>The next key; blocks. The end of the input is <see cref="KeyKind.EndOfInput"/>.</summary>
    public Key Read()
    {
        if (Next() is not { } first)
            return new Key(KeyKind.EndOfInput);
        return first switch
        {
            Escape => ReadSequence(),
            (byte)'\r' => new Key(KeyKind.Enter),
            (byte)'\n' => new Key(KeyKind.NewLine),
            (byte)'\t' => new Key(KeyKind.Tab),
            0x7f or 0x08 => new Key(KeyKind.Backspace),
            < 0x20 => new Key(OfControl(first)),
            _ => ReadText(first),
        };
    }

    private static KeyKind OfControl(byte control) => (char)(control + '@') switch
    {
        'A' => KeyKind.Home,
        'B' => KeyKind.Left,
        'C' => KeyKind.Interrupt,
        'D' => KeyKind.EndOfInput,
        'E' => KeyKind.End,
        'F' => KeyKind.Right,
        'K' => KeyKind.DeleteToEnd,
        'L' => KeyKind.ClearScreen,
        'N' => KeyKind.Down,
        'P' => KeyKind.Up,
        'U' => KeyKind.DeleteToStart,
        'W' => KeyKind.DeleteWord,
        _ => KeyKind.Unknown,
    };

    private byte? Next()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, input.Read(_buffer));
            if (_end <= 0)
                return null;
        }

        return _buffer[_start++];
    }

    /// <summary>A terminal sends a sequence in one piece: an escape with nothing behind it is the key itself.</summary>
    private Key ReadSequence()
    {
        if (_start == _end || Next() is not { } second)
            return new Key(KeyKind.Unknown);
        if (second == '\r')
            return new Key(KeyKind.NewLine);
        if (second is (byte)'b' or (byte)'f')
            return new Key(second == 'b' ? KeyKind.WordLeft : KeyKind.WordRight);
        if (second is not ((byte)'[' or (byte)'O'))
            return new Key(KeyKind.Unknown);

        var sequence = new StringBuilder();
        while (_start < _end && Next() is { } part)
        {
            sequence.Append((char)part);
            if (part is >= 0x40 and <= 0x7e)
                break;
        }

        return sequence.ToString() switch
        {
            "A" => new Key(KeyKind.Up),
            "B" => new Key(KeyKind.Down),
            "C" => new Key(KeyKind.Right),
            "D" => new Key(KeyKind.Left),
            "H" or "1~" or "7~" => new Key(KeyKind.Home),
            "F" or "4~" or "8~" => new Key(KeyKind.End),
            "3~" => new Key(KeyKind.Delete),
            "1;5C" or "1;3C" => new Key(KeyKind.WordRight),
            "1;5D" or "1;3D" => new Key(KeyKind.WordLeft),
            "200~" => ReadPaste(),
            _ => new Key(KeyKind.Unknown),
        };
    }

    private Key ReadPaste()
    {
        var bytes = new List<byte>();
        while (bytes.Count < MaxPaste && Next() is { } part)
        {
            bytes.Add(part);
            if (part == '~' && bytes.Count >= PasteEnd.Length && bytes[^PasteEnd.Length..].SequenceEqual(PasteEnd))
            {
                bytes.RemoveRange(bytes.Count - PasteEnd.Length, PasteEnd.Length);
                break;
            }
        }

        return new Key(KeyKind.Paste, Encoding.UTF8.GetString([.. bytes]).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'));
    }

    /// <summary>The rest of a character, and what was typed right behind it.</summary>
    private Key ReadText(byte first)
    {
        var bytes = new List<byte> { first };
        while (true)
        {
            var missing = Missing(bytes);
            if (missing == 0 && (_start == _end || _buffer[_start] < 0x20 || _buffer[_start] == 0x7f))
                break;
            if (Next() is not { } part)
                break;
            bytes.Add(part);
        }

        return new Key(KeyKind.Text, Encoding.UTF8.GetString([.. bytes]));
    }

    /// <summary>How many bytes the last character lacks.</summary>
    private static int Missing(List<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(4, bytes.Count); back++)
        {
            var part = bytes[^back];
            if (part < 0x80)
                return 0;
            if (part >= 0xc0)
                return Math.Max(0, (part >= 0xf0 ? 4 : part >= 0xe0 ? 3 : 2) - back);
        }

        return 0;
    }
}
