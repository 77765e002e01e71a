using Drafthorse.Sandbox.Files.Editing;
using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>The operations that change files.</summary>
internal static class FileWriter
{
    public static ChangeResult Write(FileRoots roots, WriteFileRequest request, SeenFiles seen)
    {
        if (request.Content.Length > FileLimits.WriteBytes)
        {
            throw new FileException(FileErrorKind.TooLarge, $"{request.Path}: the content is larger than {FileLimits.WriteBytes:N0} bytes. Write it with execute.");
        }

        using var location = PathWalk.Resolve(roots, request.Path, createFolders: true);
        if (request.Path.EndsWith('/'))
        {
            throw new FileException(FileErrorKind.Invalid, $"{request.Path} names a folder. Name a file; its folders are made with it.");
        }

        seen.CheckUnchanged(location);
        var (content, note) = FileContent.EncodeOver(location, request.Content);
        using var staged = StagedFile.Write(location, content);
        staged.Commit();
        seen.Remember(location, content);
        return One(new FileChange
        {
            Path = location.Display,
            Kind = location.Facts is null ? FileChangeKind.Created : FileChangeKind.Updated,
            LinesAdded = new TextLines(request.Content).Count,
            Note = note,
        });
    }

    public static ChangeResult Edit(FileRoots roots, EditFileRequest request, SeenFiles seen)
    {
        using var location = PathWalk.Resolve(roots, request.Path);
        var before = FileContent.ReadForEdit(location);
        var change = new SeenChange(seen, location, before);
        var (after, replacements, wasLoose) = change.Apply(() => TextEdits.Apply(before.Text, [.. request.Edits.Select(Clean)], location.Display), result => result.WasLoose);
        var content = FileContent.Encode(before with { Text = after }, location.Display);
        using var staged = StagedFile.Write(location, content);
        staged.Commit();
        seen.Remember(location, content);
        var (added, removed) = LineCounts.Of(before.Text, after);
        return One(new FileChange
        {
            Path = location.Display,
            Kind = FileChangeKind.Updated,
            Replacements = replacements,
            LinesAdded = added,
            LinesRemoved = removed,
            Note = change.Note(wasLoose),
        });
    }

    public static ChangeResult Delete(FileRoots roots, DeleteFileRequest request)
    {
        using var location = PathWalk.Resolve(roots, request.Path, followLast: false);
        if (location.IsRoot || location.Path == roots.WorkingDirectory)
        {
            throw new FileException(FileErrorKind.Denied, $"{location.Display} is the working directory or a root and cannot be deleted. Name what in it should go.");
        }

        switch (location.Facts)
        {
            case null:
                throw FileException.NotFound(location.Display);
            case { Kind: EntryKind.Folder }:
                if (request.Recursive)
                {
                    Empty(location.Folder, location.Name, location.Display);
                }

                location.Folder.Remove(location.Name, isFolder: true, location.Display);
                break;
            default:
                location.Folder.Remove(location.Name, isFolder: false, location.Display);
                break;
        }

        return One(new FileChange { Path = location.Display, Kind = FileChangeKind.Deleted });
    }

    private static void Empty(Folder parent, string name, string display, int depth = 0)
    {
        using var folder = depth < 500 ? parent.TryOpenFolder(name) : throw new FileException(FileErrorKind.TooLarge, $"{display}: folders are too deep. Use execute with rm -r.");
        foreach (var entry in folder?.Entries(display) ?? [])
        {
            if (entry.Kind == EntryKind.Folder)
            {
                Empty(folder!, entry.Name, $"{display}/{entry.Name}", depth + 1);
            }

            folder!.Remove(entry.Name, entry.Kind == EntryKind.Folder, $"{display}/{entry.Name}");
        }
    }

    private static FileEdit Clean(FileEdit edit) => edit with { OldText = EncodedText.Clean(edit.OldText), NewText = EncodedText.Clean(edit.NewText) };

    private static ChangeResult One(FileChange change) => new() { Changes = [change] };
}
