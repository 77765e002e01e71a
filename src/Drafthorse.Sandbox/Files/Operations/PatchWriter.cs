using Drafthorse.Sandbox.Files.Editing;
using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>Applies a patch to the tree: every new content is worked out and written aside before the first file is touched.</summary>
internal sealed class PatchWriter : IDisposable
{
    private readonly FileRoots _roots;
    private readonly SeenFiles _seen;
    private readonly List<Step> _steps = [];
    private readonly HashSet<string> _touched = [];

    private PatchWriter(FileRoots roots, SeenFiles seen) => (_roots, _seen) = (roots, seen);

    public static ChangeResult Apply(FileRoots roots, ApplyPatchRequest request, SeenFiles seen)
    {
        var files = PatchParser.Parse(EncodedText.Clean(request.Patch));
        using var writer = new PatchWriter(roots, seen);
        foreach (var file in files)
        {
            writer._steps.Add(writer.Prepare(file));
        }

        var done = new List<FileChange>();
        try
        {
            foreach (var step in writer._steps)
            {
                step.Commit(seen);
                done.Add(step.Change);
            }
        }
        catch (FileException exception) when (done.Count > 0)
        {
            throw new FileException(
                exception.Kind, $"{exception.Message} The patch was applied in part: {string.Join(", ", done.Select(change => change.Path))} changed already; the rest did not.", exception);
        }

        return new ChangeResult { Changes = done };
    }

    public void Dispose() => _steps.ForEach(step => step.Dispose());

    private Step Prepare(FilePatch file) => file.Action switch
    {
        PatchAction.Add => Add(file),
        PatchAction.Delete => Delete(file),
        _ => Update(file),
    };

    private Step Add(FilePatch file)
    {
        var step = new Step(Find(file.Path, createFolders: true));
        try
        {
            _seen.CheckUnchanged(step.Location);
            var text = string.Concat(file.Added.Select(line => line + "\n"));
            var (bytes, note) = FileContent.EncodeOver(step.Location, text);
            step.Stage(step.Location, bytes);
            step.Change = new FileChange
            {
                Path = step.Location.Display,
                Kind = step.Location.Facts is null ? FileChangeKind.Created : FileChangeKind.Updated,
                LinesAdded = file.Added.Count,
                Note = step.Location.Facts is null ? null : "existed and was overwritten" + (note is null ? "" : $"; {note}"),
            };
            return step;
        }
        catch
        {
            step.Dispose();
            throw;
        }
    }

    private Step Delete(FilePatch file)
    {
        var location = Find(file.Path, followLast: false);
        if (location.Facts is { Kind: EntryKind.File or EntryKind.Link })
        {
            return new Step(location) { RemovesFile = true, Change = new FileChange { Path = location.Display, Kind = FileChangeKind.Deleted } };
        }

        location.Dispose();
        throw location.Facts is null ? FileException.NotFound(location.Display) : new FileException(FileErrorKind.WrongKind, $"{location.Display} is not a file. Use delete_file.");
    }

    private Step Update(FilePatch file)
    {
        var step = new Step(Find(file.Path));
        try
        {
            var location = step.Location;
            if (location.Facts is null)
            {
                throw FileException.NotFound(location.Display);
            }

            var before = FileContent.ReadForEdit(location);
            var change = new SeenChange(_seen, location, before);
            var (after, wasLoose) = change.Apply(() => PatchHunks.Apply(before.Text, file.Hunks, location.Display), result => result.WasLoose);
            var bytes = FileContent.Encode(before with { Text = after }, location.Display);
            var (added, removed) = LineCounts.Of(before.Text, after);
            var target = file.MoveTo is { } moveTo ? Find(moveTo, createFolders: true) : null;
            if (target?.Facts is not null)
            {
                target.Dispose();
                throw new FileException(FileErrorKind.WrongKind, $"{file.MoveTo} exists already. Delete it first, or move to another name. Nothing was changed.");
            }

            step.Stage(target ?? location, bytes, location.Facts);
            step.RemovesFile = target is not null;
            step.Change = new FileChange
            {
                Path = location.Display,
                Kind = target is null ? FileChangeKind.Updated : FileChangeKind.Moved,
                MovedTo = target?.Display,
                Replacements = file.Hunks.Count,
                LinesAdded = added,
                LinesRemoved = removed,
                Note = change.Note(wasLoose),
            };
            return step;
        }
        catch
        {
            step.Dispose();
            throw;
        }
    }

    private Location Find(string path, bool followLast = true, bool createFolders = false)
    {
        var location = PathWalk.Resolve(_roots, path, followLast, createFolders);
        if (_touched.Add(location.Path))
        {
            return location;
        }

        location.Dispose();
        throw new FileException(FileErrorKind.Invalid, $"The patch names {location.Display} twice. Put all its changes into one section. Nothing was changed.");
    }

    /// <summary>What will happen to one file, ready to be done.</summary>
    private sealed class Step(Location location) : IDisposable
    {
        private Location? _target;
        private StagedFile? _staged;
        private byte[] _content = [];

        public Location Location { get; } = location;

        public bool RemovesFile { get; set; }

        public FileChange Change { get; set; } = new();

        public void Stage(Location target, byte[] content, EntryFacts? like = null)
        {
            _content = content;
            _target = target == Location ? null : target;
            _staged = StagedFile.Write(target, content, like);
        }

        public void Commit(SeenFiles seen)
        {
            if (_staged is { } staged)
            {
                staged.Commit();
                seen.Remember(_target ?? Location, _content);
            }

            if (RemovesFile)
            {
                seen.Forget(Location);
                Location.Folder.Remove(Location.Name, isFolder: false, Location.Display);
            }
        }

        public void Dispose()
        {
            _staged?.Dispose();
            _target?.Dispose();
            Location.Dispose();
        }
    }
}
