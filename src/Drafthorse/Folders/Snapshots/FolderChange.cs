using System.Text;

namespace Drafthorse.Folders.Snapshots;

/// <summary>One path that differs between two states of a folder. A mode of 0 means that there is nothing at the path.</summary>
internal sealed record FolderChange(string Path, int OldMode, string OldId, int NewMode, string NewId)
{
    public const int File = 0x81A4, Program = 0x81ED, Link = 0xA000, Repository = 0xE000;

    public bool IsDeletion => NewMode == 0;

    public bool HasSameResult(FolderChange other) => NewMode == other.NewMode && NewId == other.NewId;

    /// <summary>Reads what <c>git diff-tree -r -z --raw --no-renames</c> prints: <c>:100644 100755 ID ID M</c>, then the path.</summary>
    public static IReadOnlyList<FolderChange> Parse(ReadOnlySpan<byte> raw)
    {
        var parts = Encoding.UTF8.GetString(raw).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var changes = new List<FolderChange>(parts.Length / 2);
        for (var index = 0; index + 1 < parts.Length; index += 2)
        {
            if (parts[index].TrimStart(':').Split(' ') is not [var oldMode, var newMode, var oldId, var newId, _])
                throw new FolderException($"git printed a difference that cannot be read: {parts[index]}");
            changes.Add(new FolderChange(parts[index + 1], Convert.ToInt32(oldMode, 8), oldId, Convert.ToInt32(newMode, 8), newId));
        }

        return changes;
    }
}
