using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>How a text file is written.</summary>
internal enum TextForm
{
    Utf8,

    /// <summary>With a byte order mark.</summary>
    MarkedUtf8,

    LittleUtf16,
    BigUtf16,
}

/// <summary>
/// A text and how it is written. A byte that is no UTF-8 becomes the lone surrogate U+DC00 + byte, which no valid text holds, so that
/// all that an edit leaves alone comes back byte for byte.
/// </summary>
internal sealed record EncodedText(string Text, TextForm Form)
{
    private const char ByteZero = '\uDC00';

    /// <summary>The form that the first bytes of a file show. UTF-32 is none of them.</summary>
    public static TextForm FormOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => TextForm.MarkedUtf8,
        [0xFF, 0xFE, 0, 0, ..] => TextForm.Utf8,
        [0xFF, 0xFE, ..] => TextForm.LittleUtf16,
        [0xFE, 0xFF, ..] => TextForm.BigUtf16,
        _ => TextForm.Utf8,
    };

    public static EncodedText Decode(ReadOnlySpan<byte> bytes)
    {
        var form = FormOf(bytes);
        return new EncodedText(form switch
        {
            TextForm.LittleUtf16 or TextForm.BigUtf16 => Wide(bytes[2..], form),
            TextForm.MarkedUtf8 => Narrow(bytes[3..]),
            _ => Narrow(bytes),
        }, form);
    }

    /// <summary>The bytes of the text in its form.</summary>
    public byte[] Encode()
    {
        if (Form is TextForm.LittleUtf16 or TextForm.BigUtf16)
        {
            var wide = new byte[2 + (Text.Length * 2)];
            for (var i = -1; i < Text.Length; i++)
            {
                var target = wide.AsSpan(2 + (i * 2));
                var c = i < 0 ? '\uFEFF' : Text[i];
                if (Form == TextForm.LittleUtf16)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(target, c);
                }
                else
                {
                    BinaryPrimitives.WriteUInt16BigEndian(target, c);
                }
            }

            return wide;
        }

        var bytes = new ArrayBufferWriter<byte>(Text.Length + 16);
        if (Form == TextForm.MarkedUtf8)
        {
            bytes.Write(Encoding.UTF8.Preamble);
        }

        var rest = Text.AsSpan();
        while (!rest.IsEmpty)
        {
            var plain = FirstByte(rest) is var at and >= 0 ? at : rest.Length;
            Encoding.UTF8.GetBytes(rest[..plain], bytes);
            if (plain < rest.Length)
            {
                bytes.Write([(byte)(rest[plain++] - ByteZero)]);
            }

            rest = rest[plain..];
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Text that came from outside, without lone surrogates: none may pass for a byte of the file.</summary>
    public static string Clean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                return string.Concat(text.EnumerateRunes());
            }
        }

        return text;
    }

    private static int FirstByte(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsLowSurrogate(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Narrow(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length];
        var length = 0;
        while (Utf8.ToUtf16(bytes, text.AsSpan(length), out var read, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            length += written;
            text[length++] = (char)(ByteZero + bytes[read]);
            bytes = bytes[(read + 1)..];
        }

        return new string(text, 0, length + Encoding.UTF8.GetCharCount(bytes));
    }

    private static string Wide(ReadOnlySpan<byte> bytes, TextForm form)
    {
        var text = new char[bytes.Length / 2];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (char)(form == TextForm.LittleUtf16 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[(i * 2)..]));
        }

        return new string(text);
    }
}
