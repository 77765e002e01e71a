using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Drafthorse.Harness.GitGateway;

/// <summary>One git command to run in the host: arguments, configuration, what it reads and writes, and its bounds.</summary>
internal sealed record GitCommand(params string[] Arguments)
{
    public string? GitDirectory { get; init; }

    public IReadOnlyList<(string Key, string Value)> Config { get; init; } = [];

    public IReadOnlyList<(string Key, string Value)> Environment { get; init; } = [];

    public ReadOnlyMemory<byte> InputPrefix { get; init; }

    public Stream? Input { get; init; }

    /// <summary>Where the output goes while it runs; null: it is collected, up to <see cref="MaxOutputBytes"/>.</summary>
    public Stream? Output { get; init; }

    public int MaxOutputBytes { get; init; } = 8 * 1024 * 1024;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bounds on address space and file size for a command that reads a hostile peer's bytes; 0 = none.</summary>
    public long MaxMemoryBytes { get; init; }

    public long MaxFileBytes { get; init; }
}

internal sealed record GitResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public string Line => Text.TrimEnd('\n');
}

/// <summary>
/// Runs git in the host: no system or user configuration, no hooks, no prompts, no background work, a small environment,
/// bounded output and time; the whole process tree is killed when it is cancelled.
/// </summary>
internal sealed class GitProcess(string program, string homeDirectory)
{
    private const int MaxErrorBytes = 16 * 1024;

    private static readonly (string Key, string Value)[] Hardening =
    [
        ("core.hooksPath", "/dev/null"),
        ("core.fsmonitor", "false"),
        ("core.packedGitLimit", "512m"),
        ("core.packedGitWindowSize", "64m"),
        ("credential.helper", ""),
        ("gc.auto", "0"),
        ("http.followRedirects", "false"),
        ("http.lowSpeedLimit", "100"),
        ("http.lowSpeedTime", "120"),
        ("maintenance.auto", "false"),
        ("protocol.version", "2"),
        ("safe.directory", "*"),
        ("transfer.credentialsInUrl", "die"),
    ];

    private static readonly string[] InheritedVariables =
    [
        "PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
    ];

