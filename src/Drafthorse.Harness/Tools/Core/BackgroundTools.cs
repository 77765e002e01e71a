using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness;

internal sealed class ExecuteOutputTool() : SandboxTool(
    "execute_output",
    ToolEffect.Read,
    "Returns output of a background command and whether it still runs. Without offset the last 20,000 bytes; with the next offset of an earlier call what came since.",
    """
    {"type":"object","required":["id"],"properties":{"id":{"type":"string","description":"The id that execute gave."},"offset":{"type":"integer","description":"The first byte."}}}
    """)
{
    private const int Bytes = 20_000;

    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var id = arguments.Text("id", "the id that execute gave");
        var offset = arguments.WholeNumber("offset", 0, int.MaxValue) ?? -Bytes;
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return await BackgroundCommands.OfAsync(id, async () =>
            CommandText.Of(await sandbox.Commands.TailAsync(id, offset, Bytes, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
    }
}

internal sealed class ExecuteStatusTool() : SandboxTool(
    "execute_status",
    ToolEffect.Read,
    "Lists the background commands of this sandbox, running and ended.",
    """
    {"type":"object","properties":{}}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        var commands = await sandbox.Commands.ListAsync(cancellationToken).ConfigureAwait(false);
        var lines = commands.Where(command => command.IsBackground).Select(CommandText.Describe).ToList();
        return ToolOutput.Text(lines.Count == 0 ? "There are no background commands." : string.Join('\n', lines));
    }
}

internal sealed class ExecuteKillTool() : SandboxTool(
    "execute_kill",
    ToolEffect.Write,
    "Kills a background command and all it started.",
    """
    {"type":"object","required":["id"],"properties":{"id":{"type":"string","description":"The id that execute gave."}}}
    """)
{
    protected override async Task<ToolOutput> RunAsync(ArgumentReader arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var id = arguments.Text("id", "the id that execute gave");
        var sandbox = await context.GetSandboxAsync(cancellationToken).ConfigureAwait(false);
        return await BackgroundCommands.OfAsync(id, async () =>
            ToolOutput.Text(CommandText.Describe(await sandbox.Commands.KillAsync(id, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
    }
}

/// <summary>What tools that name a background command share.</summary>
internal static class BackgroundCommands
{
    public static async Task<ToolOutput> OfAsync(string id, Func<Task<ToolOutput>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (SandboxCallException exception) when (exception.Code is CallCodes.NotFound or CallCodes.BadRequest)
        {
            return ToolOutput.Error($"There is no background command {(id.Length > 100 ? id[..100] : id)} ({exception.Message}) See execute_status for those there are.", ToolErrorClass.NotFound);
        }
    }
}
