using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Drafthorse.Harness.Host;
using Drafthorse.Harness.Secrets;

namespace Drafthorse.Harness.GitGateway.Git;

/// <summary>
/// The only way that this program runs git on the host: no system, user or stranger's configuration, so that none can name a program to
/// run; no hooks, no prompts, no fetching of what is missing, no background work, a small environment, bounded output and time. The whole
/// process tree is killed when it is cancelled. A directory that it is given as a repository is one that we made.
/// </summary>
internal sealed class GitProcess(string program, string homeDirectory)
{
    private const int LongError = 5 * 1024;
    private const int LongestSecret = 4 * 1024;

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
            var error = ReadTailAsync(process.StandardError.BaseStream, command.MaxErrorBytes);
            var output = CopyOutputAsync(process, command, collected, deadline.Token);
            var input = FeedAsync(process, command, deadline.Token);
            await CancelOnFailureAsync([input, output, error], deadline).ConfigureAwait(false);
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
            deadline.Token.ThrowIfCancellationRequested();
            return WithoutSecrets(command, new GitResult(process.ExitCode, collected?.ToArray() ?? [], await error.ConfigureAwait(false)));
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

    /// <summary>What the other side printed may hold what it was shown: the token, its header, an address with both.</summary>
    private static GitResult WithoutSecrets(GitCommand command, GitResult result)
    {
        if (command.Secrets.Count == 0)
            return result;
        var redactor = new SecretRedactor(command.Secrets.Select((secret, index) => (secret, index)).ToDictionary(known => $"credential {known.index + 1}", known => known.secret));
        var error = redactor.Redact(result.Error);
        // Where so much was said that its beginning is cut off, half a secret may stand there.
        if (result.Error.Length >= LongError)
            error = error[Math.Min(error.Length, LongestSecret)..];
        return result with { Output = Encoding.UTF8.GetBytes(redactor.Redact(result.Text)), Error = error };
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
                throw new GitException($"git {command.Arguments[0]} printed more than {command.MaxOutputBytes} bytes and was stopped.") { PrintedTooMuch = true };
            await (command.Output ?? collected!).WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<string> ReadTailAsync(Stream pipe, int most)
    {
        var tail = new byte[most];
        var kept = 0;
        var buffer = new byte[Math.Min(4096, most)];
        while (await pipe.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false) is var read and > 0)
        {
            var drop = Math.Max(0, kept + read - most);
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

    /// <summary>Starts a command that is talked with; who calls ends it. Throws <see cref="GitException"/> when git cannot be started.</summary>
    public Process Start(GitCommand command)
    {
        if (command.AskedIn is not null)
            GitQuestion.Require(command);
        var file = ProgramFile.Find(program) ?? throw new GitException($"There is no program {program} on PATH. Install git 2.36 or newer.");
        var start = new ProcessStartInfo
        {
            FileName = file,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = command.WorkTree ?? command.AskedIn ?? homeDirectory,
        };
        if (command.MaxMemoryBytes > 0)
            LimitByShell(start, file, command);
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        GitEnvironment.Set(start.Environment, command, homeDirectory);
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
    private static void LimitByShell(ProcessStartInfo start, string file, GitCommand command)
    {
        start.FileName = "/bin/sh";
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("ulimit -v \"$1\" 2>/dev/null; ulimit -f \"$2\" 2>/dev/null; ulimit -t \"$3\" 2>/dev/null; shift 3; exec \"$@\"");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add((command.MaxMemoryBytes / 1024).ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(command.MaxFileBytes == 0
            ? "unlimited"
            : (command.MaxFileBytes / 512).ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(command.MaxProcessorTime is { } most
            ? Math.Ceiling(most.TotalSeconds).ToString(CultureInfo.InvariantCulture)
            : "unlimited");
        start.ArgumentList.Add(file);
    }
}
