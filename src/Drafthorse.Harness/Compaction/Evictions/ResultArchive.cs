using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Search;
using Drafthorse.Harness.Threads;

namespace Drafthorse.Harness;

/// <summary>Keeps whole results that were evicted, compressed, in a folder of the host beside the journal: they outlive the sandbox, and are searched.</summary>
internal sealed class ResultArchive(string folder)
{
    /// <summary>The most that is kept of one result, compressed, in bytes.</summary>
    public const int MostBytes = 8 * 1024 * 1024;

    /// <summary>The most that is kept of one thread, in bytes; the oldest goes first.</summary>
    private const long MostOfThread = 1024L * 1024 * 1024;

    private const int Block = 64 * 1024;
    private static ReadOnlySpan<byte> Magic => "DHR1"u8;

    private readonly ConcurrentDictionary<ThreadId, long> _sizes = new();

    /// <summary>The archive that the options name, or none.</summary>
    public static ResultArchive? Of(ToolResultEvictionOptions options) => options.ArchiveFolder is { } folder ? new ResultArchive(folder) : null;

    /// <summary>Keeps a result. Returns false when the folder does not take it.</summary>
    public bool TryKeep(ThreadId thread, string callId, string text)
    {
        var path = PathOf(thread, callId);
        try
        {
            PrivateFolder.Create(FolderOf(thread));
            var part = $"{path}.{Guid.NewGuid():N}.part";
            using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None))
                Write(file, text);
            File.Move(part, path, overwrite: true);
            MakeRoom(thread, new FileInfo(path));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The calls of a thread whose results are kept.</summary>
    public IReadOnlyList<string> List(ThreadId thread)
    {
        try
        {
            return [.. new DirectoryInfo(FolderOf(thread)).EnumerateFiles().Select(file => file.Name).Where(name => !name.EndsWith(".part", StringComparison.Ordinal))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Which terms a kept result may have; null when it cannot be read.</summary>
    public TermFilter? ReadFilter(ThreadId thread, string callId)
    {
        try
        {
            using var file = File.OpenRead(PathOf(thread, callId));
            return ReadFilter(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Passes a kept result's passages. Returns false when it was not read to its end.</summary>
    public bool Visit(ThreadId thread, string callId, Passages.Visit visit, Func<bool> goOn)
    {
        try
        {
            using var file = File.OpenRead(PathOf(thread, callId));
            if (ReadFilter(file) is null)
                return false;
            using var reader = new StreamReader(new BrotliStream(file, CompressionMode.Decompress), Encoding.UTF8);
            return Passages.Of(reader, visit, goOn);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void Write(FileStream file, string text)
    {
        var filter = TermFilter.Of(text);
        Span<byte> head = stackalloc byte[8];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], filter.Bits.Length);
        file.Write(head);
        file.Write(filter.Bits.Span);
        using var brotli = new BrotliStream(file, CompressionLevel.Fastest, leaveOpen: true);
        var encoder = Encoding.UTF8.GetEncoder();
        Span<byte> bytes = new byte[Encoding.UTF8.GetMaxByteCount(Block)];
        for (var at = 0; at < text.Length && file.Position < MostBytes - Block; at += Block)
        {
            var part = text.AsSpan(at, Math.Min(Block, text.Length - at));
            brotli.Write(bytes[..encoder.GetBytes(part, bytes, flush: at + part.Length == text.Length)]);
        }
    }

    private static TermFilter? ReadFilter(FileStream file)
    {
        Span<byte> head = stackalloc byte[8];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head[..4].SequenceEqual(Magic) || BinaryPrimitives.ReadInt32LittleEndian(head[4..]) is var length && (length < 0 || length > file.Length))
            return null;
        var bits = new byte[length];
        file.ReadExactly(bits);
        return TermFilter.Read(bits);
    }

    private void MakeRoom(ThreadId thread, FileInfo added)
    {
        var known = _sizes.TryGetValue(thread, out var before);
        if (known && before + added.Length <= MostOfThread)
        {
            _sizes[thread] = before + added.Length;
            return;
        }

        var files = added.Directory!.EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc).ToList();
        var size = files.Sum(file => file.Length);
        foreach (var file in files.TakeWhile(_ => size > MostOfThread))
        {
            size -= file.Length;
            file.Delete();
        }

        _sizes[thread] = size;
    }

    private string FolderOf(ThreadId thread) => Path.Combine(folder, thread.ToString());

    /// <summary>Call ids are our own: numbers and hyphens. What is anything else names no file.</summary>
    private string PathOf(ThreadId thread, string callId) => Path.Combine(
        FolderOf(thread),
        callId.Length is > 0 and <= 100 && callId.All(character => char.IsAsciiDigit(character) || character == '-') ? callId : throw new ArgumentException($"'{callId}' is no call id of ours.", nameof(callId)));
}
