using Drafthorse.Harness.Tools.Failures;
using Drafthorse.Harness.Workspace.Files;
using Microsoft.Extensions.AI;

namespace Drafthorse.Harness.RunTools;

/// <summary>Answers calls of tools that need their run.</summary>
/// <param name="tools">The tools.</param>
internal sealed class RunToolMiddleware(IEnumerable<RunTool> tools) : IAgentMiddleware
{
    private readonly Dictionary<string, RunTool> _tools = tools.ToDictionary(tool => tool.Name, StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<ToolOutput> OnToolCallAsync(ToolCall call, Func<ToolCall, CancellationToken, Task<ToolOutput>> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        if (!_tools.TryGetValue(call.Tool, out var tool))
            return await next(call, cancellationToken).ConfigureAwait(false);
        var arguments = new AIFunctionArguments(call.Arguments.ToDictionary(StringComparer.Ordinal));
        try
        {
            return await tool.RunAsync(call.Run, new ArgumentReader(call.Tool, arguments), cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentReaderException exception)
        {
            return ToolOutput.Error(NearestCall.After(exception.Message, tool, arguments), ToolErrorClass.InvalidArguments);
        }
        catch (WorkspaceException exception)
        {
            return ToolOutput.Error($"{call.Tool}: {exception.Message}");
        }
    }
}
