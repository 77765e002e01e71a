using Drafthorse.Sandbox.Files.Tree;

namespace Drafthorse.Sandbox.Files.Operations;

/// <summary>New content beside its target: written in full first, then put in place by one rename, or taken away again.</summary>
internal sealed class StagedFile : IDisposable
{
    private readonly Location _location;
    private readonly string _name;
    private bool _isGone;

    private StagedFile(Location location, string name)
    {
        _location = location;
        _name = name;
    }

    /// <summary>Writes the content beside the place. An existing file must be writable; mode and owner are kept.</summary>
    /// <param name="location">The place; null facts mean a new file.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="like">Whose mode and owner the file gets, if not those of the file in its place.</param>
    public static StagedFile Write(Location location, ReadOnlySpan<byte> content, EntryFacts? like = null)
    {
        var model = location.Facts ?? like;
        switch (location.Facts)
        {
            case { Kind: EntryKind.Folder }:
                throw new FileException(FileErrorKind.WrongKind, $"{location.Display} is a folder. Name a file.");
            case { Kind: not EntryKind.File }:
                throw new FileException(FileErrorKind.WrongKind, $"{location.Display} is a pipe, socket or device, not a regular file. Name another file.");
            case { } facts when (facts.Mode & 0x92) == 0:
                throw new FileException(FileErrorKind.Denied, $"{location.Display} is read-only. If it must change, `chmod u+w` it first.");
        }

        var name = $".drafthorse-{Guid.NewGuid():n}~";
        using var file = location.Folder.CreateFile(name, secret: model is not null, location.Display);
        var staged = new StagedFile(location, name);
        try
        {
            RandomAccess.Write(file, content, 0);
            if (model is { } from)
            {
                location.Folder.CopyOwnerAndMode(file, from);
            }

            return staged;
        }
        catch (Exception exception)
        {
            staged.Dispose();
            throw FileException.From(exception, location.Display);
        }
    }

    /// <summary>Puts the content in place, unless someone changed the file since it was looked at.</summary>
    public void Commit()
    {
        if (_location.Folder.Stat(_location.Name) != _location.Facts)
        {
            throw new FileException(FileErrorKind.Changed, $"{_location.Display} was changed by something else during the call; nothing was written. Read it again, then repeat the change.");
        }

        _location.Folder.Rename(_name, _location.Folder, _location.Name, _location.Display);
        _isGone = true;
    }

    public void Dispose()
    {
        if (!_isGone)
        {
            _isGone = true;
            _location.Folder.Remove(_name, isFolder: false, _location.Display);
        }
    }
}
