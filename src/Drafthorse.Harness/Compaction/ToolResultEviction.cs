using Drafthorse.Harness.Middleware;
using Drafthorse.Harness.Threads.Journal;
using Drafthorse.Harness.Tools;
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
        var where = await TryWriteAsync(call, cancellationToken).ConfigureAwait(false)
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

    private static async Task<bool> TryWriteAsync(ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            var sandbox = await call.Run.GetSandboxClientAsync(cancellationToken).ConfigureAwait(false);
            await Task.FromResult(sandbox).ConfigureAwait(false);
            return true;
        }
        catch (SandboxCallException)
        {
            return false;
        }
    }
}
