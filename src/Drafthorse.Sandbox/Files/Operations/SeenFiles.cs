using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>
/// What files held when the model read or wrote them last, so that it never writes over a version that it has not seen. Only so
/// many bytes are kept: a file that is forgotten, or was never read, counts as unchanged.
/// </summary>
internal sealed class SeenFiles
{
    private const int MostBytes = 16_000_000, MostOfOne = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Path, byte[] Content)>> _byPath = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Path, byte[] Content)> _byAge = new();
    private long _bytes;

    /// <summary>The model knows this content of the file now.</summary>
    public void Remember(Location location, ReadOnlySpan<byte> content) => Put(location.Path, content.Length <= MostOfOne ? content.ToArray() : null);

    /// <summary>The file is gone, or another.</summary>
    public void Forget(Location location) => Put(location.Path, null);

    /// <summary>Whether the content that the model saw is kept.</summary>
    public bool Knows(Location location) => Find(location.Path) is not null;

    /// <summary>Whether the file may be written over. Throws <see cref="FileException"/> with what changed since the model saw it, which
    /// then counts as seen.</summary>
    public void CheckUnchanged(Location location)
    {
        if (location.Facts is not { Kind: EntryKind.File, Size: <= FileLimits.WriteBytes } || !Knows(location))
        {
            return;
        }

        using var file = location.OpenFile();
        var now = FileContent.Read(file, FileLimits.WriteBytes, location.Display);
        if (!FileContent.IsBinary(now) && ChangesOf(location, now) is { } changes)
        {
            Remember(location, now);
            throw Stale(location, changes, "nothing was written", "Send the call again with content that takes this into account");
        }
    }

    /// <summary>What changed since the model saw the file; null when nothing did, or nothing is known.</summary>
    public string? ChangesOf(Location location, ReadOnlySpan<byte> now) => Find(location.Path) is { } before && !now.SequenceEqual(before)
        ? LineDifference.Describe(EncodedText.Decode(before).Text, EncodedText.Decode(now).Text)
        : null;

    /// <summary>The refusal that shows the model the difference.</summary>
    public static FileException Stale(Location location, string changes, string consequence, string cure, Exception? cause = null) =>
        new(FileErrorKind.Stale, $"{location.Display} has changed since you saw it last; {consequence}. What changed:\n{changes}\n{cure}.", cause);

    private byte[]? Find(string path)
    {
        lock (_lock)
        {
            if (!_byPath.TryGetValue(path, out var node))
            {
                return null;
            }

            _byAge.Remove(node);
            _byAge.AddLast(node);
            return node.Value.Content;
        }
    }

    private void Put(string path, byte[]? content)
    {
        lock (_lock)
        {
            if (_byPath.Remove(path, out var before))
            {
                _byAge.Remove(before);
                _bytes -= before.Value.Content.Length + path.Length;
            }

            if (content is null)
            {
                return;
            }

            _byPath.Add(path, _byAge.AddLast((path, content)));
            _bytes += content.Length + path.Length;
            while (_bytes > MostBytes && _byAge.First is { } oldest)
            {
                _byAge.RemoveFirst();
                _byPath.Remove(oldest.Value.Path);
                _bytes -= oldest.Value.Content.Length + oldest.Value.Path.Length;
            }
        }
    }
}
