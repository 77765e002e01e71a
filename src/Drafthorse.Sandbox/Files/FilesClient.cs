using System.Text.Json.Serialization.Metadata;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Files;

/// <summary>
/// The files of a sandbox, from the host's end. All methods throw <see cref="FileException"/> when the sandbox refuses,
/// <see cref="SandboxCallException"/> when it answers nonsense and <see cref="WireException"/> when the connection ends.
/// </summary>
public sealed class FilesClient
{
    private static readonly string[] Pictures = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    private readonly WireConnection _connection;

    internal FilesClient(WireConnection connection) => _connection = connection;

    /// <summary>Reads a part of a text file, or a picture.</summary>
    public async Task<ReadFileResult> ReadAsync(ReadFileRequest request, CancellationToken cancellationToken)
    {
        var result = await CallAsync(FileMethods.Read, request, FileJson.Default.ReadFileRequest, FileJson.Default.ReadFileResult, cancellationToken).ConfigureAwait(false);
        Check(result.Text is null == (result.MediaType is not null) && result.MediaType is null == (result.Data is null), "a file that is neither text nor picture");
        Check(result.Text is null || result.Text.Length <= FileLimits.ReadCharacters + 1, "more text than was asked for");
        Check(result.MediaType is null || Pictures.Contains(result.MediaType), "a picture of an unknown type");
        Check(result.Data is null || result.Data.Length <= FileLimits.PictureBytes, "a picture that is too large");
        return result;
    }

    /// <summary>Writes a whole file.</summary>
    public Task<ChangeResult> WriteAsync(WriteFileRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(FileMethods.Write, request, FileJson.Default.WriteFileRequest, cancellationToken);

    /// <summary>Replaces parts of a file, all or none.</summary>
    public Task<ChangeResult> EditAsync(EditFileRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(FileMethods.Edit, request, FileJson.Default.EditFileRequest, cancellationToken);

    /// <summary>Applies a patch, all of it or nothing.</summary>
    public Task<ChangeResult> PatchAsync(ApplyPatchRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(FileMethods.Patch, request, FileJson.Default.ApplyPatchRequest, cancellationToken);

    /// <summary>Deletes a file, a link or a folder.</summary>
    public Task<ChangeResult> DeleteAsync(DeleteFileRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(FileMethods.Delete, request, FileJson.Default.DeleteFileRequest, cancellationToken);

    /// <summary>What a folder holds.</summary>
    public async Task<ListFilesResult> ListAsync(PathRequest request, CancellationToken cancellationToken)
    {
        var result = await CallAsync(_connection, FileMethods.List, request, FileJson.Default.PathRequest, FileJson.Default.ListFilesResult, cancellationToken, FileLimits.ListBytes).ConfigureAwait(false);
        Check(result.Entries.Count <= FileLimits.ListEntries && !result.Entries.Contains(null!), "a list that is too long or holds nothing");
        return result;
    }

    internal static void Check(bool isSound, string nonsense)
    {
        if (!isSound)
        {
            throw new SandboxCallException(CallCodes.Internal, $"The sandbox sent {nonsense}.");
        }
    }

    internal static async Task<TResponse> CallAsync<TRequest, TResponse>(
        WireConnection connection, string method, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken,
        int maxAnswer = WireLimits.MaxMessage)
    {
        try
        {
            return await connection.InvokeAsync(method, request, requestType, responseType, cancellationToken, maxAnswer).ConfigureAwait(false);
        }
        catch (SandboxCallException exception) when (exception.ToFileException() is { } refusal)
        {
            throw refusal;
        }
    }

    private async Task<ChangeResult> ChangeAsync<TRequest>(string method, TRequest request, JsonTypeInfo<TRequest> requestType, CancellationToken cancellationToken)
    {
        var result = await CallAsync(method, request, requestType, FileJson.Default.ChangeResult, cancellationToken).ConfigureAwait(false);
        Check(result.Changes.Count <= FileLimits.PatchFiles && !result.Changes.Contains(null!), "changes that cannot be");
        return result;
    }

    private Task<TResponse> CallAsync<TRequest, TResponse>(
        string method, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken) =>
        CallAsync(_connection, method, request, requestType, responseType, cancellationToken);
}
