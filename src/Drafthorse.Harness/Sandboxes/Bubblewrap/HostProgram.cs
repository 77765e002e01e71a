using System.Diagnostics;
using Drafthorse.Harness.Host;

namespace Drafthorse.Harness.Sandboxes.Bubblewrap;

/// <summary>Runs a short program of the host, with nothing of our own environment but <c>PATH</c>.</summary>
internal static class HostProgram
{
    /// <summary>Runs a command to its end. Returns its exit code and the last of what it wrote to its standard error. The input must be
    /// no longer than a pipe holds.</summary>
    public static async Task<(int ExitCode, string Error)> RunAsync(
        IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken, ReadOnlyMemory<byte> input = default)
    {
        var start = new ProcessStartInfo(ProgramFile.Find(command[0]) ?? throw new SandboxException($"{command[0]} is not on PATH"), command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = ProgramFile.SearchPath;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";

        using var process = Process.Start(start) ?? throw new SandboxException($"{command[0]} did not start");
        await SendAsync(process, input, cancellationToken).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = await process.StandardError.ReadToEndAsync(limit.Token).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return (process.ExitCode, error.Trim() is { Length: > 500 } many ? many[^500..] : error.Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SandboxException($"{command[0]} did not end within {timeout.TotalSeconds:0} s");
        }
    }

    private static async Task SendAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code tells why.
        }
    }
}
