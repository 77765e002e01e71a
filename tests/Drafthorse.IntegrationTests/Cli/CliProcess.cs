using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Drafthorse.IntegrationTests.Crashes;

namespace Drafthorse.IntegrationTests.Cli;

/// <summary>The executable, as a script or a person starts it: own home, no setting of the machine it runs on.</summary>
internal sealed class CliProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;
    private readonly List<(string Text, int Times, TaskCompletionSource Seen)> _awaited = [];

    private CliProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    /// <summary>Standard input, which stays open until the test closes it.</summary>
    public StreamWriter Input => _process.StandardInput;

    /// <summary>Standard output as JSON: a line that is none fails the test.</summary>
    public IReadOnlyList<JsonElement> Json => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>What is shipped, where it was published.</summary>
    public static string Program => ServeProcess.Shipped;

    /// <summary>Starts it in a folder of the world's.</summary>
    public static CliProcess Start(CliWorld world, params string[] arguments) => Start(world, Program, arguments);

    public static CliProcess Start(CliWorld world, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = world.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment.Clear();
        foreach (var (name, value) in world.Environment)
            start.Environment[name] = value;
        return new CliProcess(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<CliProcess> RunAsync(CliWorld world, params string[] arguments)
    {
        var process = Start(world, arguments);
        await process.EndAsync();
        return process;
    }

    public int ExitCode => _process.ExitCode;

    /// <summary>Fails the test with all that it wrote when it ended with another code.</summary>
    public void Expect(int exitCode) => Assert.True(ExitCode == exitCode, $"It ended with {ExitCode} instead of {exitCode}.\n{Output}\n{Errors}");

    /// <summary>Waits for its end, and for all that it wrote.</summary>
    public async Task EndAsync()
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            await _process.WaitForExitAsync(late.Token);
            await _reading.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It did not end.\n{Output}\n{Errors}");
        }
    }

    /// <summary>Waits until it has written this so many times, on either stream.</summary>
    public async Task SeeAsync(string text, int times = 1)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_awaited)
            _awaited.Add((text, times, seen));
        Check();
        if (await Task.WhenAny(seen.Task, _reading, Task.Delay(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)) != seen.Task && !seen.Task.IsCompleted)
            throw new TimeoutException($"It did not say '{text}'.\n{Output}\n{Errors}");
    }

    /// <summary>Sends a signal by its name.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Nobody reads its output any more.</summary>
    public void CloseOutput() => _process.StandardOutput.Close();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder into)
    {
        var buffer = new char[4096];
        while (await ReadSomeAsync(reader, buffer) is > 0 and var count)
        {
            lock (into)
                into.Append(buffer, 0, count);
            Check();
        }
    }

    private static async Task<int> ReadSomeAsync(StreamReader reader, char[] buffer)
    {
        try
        {
            return await reader.ReadAsync(buffer);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or InvalidOperationException or IOException)
        {
            return 0;
        }
    }

    private void Check()
    {
        var (output, errors) = (Output, Errors);
        lock (_awaited)
        {
            foreach (var (text, times, seen) in _awaited)
            {
                if (output.AsSpan().Count(text) + errors.AsSpan().Count(text) >= times)
                    seen.TrySetResult();
            }
        }
    }
}
