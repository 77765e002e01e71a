using Drafthorse.Harness.Drafts.Settings;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox;
using Drafthorse.Sandbox.Exec;

namespace Drafthorse.Harness.Drafts;

/// <summary>
/// Starts a repository's services in a run's sandbox and waits until they can be used. They end with the run, as all does that runs in a
/// sandbox, and start with the next one's first use of it: a thread that rests holds no process.
/// </summary>
internal sealed class ServiceStart(SandboxClient sandbox, RunContext run, RepositoryWork work)
{
    private const int TailBytes = 4000;

    /// <summary>How long a service may take until it is ready.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Side by side. Those that are there already, of a run that was cut off, go on.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var services = work.Settings.Services;
        if (services.Count == 0)
            return;
        var known = await sandbox.Commands.ListAsync(cancellationToken).ConfigureAwait(false);
        var states = await Task.WhenAll(services.Select(service => StartAsync(service, known, cancellationToken))).ConfigureAwait(false);
        if (states.All(state => state is null))
            return;
        var failed = states.OfType<Started>().FirstOrDefault(state => state.Why is not null);
        await run.TellModelAsync(
            "services",
            $"Services of this repository run beside your commands until you are done; execute_output shows what they print. {string.Join(" ", states.OfType<Started>().Select(state => state.Describe()))}",
            cancellationToken,
            failed?.Log).ConfigureAwait(false);
    }

    /// <summary>Null: it runs already.</summary>
    private async Task<Started?> StartAsync(RepositoryService service, IReadOnlyList<CommandInfo> known, CancellationToken cancellationToken)
    {
        var prefix = CodeCommands.ServicePrefix(service.Name);
        foreach (var earlier in known.Where(command => command.End is null && command.CallId.StartsWith(prefix, StringComparison.Ordinal)))
        {
            if (earlier.Command == service.Command)
                return null;
            await sandbox.Commands.KillAsync(earlier.CallId, cancellationToken).ConfigureAwait(false);
        }

        var id = CodeCommands.NewServiceId(service.Name);
        var request = new ExecRequest { CallId = id, Command = service.Command, WorkingDirectory = work.Checkout, Environment = service.Environment, Timeout = ExecRequest.MaxBackgroundTimeout };
        await sandbox.Commands.StartAsync(request, cancellationToken).ConfigureAwait(false);
        var why = service.Ready is null ? null : await WaitAsync(service, id, cancellationToken).ConfigureAwait(false);
        var tail = await sandbox.Commands.TailAsync(id, 0, TailBytes, cancellationToken).ConfigureAwait(false);
        why = tail.Info.End is null ? why : $"ended with exit code {tail.Info.ExitCode}";
        return new Started(service.Name, id, why, why is null ? null : tail.Text);
    }

    /// <summary>Null: it is ready.</summary>
    private async Task<string?> WaitAsync(RepositoryService service, string id, CancellationToken cancellationToken)
    {
        var ready = new ExecRequest
        {
            CallId = CodeCommands.NewCallId(run.Lease.Token),
            Command = $"until ( {service.Ready}\n) > /dev/null 2>&1; do sleep 0.1; done",
            WorkingDirectory = work.Checkout,
            Environment = service.Environment,
            Timeout = Patience,
        };
        var waiting = CodeCommands.RunAsync(sandbox, ready, cancellationToken);
        while (await Task.WhenAny(waiting, Task.Delay(LookInterval, cancellationToken)).ConfigureAwait(false) != waiting)
        {
            if ((await sandbox.Commands.TailAsync(id, 0, 1, cancellationToken).ConfigureAwait(false)).Info.End is not null)
                await sandbox.Commands.KillAsync(ready.CallId, cancellationToken).ConfigureAwait(false);
        }

        var result = await waiting.ConfigureAwait(false);
        return result.End == ExecEnd.Exited && result.ExitCode == 0 ? null : $"was not ready after {result.Duration.TotalSeconds:0} s: `{service.Ready}` did not end with 0";
    }

    private sealed record Started(string Name, string Id, string? Why, string? Log)
    {
        public string Describe() => Why is null ? $"{Name} (id {Id}) is ready." : $"{Name} (id {Id}) {Why}; the end of what it printed follows.";
    }
}
