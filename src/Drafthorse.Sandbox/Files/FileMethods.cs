using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Files;

/// <summary>The names of the file methods on the wire, and what they answer with inside the sandbox.</summary>
internal static class FileMethods
{
    public const string Read = "file.read", Write = "file.write", Edit = "file.edit", Patch = "file.patch", Delete = "file.delete",
        List = "file.list";

    private const string CodePrefix = "file_";

    public static WireHandlers AddFiles(this WireHandlers handlers, FileHandlers files) => handlers
        .Unary(Read, FileJson.Default.ReadFileRequest, FileJson.Default.ReadFileResult, (request, _) => Answer(() => files.Read(request)))
        .Unary(Write, FileJson.Default.WriteFileRequest, FileJson.Default.ChangeResult, (request, _) => Answer(() => files.Write(request)))
        .Unary(Edit, FileJson.Default.EditFileRequest, FileJson.Default.ChangeResult, (request, _) => Answer(() => files.Edit(request)))
        .Unary(Patch, FileJson.Default.ApplyPatchRequest, FileJson.Default.ChangeResult, (request, _) => Answer(() => files.Patch(request)))
        .Unary(Delete, FileJson.Default.DeleteFileRequest, FileJson.Default.ChangeResult, (request, _) => Answer(() => files.Delete(request)))
        .Unary(List, FileJson.Default.PathRequest, FileJson.Default.ListFilesResult, (request, _) => Answer(() => files.List(request)));

    /// <summary>A refusal travels as a failed call, whose code names its kind.</summary>
    public static Task<T> Answer<T>(Func<T> operation)
    {
        try
        {
            return Task.FromResult(operation());
        }
        catch (FileException exception)
        {
            throw new SandboxCallException(CodePrefix + exception.Kind, exception.Message);
        }
    }

    /// <summary>The refusal again, at the other end.</summary>
    public static FileException? ToFileException(this SandboxCallException exception) =>
        exception.Code.StartsWith(CodePrefix, StringComparison.Ordinal) && Enum.TryParse<FileErrorKind>(exception.Code.AsSpan(CodePrefix.Length), out var kind)
            ? new FileException(kind, exception.Message, exception)
            : null;
}
