using Drafthorse.Sandbox.Files.Operations;

namespace Drafthorse.Sandbox.Files;

/// <summary>
/// The file operations inside the sandbox. Paths are absolute or relative to the working directory, and never lead out of the
/// roots. All throw <see cref="FileException"/>.
/// </summary>
internal sealed class FileHandlers(FileRoots roots)
{
    private readonly CallResults _results = new();
    private readonly SeenFiles _seen = new();

    /// <summary>Reads a part of a text file, or a picture.</summary>
    public ReadFileResult Read(ReadFileRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return FileReader.Read(roots.For(request), request, _seen);
    }

    /// <summary>What a folder holds.</summary>
    public ListFilesResult List(PathRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return FileReader.List(roots.For(request), request);
    }

    /// <summary>Writes a whole file.</summary>
    public ChangeResult Write(WriteFileRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _results.Once(request.CallId, () => FileWriter.Write(roots.For(request), request, _seen));
    }

    /// <summary>Replaces parts of a file.</summary>
    public ChangeResult Edit(EditFileRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _results.Once(request.CallId, () => FileWriter.Edit(roots.For(request), request, _seen));
    }

    /// <summary>Applies a patch.</summary>
    public ChangeResult Patch(ApplyPatchRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _results.Once(request.CallId, () => PatchWriter.Apply(roots.For(request), request, _seen));
    }

    /// <summary>Deletes a file, a link or a folder.</summary>
    public ChangeResult Delete(DeleteFileRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _results.Once(request.CallId, () => FileWriter.Delete(roots.For(request), request));
    }
}