    /// <summary>Runs a command. Throws <see cref="GitException"/> when git cannot be started, takes too long or prints too much.</summary>
    public async Task<GitResult> RunAsync(GitCommand command, CancellationToken cancellationToken)
    {
        using var process = Start(command);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(command.Timeout);
        using var kill = deadline.Token.Register(() => Kill(process));
        var collected = command.Output is null ? new MemoryStream() : null;
        try
        {
            var error = ReadTailAsync(process.StandardError.BaseStream);
            var output = CopyOutputAsync(process, command, collected, deadline.Token);
            var input = FeedAsync(process, command, deadline.Token);
            await CancelOnFailureAsync([input, output, error], deadline).ConfigureAwait(false);
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
            deadline.Token.ThrowIfCancellationRequested();
            return new GitResult(process.ExitCode, collected?.ToArray() ?? [], await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GitException($"git {command.Arguments[0]} took longer than {command.Timeout} and was stopped.", exception);
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<GitResult> RequireAsync(GitCommand command, CancellationToken cancellationToken)
    {
        var result = await RunAsync(command, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0
            ? result
            : throw new GitException($"git {command.Arguments[0]} ended with {result.ExitCode}: {Printable.Lines(result.Error, 600)}");
    }

    private static async Task CancelOnFailureAsync(Task[] tasks, CancellationTokenSource deadline)
    {
        await foreach (var task in Task.WhenEach(tasks).ConfigureAwait(false))
        {
            if (!task.IsCompletedSuccessfully)
            {
                await deadline.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await task.ConfigureAwait(false);
            }
        }
    }

    private static async Task FeedAsync(Process process, GitCommand command, CancellationToken cancellationToken)
    {
        var pipe = process.StandardInput.BaseStream;
        await using (pipe.ConfigureAwait(false))
        {
            var open = await TryWriteAsync(pipe, command.InputPrefix, cancellationToken).ConfigureAwait(false);
            var buffer = new byte[64 * 1024];
            while (command.Input is not null
                && await command.Input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                // The rest is still read when git stopped listening, so that the client can be answered.
                open = open && await TryWriteAsync(pipe, buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<bool> TryWriteAsync(Stream pipe, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await pipe.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task CopyOutputAsync(Process process, GitCommand command, MemoryStream? collected, CancellationToken cancellationToken)
    {
        var pipe = process.StandardOutput.BaseStream;
        var buffer = new byte[64 * 1024];
        while (await pipe.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) is var read and > 0)
        {
            if (collected is not null && collected.Length + read > command.MaxOutputBytes)
                throw new GitException($"git {command.Arguments[0]} printed more than {command.MaxOutputBytes} bytes and was stopped.");
            await (command.Output ?? collected!).WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<string> ReadTailAsync(Stream pipe)
    {
        var tail = new byte[MaxErrorBytes];
        var kept = 0;
        var buffer = new byte[4096];
        while (await pipe.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) is var read and > 0)
        {
            var drop = Math.Max(0, kept + read - MaxErrorBytes);
            tail.AsSpan(drop, kept - drop).CopyTo(tail);
            kept -= drop;
            buffer.AsSpan(0, read).CopyTo(tail.AsSpan(kept));
            kept += read;
        }

        return Encoding.UTF8.GetString(tail, 0, kept);
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended in between.
        }
    }

    private Process Start(GitCommand command)
    {
        var start = new ProcessStartInfo
        {
            FileName = program,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = homeDirectory,
        };
        if (command.MaxMemoryBytes > 0)
            LimitByShell(start, command);
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        SetEnvironment(start.Environment, command);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new GitException($"git could not be started ({program}): {exception.Message}. Install git 2.36 or newer.", exception);
        }
    }

    // The shell's own limits hold for git and its children; blocks of ulimit -f are 512 bytes (POSIX).
    private void LimitByShell(ProcessStartInfo start, GitCommand command)
    {
        start.FileName = "/bin/sh";
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("ulimit -v \"$1\" 2>/dev/null; ulimit -f \"$2\" 2>/dev/null; shift 2; exec \"$@\"");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add((command.MaxMemoryBytes / 1024).ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(command.MaxFileBytes == 0
            ? "unlimited"
            : (command.MaxFileBytes / 512).ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(program);
    }

    private void SetEnvironment(IDictionary<string, string?> environment, GitCommand command)
    {
        var inherited = InheritedVariables
            .Select(name => (Key: name, Value: System.Environment.GetEnvironmentVariable(name)))
            .Where(variable => variable.Value is not null).ToArray();
        environment.Clear();
        foreach (var (name, value) in inherited)
            environment[name] = value;
        var direct = System.Environment.GetEnvironmentVariable("no_proxy") ?? System.Environment.GetEnvironmentVariable("NO_PROXY");
        environment["no_proxy"] = $"{direct},127.0.0.1,localhost,::1".TrimStart(',');
        environment["HOME"] = homeDirectory;
        environment["LC_ALL"] = "C";
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        environment["GIT_ATTR_NOSYSTEM"] = "1";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        environment["GIT_ALLOW_PROTOCOL"] = "";
        if (command.GitDirectory is not null)
            environment["GIT_DIR"] = command.GitDirectory;
        foreach (var (key, value) in command.Environment)
            environment[key] = value;
        var config = Hardening.Concat(command.Config).ToArray();
        environment["GIT_CONFIG_COUNT"] = config.Length.ToString(CultureInfo.InvariantCulture);
        for (var index = 0; index < config.Length; index++)
        {
            environment[$"GIT_CONFIG_KEY_{index}"] = config[index].Key;
            environment[$"GIT_CONFIG_VALUE_{index}"] = config[index].Value;
        }
    }
}
