using System.Text;
using System.Text.Unicode;
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

    public static bool IsBinary(ReadOnlySpan<byte> content) => content[..Math.Min(content.Length, BinaryProbe)].Contains((byte)0);

    /// <summary>The text that an edit works on, and whether it began with a byte order mark.</summary>
    public static (string Text, bool Mark) ReadForEdit(Location location)
    {
        using var file = location.OpenFile();
        var bytes = Read(file, FileLimits.WriteBytes + 1, location.Display);
        if (bytes.Length > FileLimits.WriteBytes)
        {
            throw new FileException(FileErrorKind.TooLarge, $"{location.Display} is larger than {FileLimits.WriteBytes:N0} bytes. Change it with execute (sed, a script).");
        }

        if (IsBinary(bytes))
        {
            throw new FileException(FileErrorKind.WrongKind, $"{location.Display} is binary. Change it with execute.");
        }

        if (FirstInvalid(bytes) is { } invalid)
        {
            throw new FileException(FileErrorKind.WrongKind, $"{location.Display} is not valid UTF-8 (byte {invalid}), and an edit would damage it. Change it with execute (sed, iconv).");
        }

        var mark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble);
        return (Encoding.UTF8.GetString(bytes.AsSpan(mark ? 3 : 0)), mark);
    }

    public static byte[] Encode(string text, bool mark, string display)
    {
        if (text.Length > FileLimits.WriteBytes || Encoding.UTF8.GetByteCount(text) > FileLimits.WriteBytes)
        {
            throw new FileException(FileErrorKind.TooLarge, $"{display}: the content is larger than {FileLimits.WriteBytes:N0} bytes. Write it with execute.");
        }

        return mark ? [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)] : Encoding.UTF8.GetBytes(text);
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
