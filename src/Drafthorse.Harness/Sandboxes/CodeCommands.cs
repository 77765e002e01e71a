using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Sandboxes;

/// <summary>Commands that code itself runs in a sandbox, told from the model's by their call ids.</summary>
internal static class CodeCommands
{
    private const string Mark = "-code-", Service = "service-";

    /// <summary>A call id of the owner with this token.</summary>
    public static string NewCallId(long token) => $"{token}{Mark}{Guid.NewGuid():N}";

    /// <summary>A call id of a service that a repository names.</summary>
    public static string NewServiceId(string name) => $"{ServicePrefix(name)}{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>What the ids of a service begin with.</summary>
    public static string ServicePrefix(string name) => $"{Service}{name}:";

    /// <summary>Whether a command is a service: it may run while the model is done.</summary>
    public static bool IsService(CommandInfo command) => command.CallId.StartsWith(Service, StringComparison.Ordinal);

    /// <summary>Runs a command whose result nobody asks for again.</summary>
    public static async Task<ExecResult> RunAsync(SandboxClient sandbox, ExecRequest request, CancellationToken cancellationToken)
    {
        var result = await sandbox.Commands.ExecAsync(request, null, cancellationToken).ConfigureAwait(false);
        await sandbox.Commands.AcknowledgeAsync(request.CallId, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>
    /// Ends what code of earlier owners still runs in a sandbox: it would work on the same files. The model's own commands go on, to be
    /// collected by their ids.
    /// </summary>
    public static async Task EndEarlierAsync(SandboxClient sandbox, long token, CancellationToken cancellationToken)
    {
        foreach (var command in await sandbox.Commands.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (command.End is null && command.CallId.Contains(Mark, StringComparison.Ordinal) && !command.CallId.StartsWith($"{token}{Mark}", StringComparison.Ordinal))
                await sandbox.Commands.KillAsync(command.CallId, cancellationToken).ConfigureAwait(false);
        }
    }
}
