using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Sandbox.Search;

/// <summary>Searches in a sandbox, from the host's end. Throws as <see cref="FilesClient"/> does.</summary>
public sealed class SearchClient
{
    private readonly WireConnection _connection;

    internal SearchClient(WireConnection connection) => _connection = connection;

    /// <summary>Finds files by name.</summary>
    public async Task<GlobResult> GlobAsync(GlobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var result = await FilesClient.CallAsync(
            _connection, SearchMethods.Glob, request, SearchJson.Default.GlobRequest, SearchJson.Default.GlobResult, cancellationToken, FileLimits.ListBytes).ConfigureAwait(false);
        FilesClient.Check(result.Paths.Count <= request.Limit && !result.Paths.Contains(null!), "paths that cannot be");
        return result;
    }

    /// <summary>Finds lines by content.</summary>
    public async Task<GrepResult> GrepAsync(GrepRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var result = await FilesClient.CallAsync(
            _connection, SearchMethods.Grep, request, SearchJson.Default.GrepRequest, SearchJson.Default.GrepResult, cancellationToken, FileLimits.ListBytes).ConfigureAwait(false);
        FilesClient.Check(
            result.Files.Count <= request.Limit
            && result.Files.All(file => file is not null && file.Lines.Count <= request.Limit * ((2 * request.Context) + 1) && !file.Lines.Contains(null!)),
            "lines that cannot be");
        return result;
    }
}
