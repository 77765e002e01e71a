using System.Diagnostics;
using System.Globalization;

namespace Drafthorse.IntegrationTests.Threads;

/// <summary>A child process that works on a store, to be killed, frozen and thawed.</summary>
internal sealed class StoreProcess : IAsyncDisposable
{
    private readonly Process _process;

    private StoreProcess(Process process) => _process = process;

    public static StoreProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Drafthorse.StoreProcess.dll") },
        };
        Array.ForEach(arguments, start.ArgumentList.Add);
        return new StoreProcess(Process.Start(start)!);
    }

    /// <summary>The next answered operation; null when the process has ended.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken);

    /// <summary>What was printed before the process ended. A line that a kill cut off in the middle is left out.</summary>
    public async Task<IReadOnlyList<string>> ReadRestAsync(CancellationToken cancellationToken)
    {
        var text = await _process.StandardOutput.ReadToEndAsync(cancellationToken);
        var whole = text.LastIndexOf('\n');
        return whole < 0 ? [] : text[..whole].Split('\n');
    }

    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public void Kill() => _process.Kill();

    public Task FreezeAsync(CancellationToken cancellationToken) => SignalAsync("-STOP", cancellationToken);

    public Task ThawAsync(CancellationToken cancellationToken) => SignalAsync("-CONT", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
    }
}
