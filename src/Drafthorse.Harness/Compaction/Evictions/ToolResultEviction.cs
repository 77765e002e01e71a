using Drafthorse.Harness.Sandboxes;
using Drafthorse.Harness.Text;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness;

/// <summary>Moves large tool results into files of the sandbox, and into the archive beside the journal.</summary>
internal sealed class ToolResultEviction(ToolResultEvictionOptions options, ResultArchive? archive, bool isSearched) : IAgentMiddleware
{
    private const string DefaultFolder = "/agent/large_tool_results";

    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        var output = await next(call, cancellationToken).ConfigureAwait(false);
        var text = string.Concat(output.Content.Where(block => block.Kind == "text").Select(block => block.Text));
        if (output.NeverEvict || text.Length <= options.MaxLength)
        {
            return output;
        }

        var isKept = archive?.TryKeep(call.Run.Thread.Id, call.CallId, text) == true;
        var where = await TryWriteAsync(call, text, cancellationToken).ConfigureAwait(false) is { } path
            ? $"the whole result is in {path}: read it in parts with read_file, or search it with grep_files"
            : isKept && isSearched ? $"the whole result is kept: search it with {SessionSearchTool.ToolName}"
            : "the whole result could not be kept";
        return output with
        {
            Content =
            [
                ContentBlock.OfText($"{CutText.ToLength(text, options.KeepLength * 2)}\n[{text.Length} characters; {where}]"),
                .. output.Content.Where(block => block.Kind != "text"),
            ],
        };
    }

    /// <summary>Writes the result and returns where; null when the sandbox does not take it.</summary>
    private async Task<string?> TryWriteAsync(ToolCall call, string text, CancellationToken cancellationToken)
    {
        try
        {
            var sandbox = await call.Run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
            var folder = options.Folder ?? (sandbox.Info.SpillDirectory.Length > 0 ? sandbox.Info.SpillDirectory : DefaultFolder);
            var path = $"{folder}/{call.CallId}";
            await sandbox.Files.WriteAsync(new WriteFileRequest { Path = path, Content = text, CallId = $"{call.CallId}-evicted" }, cancellationToken).ConfigureAwait(false);
            return path;
        }
        catch (Exception exception) when (exception is SandboxCallException or FileException or WireException or SandboxException)
        {
            return null;
        }
    }
}
