using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Drafthorse.Sandbox.Files.Editing;
using Drafthorse.Sandbox.Files.Tree;
using Microsoft.Win32.SafeHandles;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>Reads bytes, and tells text from what is not.</summary>
internal static class FileContent
{
    private const int BinaryProbe = 8_000;

    /// <summary>At most that many bytes from the start. The size that the file system tells is not relied on.</summary>
    public static byte[] Read(SafeFileHandle file, int most, string display)
    {
        try
        {
            var buffer = new byte[Math.Min(most, Math.Max(RandomAccess.GetLength(file), 0) + 1)];
            var filled = 0;
            while (true)
            {
                var read = RandomAccess.Read(file, buffer.AsSpan(filled), filled);
                filled += read;
                if (read == 0 || filled == most)
                {
                    return filled == buffer.Length ? buffer : buffer[..filled];
                }

                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, (int)Math.Min(most, buffer.Length * 2L));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw FileException.From(exception, display);
        }
    }

    /// <summary>Whether it is no text: a NUL is in its first bytes, or half a character at the end of UTF-16.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> content)
    {
        var probe = content[..Math.Min(content.Length, BinaryProbe)];
        return EncodedText.FormOf(probe) is TextForm.LittleUtf16 or TextForm.BigUtf16
            ? content.Length % 2 != 0 || MemoryMarshal.Cast<byte, char>(probe).Contains('\0')
            : probe.Contains((byte)0);
    }

    /// <summary>The text that an edit works on.</summary>
    public static EncodedText ReadForEdit(Location location)
    {
        using var file = location.OpenFile();
        var bytes = Read(file, FileLimits.WriteBytes + 1, location.Display);
        if (bytes.Length > FileLimits.WriteBytes)
        {
            throw new FileException(FileErrorKind.TooLarge, $"{location.Display} is larger than {FileLimits.WriteBytes:N0} bytes. Change it with execute (sed, a script).");
        }

        return !IsBinary(bytes)
            ? EncodedText.Decode(bytes)
            : throw new FileException(FileErrorKind.WrongKind, $"{location.Display} is binary. Change it with execute.");
    }

    /// <summary>The whole new content of a place: what is there keeps its form and its uniform line endings.</summary>
    public static (byte[] Bytes, string? Note) EncodeOver(Location location, string content)
    {
        var old = location.Facts is { Kind: EntryKind.File } ? TryReadOld(location) : null;
        var form = old?.Form ?? TextForm.Utf8;
        var text = LineEndings.Like(old?.Text, EncodedText.Clean(content));
        var notes = new List<string>();
        if (text != content)
        {
            var ending = LineEndings.UniformOf(text) switch { "\r\n" => "CRLF", "\r" => "CR", _ => "LF" };
            notes.Add($"its {ending} line endings");
        }

        if (form != TextForm.Utf8 && text.Length > 0)
        {
            text = text.TrimStart('\uFEFF');
            notes.Add(form == TextForm.MarkedUtf8 ? "its byte order mark" : "its encoding, UTF-16");
        }

        var bytes = Encode(new EncodedText(text, text.Length == 0 ? TextForm.Utf8 : form), location.Display);
        return (bytes, notes.Count == 0 ? null : $"kept {string.Join(" and ", notes)}");
    }

    public static byte[] Encode(EncodedText text, string display)
    {
        var bytes = text.Text.Length <= FileLimits.WriteBytes ? text.Encode() : null;
        return bytes?.Length <= FileLimits.WriteBytes
            ? bytes
            : throw new FileException(FileErrorKind.TooLarge, $"{display}: the content is larger than {FileLimits.WriteBytes:N0} bytes. Write it with execute.");
    }

    // Who may write a file but not read it may write it still.
    private static EncodedText? TryReadOld(Location location)
    {
        try
        {
            using var file = location.OpenFile();
            var bytes = Read(file, FileLimits.WriteBytes, location.Display);
            return IsBinary(bytes) ? null : EncodedText.Decode(bytes);
        }
        catch (FileException)
        {
            return null;
        }
    }

    /// <summary>The position of the first byte that is not valid UTF-8.</summary>
    public static int? FirstInvalid(ReadOnlySpan<byte> content)
    {
        if (Utf8.IsValid(content))
        {
            return null;
        }

        var position = 0;
        while (Rune.DecodeFromUtf8(content[position..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            position += length;
        }

        return position;
    }

    /// <summary>The media type of the pictures that models see, by their first bytes.</summary>
    public static string? PictureType(ReadOnlySpan<byte> content) =>
        content is [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..] ? "image/png"
        : content is [0xFF, 0xD8, 0xFF, ..] ? "image/jpeg"
        : content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8) ? "image/gif"
        : content.Length > 12 && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;
}
