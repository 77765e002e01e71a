using System.Buffers;
using System.Text;

namespace Drafthorse.Sandbox.Files;

/// <summary>
/// A file's name as text that loses nothing. On Unix a name is bytes; those that are not UTF-8 become the lone surrogates U+DC80 to
/// U+DCFF and bytes again on the way back, as Python does it (PEP 383). What shows such text to people makes them visible.
/// </summary>
internal static class FileName
{
    private const int Escape = 0xDC00;

    /// <summary>The text of a name.</summary>
    /// <param name="name">Bytes of the name or path.</param>
    public static string Decode(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        Span<char> characters = stackalloc char[2];
        while (name.Length > 0)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var length) == OperationStatus.Done)
            {
                text.Append(characters[..rune.EncodeToUtf16(characters)]);
                name = name[length..];
            }
            else
            {
                text.Append((char)(Escape + name[0]));
                name = name[1..];
            }
        }

        return text.ToString();
    }

    /// <summary>The bytes of a name. A lone surrogate that stands for no byte becomes U+FFFD.</summary>
    /// <param name="name">Text from <see cref="Decode"/>, or any other name.</param>
    public static byte[] Encode(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var bytes = new ArrayBufferWriter<byte>(name.Length + 4);
        for (var rest = name.AsSpan(); rest.Length > 0;)
        {
            var isText = Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done;
            if (!isText && rest[0] is >= '\uDC80' and <= '\uDCFF')
            {
                bytes.Write([(byte)(rest[0] - Escape)]);
            }
            else
            {
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            }

            rest = rest[length..];
        }

        return bytes.WrittenSpan.ToArray();
    }
}
