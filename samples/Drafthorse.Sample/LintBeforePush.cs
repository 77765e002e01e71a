using Drafthorse.Harness;
using Drafthorse.Harness.Threads;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Sample;

/// <summary>Middleware around a run: a command must end with 0 before the work is handed in; what it prints goes back to the model, twice at most.</summary>
public sealed class LintBeforePush(string command) : IAgentMiddleware
{
    private const int MostRounds = 2;

    /// <inheritdoc />
    public async Task<RunOutcome> OnRunAsync(RunContext run, Func<CancellationToken, Task<RunOutcome>> next, CancellationToken cancellationToken)
    {
        var outcome = await next(cancellationToken);
        for (var round = 0; round < MostRounds && outcome.Status == ThreadStatus.Done && await LintAsync(run, cancellationToken) is { } complaint; round++)
        {
            await run.TellModelAsync("lint", $"`{command}` has to end with 0 before your work is handed in. Mend what it says.", cancellationToken, complaint);
            outcome = await next(cancellationToken);
        }

        return outcome;
    }

    private async Task<string?> LintAsync(RunContext run, CancellationToken cancellationToken)
    {
        // A run that used no sandbox changed nothing, and a question shall not start one.
        if (run.Facts.Sandbox is null)
            return null;
        var client = await run.GetSandboxClientAsync(cancellationToken);
        var request = new ExecRequest { CallId = $"lint-{Guid.NewGuid():N}", Command = command, WorkingDirectory = run.WorkingDirectory };
        var result = await client.Commands.ExecAsync(request, null, cancellationToken);
        await client.Commands.AcknowledgeAsync(request.CallId, cancellationToken);
        return result.ExitCode == 0 ? null : result.Output;
    }
}
