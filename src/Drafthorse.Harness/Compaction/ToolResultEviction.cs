using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Threads.Journal;
using Drafthorse.Harness.Tools;
using Drafthorse.Sandbox.Files;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Compaction;

/// <summary>Moves large tool results into files of the sandbox.</summary>
internal sealed class ToolResultEviction(ToolResultEvictionOptions options) : IAgentMiddleware
{
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        var output = await next(call, cancellationToken).ConfigureAwait(false);
        var text = string.Concat(output.Content.Where(block => block.Kind == "text").Select(block => block.Text));
        if (output.NeverEvict || text.Length <= options.MaxLength)
        {
            return output;
        }

        var path = $"{options.Folder}/{call.CallId}";
        var where = await TryWriteAsync(call, path, text, cancellationToken).ConfigureAwait(false)
            ? $"the whole result is in {path}: read it in parts with read_file, or search it with grep_files"
            : "the whole result could not be kept";
        return output with
        {
            Content =
            [
                ContentBlock.OfText($"{Transcript.Cut(text, options.KeepLength * 2)}\n[{text.Length} characters; {where}]"),
                .. output.Content.Where(block => block.Kind != "text"),
            ],
        };
    }

    private static async Task<bool> TryWriteAsync(ToolCall call, string path, string text, CancellationToken cancellationToken)
    {
        try
        {
            var sandbox = await call.Run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
            await sandbox.Files.WriteAsync(new WriteFileRequest { Path = path, Content = text, CallId = $"{call.CallId}-evicted" }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is SandboxCallException or FileException)
        {
            return false;
        }
    }
}
