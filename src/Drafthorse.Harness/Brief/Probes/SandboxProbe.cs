using Drafthorse.Harness.Drafts;
using Drafthorse.Harness.Sandboxes;
using Drafthorse.Sandbox.Exec;
using Drafthorse.Sandbox.Wire;

namespace Drafthorse.Harness.Brief.Probes;

/// <summary>Asks a thread's sandbox once what it has: one command beside the model's own. What one sandbox says of itself is told to no other
/// thread, as whoever owns the sandbox owns its words.</summary>
internal static class SandboxProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What the sandbox printed, as <see cref="SandboxReading"/> reads it; null when it did not answer. Throws nothing.</summary>
    public static Task<string?> AskAsync(RunContext run, SandboxSession session, IReadOnlyList<string> tools) => Task.Run(async () =>
    {
        try
        {
            var client = await session.GetClientAsync(CancellationToken.None).ConfigureAwait(false);
            var result = await new SandboxGit(client, run, "/").TryAsync(Script(run.WorkingDirectory ?? ".", tools), CancellationToken.None, timeout: Patience).ConfigureAwait(false);
            return result.End == ExecEnd.Exited ? result.Output : null;
        }
        catch (Exception exception) when (exception is WireException or SandboxException or SandboxCallException or ObjectDisposedException or OperationCanceledException)
        {
            // The run has ended, or its sandbox: nobody asks any more.
            return null;
        }
    });

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
