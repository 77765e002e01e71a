using System.Collections.Concurrent;
using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Brief.Probes;

/// <summary>Asks a sandbox once what it has: one command beside the model's own. The answer holds an hour for all sandboxes of the project on
/// the same machine, which have the same image.</summary>
internal sealed class SandboxProbe(TimeProvider time)
{
    private const int MostKnown = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Age = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (string Output, DateTimeOffset At)> _known = new(StringComparer.Ordinal);

    /// <summary>What the sandbox printed, as <see cref="SandboxReading"/> reads it; null when it did not answer. Throws nothing.</summary>
    public Task<string?> AskAsync(RunContext run, SandboxSession session, string project, IReadOnlyList<string> tools)
    {
        var key = string.Join('\n', [session.Sandbox.Kind, session.Sandbox.Machine, project, .. tools]);
        return _known.TryGetValue(key, out var known) && time.GetUtcNow() - known.At < Age
            ? Task.FromResult<string?>(known.Output)
            : Task.Run(() => AskNowAsync(run, session, key, tools));
    }

    private async Task<string?> AskNowAsync(RunContext run, SandboxSession session, string key, IReadOnlyList<string> tools)
    {
        try
        {
            var client = await session.GetClientAsync(CancellationToken.None).ConfigureAwait(false);
            var result = await new SandboxGit(client, run, "/").TryAsync(Script(run.WorkingDirectory ?? ".", tools), CancellationToken.None, timeout: Patience).ConfigureAwait(false);
            if (result.End != ExecEnd.Exited)
                return null;
            if (_known.Count >= MostKnown)
                _known.Clear();
            _known[key] = (result.Output, time.GetUtcNow());
            return result.Output;
        }
        catch (Exception exception) when (exception is WireException or SandboxException or SandboxCallException or ObjectDisposedException or OperationCanceledException)
        {
            // The run has ended, or its sandbox: nobody asks any more.
            return null;
        }
    }

    /// <summary>Run outside of the project, so that no file of it says what a tool is. Nothing is fetched.</summary>
    private static string Script(string folder, IReadOnlyList<string> tools) =>
        $$"""
        export COREPACK_ENABLE_NETWORK=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
        say() { n=$1; shift; v=; if command -v "$1" >/dev/null 2>&1; then v=$("$@" 2>&1 </dev/null | head -n 1 | cut -c 1-200); v=${v:-there}; fi; printf 'tool\t%s\t%s\n' "$n" "$v"; }
        {{string.Join('\n', Toolchains.Asks(tools).Select(tool => $"say {tool.Name} {tool.Ask} &"))}}
        printf 'processors\t%s\n' "$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null)"
        printf 'quota\t%s\n' "$(cat /sys/fs/cgroup/cpu.max 2>/dev/null)"
        printf 'memory\t%s\n' "$(grep '^MemTotal:' /proc/meminfo 2>/dev/null)"
        printf 'most-memory\t%s\n' "$(cat /sys/fs/cgroup/memory.max 2>/dev/null)"
        printf 'disk\t%s\n' "$( (df -Pk {{SandboxGit.Quote(folder)}} || df -Pk /) 2>/dev/null | tail -n 1)"
        wait
        """;
}
